package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PassedChecksTest {
    private final PassedChecks passed = new PassedChecks();

    private static Query query(String sql, Object parameter, Table table) {
        return new Query(
                sql, List.of(Parameter.of("filter", parameter)), List.of(new Query.Scan("t", table, List.of("x"))));
    }

    @Test
    @DisplayName(
            "F-08: a check has passed for this text, these types and parameters of this type, and for nothing else")
    void whatItDependsOn() {
        Table numbers = Table.fromColumns(Map.of("x", new int[] {1}));
        Table otherNumbers = Table.fromColumns(Map.of("x", new int[] {2, 3}));
        Table words = Table.fromColumns(Map.of("x", List.of("a")));
        passed.add(query("x > ?", 1, numbers));
        assertTrue(passed.contains(query("x > ?", 1, numbers)));
        assertTrue(passed.contains(query("x > ?", 2, otherNumbers)));
        assertFalse(passed.contains(query("x < ?", 1, numbers)));
        assertFalse(passed.contains(query("x > ?", "a", numbers)));
        assertFalse(passed.contains(query("x > ?", 1, words)));
        List.of(numbers, otherNumbers, words).forEach(Table::release);
    }

    @Test
    @DisplayName("F-08: the oldest of many checks is forgotten, and a very long statement is not kept")
    void bounded() {
        Table table = Table.fromColumns(Map.of("x", new int[] {1}));
        for (int i = 0; i <= 256; i++) {
            passed.add(query("x > ? + " + i, 1, table));
        }
        assertFalse(passed.contains(query("x > ? + 0", 1, table)));
        assertTrue(passed.contains(query("x > ? + 256", 1, table)));
        String text = "x > ? + " + "1".repeat(20_000);
        passed.add(query(text, 1, table));
        assertFalse(passed.contains(query(text, 1, table)));
        table.release();
    }

    @Test
    @DisplayName("F-08: an expression that was good for one frame is refused at the verb for another, each time")
    void refused() {
        try (Frame words = Frame.columns(Map.of("x", List.of("a", "bc")));
                Frame numbers = Frame.columns(Map.of("x", new int[] {1}))) {
            for (int round = 0; round < 3; round++) {
                try (Frame longer = words.filter("length(x) > 1")) {
                    assertEquals(1, longer.rowCount());
                }
                assertThrows(QueryFailed.class, () -> numbers.filter("length(x) > 1"));
            }
        }
    }
}
