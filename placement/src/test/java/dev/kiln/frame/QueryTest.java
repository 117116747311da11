package dev.kiln.frame;

import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class QueryTest {
    private final Frame small = frame("k", list(1), "text", list("a"), "x", list(1.5));
    private final Frame large = frame("k", list(1, 2, 3), "text", list("a", "b", "c"), "y", list(1, 2, 3));

    @AfterEach
    void close() {
        small.close();
        large.close();
    }

    private static Query query(Frame frame) {
        return frame.with(Query::of);
    }

    private static List<String> read(Frame frame) {
        return query(frame).scans().stream()
                .flatMap(scan -> scan.columns().stream())
                .sorted()
                .toList();
    }

    @Test
    @DisplayName("F-08: only the columns that a chain needs are read")
    void pruned() {
        assertEquals(List.of("x"), read(small.filter("x > 1").select("x")));
        assertEquals(List.of("k", "x"), read(small.filter("x > 1").select("k")));
        assertEquals(
                List.of("k", "x"),
                read(small.groupBy("k").summarise("m = avg(x)").sort("m")));
        assertEquals(List.of("k"), read(small.mutate("z = x * 2", "w = z + 1").select("k")));
        assertEquals(
                List.of("text", "x"),
                read(small.mutate("z = x * 2", "w = z + 1").select("w", "text")));
        assertEquals(
                List.of("k", "k", "y"),
                read(small.join(large, JoinType.INNER, "k").select("y")));
        assertEquals(List.of("k"), read(small.groupBy().summarise("n = count(*)")));
        assertEquals(
                List.of("x"), read(small.rename("x", "k2").drop("k", "text").filter("true")));
        assertEquals(List.of("k", "text", "x"), read(small.distinct().select("k")));
        assertEquals(List.of("k", "text", "x"), read(small.sql("select k from this")));
        assertEquals(
                List.of("text", "text"),
                read(small.select("text").concatRows(small.select("text")).filter("text > ''")));
    }

    @Test
    @DisplayName("F-08: a chain is one statement, and every leaf is read once per use")
    void oneStatement() {
        Frame chain = small.filter("x > 1")
                .join(small.head(1), JoinType.LEFT, "k")
                .concatRows(small.mutate("text_right = 'a'", "x_right = x"));
        assertEquals(3, query(chain).scans().size());
        assertFalse(query(chain).sql().contains(";"));
    }

    @Test
    @DisplayName("F-08: the engine builds its table from the smaller side of a join")
    void joinOrder() {
        assertTrue(query(large.join(small, JoinType.LEFT, "k")).sql().contains("as l left join \"t1\" as r"));
        assertTrue(query(small.join(large, JoinType.LEFT, "k")).sql().contains("as r right join \"t1\" as l"));
        assertTrue(query(small.join(large, JoinType.INNER, "k")).sql().contains("as r join \"t1\" as l"));
        assertTrue(query(small.join(large.filter("y > 1").head(0), JoinType.INNER, "k"))
                .sql()
                .contains("as l join "));
    }

    @Test
    @DisplayName("F-08: select, drop, rename, head, tail and slice of data do without the engine")
    void direct() {
        Frame direct =
                large.select("y", "k").rename("y", "z").slice(1, 2).tail(1).drop("k");
        assertTrue(direct.explain().contains("without the engine"), direct.explain());
        assertEquals(list(list(3)), Cells.rows(direct));
        assertEquals(
                List.of("z"),
                direct.schema().getFields().stream()
                        .map(field -> field.getName())
                        .toList());
        String below = direct.filter("z > 1").explain();
        assertTrue(below.contains("from \"t0\""), below);
    }

    @Test
    @DisplayName("F-04: the number of rows is told without running where it follows from the data")
    void rows() {
        assertEquals(3, rows(large.select("k").mutate("a = k").sort("-a")));
        assertEquals(1, rows(large.sort("k").slice(2, 5)));
        assertEquals(0, rows(large.slice(7, 5)));
        assertEquals(2, rows(large.mutate("a = 1").tail(2)));
        assertEquals(4, rows(large.select("k").concatRows(small.select("k"))));
        assertEquals(1, rows(large.groupBy().summarise("n = count(*)")));
        for (Frame unknown : List.of(
                large.filter("k > 1"),
                large.distinct(),
                large.mutate("a = unnest([1, 2])"),
                large.groupBy("k").summarise())) {
            assertEquals(OptionalLong.empty(), unknown.with(Plan::rows));
        }
    }

    private static long rows(Frame frame) {
        return frame.with(plan -> plan.rows().orElseThrow());
    }
}
