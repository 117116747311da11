package dev.kiln.frame;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/** The values of a table's only column as Java objects. */
final class SeriesValues {
    private SeriesValues() {}

    /** See {@link CellReader} for what they are. */
    static List<@Nullable Object> of(Table table) {
        List<@Nullable Object> values = new ArrayList<>(Math.toIntExact(table.rows()));
        for (int batch = 0; batch < table.batchCount(); batch++) {
            table.read(batch, root -> {
                FieldVector column = root.getVector(0);
                for (int row = 0; row < root.getRowCount(); row++) {
                    values.add(CellReader.read(column, row));
                }
                return root.getRowCount();
            });
        }
        return values;
    }
}
