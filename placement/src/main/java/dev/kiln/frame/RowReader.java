package dev.kiln.frame;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** Makes records of a table's rows. */
final class RowReader {

    private RowReader() {}

    /**
     * One record per row. Components are matched with columns by name; columns without a component are left out. Integers may
     * be read into wider or narrower types as long as the values fit, and any number into {@code double}.
     *
     * @throws IllegalArgumentException if a component has no column, or a type that cannot hold what its column has; the
     *     message names the component and a type that can
     */
    static <T extends Record> List<T> read(Table table, Class<T> type) {
        RecordType record = RecordType.of(type);
        int[] positions = positions(record, table.schema().getFields());
        Constructor<?> constructor = record.constructor();
        List<T> rows = new ArrayList<>();
        for (int batch = 0; batch < table.batchCount(); batch++) {
            try (VectorSchemaRoot view = table.batch(batch)) {
                read(view, record, positions, constructor, type, rows);
            }
        }
        return rows;
    }

    private static <T extends Record> void read(
            VectorSchemaRoot view,
            RecordType record,
            int[] positions,
            Constructor<?> constructor,
            Class<T> type,
            List<T> rows) {
        List<RecordType.Component> components = record.components();
        for (int row = 0; row < view.getRowCount(); row++) {
            @Nullable Object[] values = new Object[positions.length];
            for (int i = 0; i < positions.length; i++) {
                FieldVector vector = view.getVector(positions[i]);
                values[i] = Conversion.to(
                        components.get(i).type(),
                        CellReader.read(vector, row),
                        components.get(i).name());
            }
            rows.add(type.cast(Conversion.make(constructor, values)));
        }
    }

    private static int[] positions(RecordType record, List<Field> fields) {
        List<String> names = fields.stream().map(Field::getName).toList();
        return record.components().stream()
                .mapToInt(component -> {
                    int position = names.indexOf(component.name());
                    if (position < 0) {
                        throw new IllegalArgumentException("component " + component.name() + " of "
                                + record.type().getSimpleName() + " has no column; the columns are " + names
                                + ": rename one, or the component");
                    }
                    return position;
                })
                .toArray();
    }
}
