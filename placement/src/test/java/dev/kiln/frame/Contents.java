package dev.kiln.frame;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** All values of a table or root, as Java objects that can be compared, column by column. */
final class Contents {

    private Contents() {}

    static Map<String, List<@Nullable Object>> of(Table table) {
        Map<String, List<@Nullable Object>> columns = new LinkedHashMap<>();
        table.schema().getFields().forEach(field -> columns.put(field.getName(), new ArrayList<>()));
        for (int batch = 0; batch < table.batchCount(); batch++) {
            table.read(batch, view -> {
                of(view).forEach((name, values) -> columns.get(name).addAll(values));
                return null;
            });
        }
        return columns;
    }

    static Map<String, List<@Nullable Object>> of(VectorSchemaRoot root) {
        Map<String, List<@Nullable Object>> columns = new LinkedHashMap<>();
        for (FieldVector vector : root.getFieldVectors()) {
            List<@Nullable Object> values = new ArrayList<>();
            for (int row = 0; row < root.getRowCount(); row++) {
                values.add(comparable(CellReader.read(vector, row)));
            }
            columns.put(vector.getName(), values);
        }
        return columns;
    }

    /** The same, rows {@code [from, to)} only. */
    static Map<String, List<@Nullable Object>> rows(Map<String, List<@Nullable Object>> columns, int from, int to) {
        Map<String, List<@Nullable Object>> part = new LinkedHashMap<>();
        columns.forEach((name, values) -> part.put(name, new ArrayList<>(values.subList(from, to))));
        return part;
    }

    private static @Nullable Object comparable(@Nullable Object value) {
        return switch (value) {
            case byte[] it -> ByteBuffer.wrap(it);
            case List<?> it -> {
                List<@Nullable Object> list = new ArrayList<>();
                it.forEach(element -> list.add(comparable(element)));
                yield list;
            }
            case Map<?, ?> it -> {
                Map<Object, @Nullable Object> map = new LinkedHashMap<>();
                it.forEach((key, element) -> map.put(key, comparable(element)));
                yield map;
            }
            case null, default -> value;
        };
    }
}
