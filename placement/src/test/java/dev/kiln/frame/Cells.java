package dev.kiln.frame;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.util.Text;

/** Frames from and to plain Java values. */
final class Cells {
    private Cells() {}

    /** A frame from names and columns in turns: {@code frame("a", list(1, null), "b", list("x", "y"))}. */
    static Frame frame(Object... namesAndColumns) {
        return Frame.columns(map(namesAndColumns));
    }

    static Map<String, Object> map(Object... namesAndColumns) {
        Map<String, Object> columns = new LinkedHashMap<>();
        for (int i = 0; i < namesAndColumns.length; i += 2) {
            columns.put((String) namesAndColumns[i], namesAndColumns[i + 1]);
        }
        return columns;
    }

    /** A list that may hold nulls. */
    static List<Object> list(Object... values) {
        return Collections.unmodifiableList(Arrays.asList(values));
    }

    /** The rows that the frame's chain results in. Texts are strings. */
    static List<List<Object>> rows(Frame frame) {
        try (Frame collected = frame.collect()) {
            return rows(table(collected));
        }
    }

    /** The data of a frame that is computed. */
    static Table table(Frame frame) {
        return frame.with(plan -> (Table) ((Plan.Source) plan).leaf());
    }

    /** Whether the last reference to data has been released. */
    static boolean isFree(Leaf leaf) {
        try {
            leaf.retain();
        } catch (IllegalStateException e) {
            return true;
        }
        leaf.release();
        return false;
    }

    /** One column of the result. */
    static List<Object> column(Frame frame, String name) {
        int position = frame.names().indexOf(name);
        return rows(frame).stream().map(row -> row.get(position)).collect(ArrayList::new, List::add, List::addAll);
    }

    static List<List<Object>> rows(Table table) {
        List<List<Object>> rows = new ArrayList<>();
        for (int batch = 0; batch < table.batchCount(); batch++) {
            table.read(batch, root -> {
                for (int row = 0; row < root.getRowCount(); row++) {
                    List<Object> values = new ArrayList<>();
                    for (FieldVector vector : root.getFieldVectors()) {
                        Object value = vector.getObject(row);
                        values.add(value instanceof Text text ? text.toString() : value);
                    }
                    rows.add(values);
                }
                return null;
            });
        }
        return rows;
    }
}
