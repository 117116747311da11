package dev.kiln.frame;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/** A frame and what it should contain. */
record Modelled(Frame frame, Model model) implements AutoCloseable {

    /**
     * A small table of columns {@code i}, {@code j} (integers), {@code d} (multiples of a half, so that sums are exact),
     * {@code s} (text) and {@code b}, all with nulls.
     */
    static Modelled random(Random random) {
        int rows = random.nextInt(5) == 0 ? random.nextInt(2) : random.nextInt(40);
        Map<String, List<Object>> columns = new LinkedHashMap<>();
        columns.put("i", values(random, rows, () -> (long) random.nextInt(10)));
        columns.put("j", values(random, rows, () -> (long) random.nextInt(-50, 50)));
        columns.put("d", values(random, rows, () -> random.nextInt(-20, 20) / 2.0));
        columns.put("s", values(random, rows, () -> List.of("", "a", "b", "A", "é", "日本", "a b", "it's")
                .get(random.nextInt(8))));
        columns.put("b", values(random, rows, random::nextBoolean));
        // a value in every column, so that the types can be told; filtered away again
        columns.get("i").add(1L);
        columns.get("j").add(1L);
        columns.get("d").add(0.5);
        columns.get("s").add("");
        columns.get("b").add(true);
        List<List<Object>> table = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            List<Object> values = new ArrayList<>();
            for (List<Object> column : columns.values()) {
                values.add(column.get(row));
            }
            table.add(values);
        }
        return new Modelled(Frame.columns(columns).head(rows), new Model(List.copyOf(columns.keySet()), table, true));
    }

    private static List<Object> values(Random random, int rows, Supplier<Object> value) {
        List<Object> values = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            values.add(random.nextInt(6) == 0 ? null : value.get());
        }
        return values;
    }

    @Override
    public void close() {
        frame.close();
    }
}
