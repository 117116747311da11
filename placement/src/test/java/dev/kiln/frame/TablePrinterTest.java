package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NothingLeft.class)
class TablePrinterTest {

    private static String printed(Map<String, ?> columns, int rows) {
        Table table = Table.fromColumns(columns);
        try {
            return table.preview(rows);
        } finally {
            table.release();
        }
    }

    @Test
    @DisplayName("F-04: a preview shows names, types, values and nulls, numbers on the right")
    void preview() {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("id", new long[] {1, 20});
        columns.put("name", Arrays.asList("Ada", null));
        columns.put("tags", List.of(List.of("a", "b"), List.of()));
        assertEquals("""
                ┌───────┬────────┬──────────────┐
                │    id │ name   │ tags         │
                │ int64 │ string │ list<string> │
                ├───────┼────────┼──────────────┤
                │     1 │ Ada    │ [a, b]       │
                │    20 │ null   │ []           │
                └───────┴────────┴──────────────┘
                2 rows, 3 columns""", printed(columns, 10));
    }

    @Test
    @DisplayName("F-04: only the first rows are shown, and the text says so")
    void firstRows() {
        assertEquals("""
                ┌───────┐
                │     n │
                │ int32 │
                ├───────┤
                │     0 │
                │     1 │
                └───────┘
                3 rows, 1 column, the first 2 shown""", printed(Map.of("n", new int[] {0, 1, 2}), 2));
    }

    @Test
    @DisplayName("F-04: long values are cut, line breaks are shown, and bytes are hexadecimal")
    void cells() {
        String text = printed(Map.of("s", List.of("x".repeat(100), "a\nb\tc", "🔥")), 10);
        assertTrue(text.contains("│ " + "x".repeat(31) + "… │"), text);
        assertTrue(text.contains("│ a\\nb\\tc "), text);
        assertTrue(
                printed(Map.of("b", List.of(new byte[] {0, (byte) 0xFF})), 10).contains("│ 00ff   │"));
    }

    @Test
    @DisplayName("F-04: of many columns those in the middle are left out")
    void manyColumns() {
        Map<String, Object> columns = new LinkedHashMap<>();
        for (int i = 0; i < 100; i++) {
            columns.put("column" + i, new int[] {i});
        }
        String text = printed(columns, 1);
        assertTrue(text.contains("column0") && text.contains("column99") && text.contains("│ … │"), text);
        assertFalse(text.contains("column50"), text);
        assertTrue(text.lines().allMatch(line -> line.length() <= 160), text);
        assertTrue(text.endsWith("1 row, 100 columns"), text);
    }

    @Test
    @DisplayName("F-04: every type can be printed")
    void everyType() {
        Table table = Table.of(RandomRoots.ofAllTypes(7, 20, Memory.allocator()));
        for (int column = 0; column < table.schema().getFields().size(); column++) {
            Table one = table.select(List.of(column), List.of("c"));
            assertEquals(20 + 6, one.preview(20).lines().count());
            one.release();
        }
        table.release();
    }
}
