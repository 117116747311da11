package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static dev.kiln.frame.Cells.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Verbs that make other rows: sample, concatColumns, pivots, describe. */
class ReshapeTest {
    private Frame sales;

    @BeforeEach
    void data() {
        sales = frame(
                "city", list("Bern", "Ulm", null),
                "q1", list(1, null, 3),
                "q2", list(10, 20, null));
    }

    @AfterEach
    void close() {
        sales.close();
    }

    @Test
    @DisplayName("F-08: pivotLonger makes a row per row and column, row by row, and keeps nulls")
    void longer() {
        Frame longer = sales.pivotLonger("quarter", "sold", "q1", "q2");
        assertEquals(List.of("city", "quarter", "sold"), longer.names());
        assertEquals(
                list(
                        list("Bern", "q1", 1),
                        list("Bern", "q2", 10),
                        list("Ulm", "q1", null),
                        list("Ulm", "q2", 20),
                        list(null, "q1", 3),
                        list(null, "q2", null)),
                rows(longer));
        assertEquals(6, longer.rowCount());
        assertEquals(list("Bern", "Bern", "Ulm", "Ulm", null, null), column(longer.select("city"), "city"));
        assertEquals(list(1, 10, null, 20, 3, null), column(longer.select("sold"), "sold"));
        assertEquals(list("q1", "q2"), column(longer.filter("city = 'Ulm'").select("quarter"), "quarter"));
        assertEquals(6L, column(longer.groupBy().summarise("n = count(*)"), "n").getFirst());
        assertEquals(3, sales.pivotLonger("q2", "x", "q2").filter("q2 = 'q2'").rowCount());
    }

    @Test
    @DisplayName("F-08: what pivotLonger cannot do is refused at the verb, with its name")
    void longerRefused() {
        assertThrows(IllegalArgumentException.class, () -> sales.pivotLonger("a", "b"));
        assertThrows(IllegalArgumentException.class, () -> sales.pivotLonger("city", "b", "q1"));
        assertThrows(IllegalArgumentException.class, () -> sales.pivotLonger("a", "A", "q1"));
        String missing = assertThrows(IllegalArgumentException.class, () -> sales.pivotLonger("a", "b", "q3"))
                .getMessage();
        assertTrue(missing.contains("did you mean \"q1\"") || missing.contains("did you mean \"q2\""), missing);
        QueryFailed mixed = assertThrows(QueryFailed.class, () -> sales.pivotLonger("a", "b", "city", "q1")
                .compute());
        assertEquals("pivotLonger", mixed.verb());
    }

    @Test
    @DisplayName("F-08: pivotWider turns it back, rows and columns in the order of their first appearance")
    void wider() {
        Frame longer = sales.pivotLonger("quarter", "sold", "q2", "q1");
        Frame wider = longer.pivotWider("quarter", "sold");
        assertEquals(List.of("city", "q2", "q1"), wider.names());
        assertEquals(rows(sales.select("city", "q2", "q1")), rows(wider));
        assertEquals(list("Bern", "Ulm", null), column(wider.select("city"), "city"));
        Frame some = longer.filter("city is not null").pivotWider("quarter", "sold", List.of("q1", "q9"));
        assertEquals(list(list("Bern", 1, null), list("Ulm", null, null)), rows(some));
        Frame numbers = frame("k", list(7, 8), "v", list("a", "b"));
        assertEquals(list(list("a", "b")), rows(numbers.pivotWider("k", "v")));
        assertEquals(List.of("7", "8"), numbers.pivotWider("k", "v").names());
        assertEquals(
                0, numbers.filter("false").pivotWider("k", "v", List.of("7")).rowCount());
    }

    @Test
    @DisplayName("F-08: pivotWider refuses names that are none, and two values for one place")
    void widerRefused() {
        Frame twice = frame("id", list(1, 1), "k", list("a", "a"), "v", list(1, 2));
        QueryFailed failed = assertThrows(QueryFailed.class, twice.pivotWider("k", "v")::compute);
        assertTrue(failed.getMessage().contains("k is a in several rows"), failed.getMessage());
        Frame nameless = frame("k", list("a", null), "v", list(1, 2));
        assertThrows(IllegalArgumentException.class, () -> nameless.pivotWider("k", "v"));
        assertThrows(IllegalArgumentException.class, () -> nameless.pivotWider("k", "k", List.of("a")));
        assertThrows(
                IllegalArgumentException.class, () -> nameless.filter("false").pivotWider("k", "v"));
        Frame many = frame("k", IntStream.range(0, 1001).toArray(), "v", new int[1001]);
        String tooMany = assertThrows(IllegalArgumentException.class, () -> many.pivotWider("k", "v"))
                .getMessage();
        assertTrue(tooMany.contains("more than 1000 values"), tooMany);
    }

    @Test
    @DisplayName("F-08: concatColumns puts frames side by side, with and without the engine, across batches")
    void concatColumns() {
        Frame numbers = frame("a", list(1, 2, 3));
        Frame both = sales.concatColumns(numbers, frame("b", list("x", null, "z")));
        assertEquals(List.of("city", "q1", "q2", "a", "b"), both.names());
        assertEquals(list("Bern", 1, 10, 1, "x"), rows(both).getFirst());
        assertTrue(both.explain().contains("without the engine"), both.explain());
        assertEquals(
                list(list("x", 1), list(null, null)), rows(both.filter("a < 3").select("b", "q1")));
        assertEquals(
                list(list(2, "Ulm")),
                rows(numbers.filter("a > 1")
                        .head(1)
                        .concatColumns(sales.filter("city = 'Ulm'").select("city"))));
        Frame large = Frame.readSql("select i, i % 3 = 0 as third from range(300000) t(i)");
        Frame small = Frame.columns(Cells.map("j", IntStream.range(0, 300_000).toArray()));
        Frame side = large.concatColumns(small).compute();
        assertEquals(300_000, side.rowCount());
        assertEquals(300_000, side.filter("i = j and third = (i % 3 = 0)").rowCount());
        assertEquals(0, side.filter("i is null or third is null").rowCount());
    }

    @Test
    @DisplayName("F-08: rows of concatenations keep their places, also where nothing behind asks for an order")
    void placesOfConcatenations() {
        Frame part = Frame.readSql("select i, i * 7 % 11 as k from range(40) t(i)");
        Frame some = part.head(37).concatRows(part.filter("k > 3"));
        Frame rows = some.concatRows(some.filter("i % 3 > 0"));
        Frame twice = rows.select("i").concatColumns(rows.select("k"));
        for (int round = 0; round < 50; round++) {
            assertEquals(0, twice.filter("k <> i * 7 % 11").rowCount());
            assertEquals(
                    column(rows.groupBy().summarise("s = sum(i * k)"), "s"),
                    column(twice.groupBy().summarise("s = sum(i * k)"), "s"));
        }
    }

    @Test
    @DisplayName("F-08: frames of different length, or with one name twice, do not stand side by side")
    void concatColumnsRefused() {
        String lengths = assertThrows(IllegalArgumentException.class, () -> sales.concatColumns(frame("a", list(1))))
                .getMessage();
        assertTrue(lengths.contains("concatColumns: the numbers of rows must be equal, were 3, 1"), lengths);
        assertThrows(IllegalArgumentException.class, () -> sales.concatColumns(sales));
        QueryFailed late = assertThrows(QueryFailed.class, () -> sales.concatColumns(
                        sales.filter("q1 is not null").rename("city", "a").select("a"))
                .collect());
        assertTrue(late.getMessage().contains("concatColumns: the numbers of rows must be equal"), late.getMessage());
    }

    @Test
    @DisplayName("F-08: a sample has the rows of its seed, as many as were asked for, in their order")
    void sample() {
        Frame rows = Frame.columns(Cells.map("x", IntStream.range(0, 10_000).toArray()));
        List<Object> first = column(rows.sample(100, 42), "x");
        assertEquals(100, first.size());
        assertEquals(List.copyOf(new TreeSet<>(first)), first, "in order, each once");
        assertEquals(first, column(rows.sample(100, 42), "x"));
        assertNotEquals(first, column(rows.sample(100, 43), "x"));
        Frame unseeded = rows.sample(100);
        assertEquals(column(unseeded, "x"), column(unseeded, "x"), "one frame is one sample");
        assertEquals(100, unseeded.rowCount());
        assertEquals(3, sales.sample(10, 1).rowCount());
        assertEquals(List.of(), rows(sales.sample(0, 1)));
        assertThrows(IllegalArgumentException.class, () -> sales.sample(-1, 1));
        double mean = first.stream().mapToInt(Integer.class::cast).average().orElseThrow();
        assertTrue(Math.abs(mean - 5000) < 1500, "spread over the frame, mean " + mean);
    }

    @Test
    @DisplayName("F-08: describe tells counts, nulls, and for numbers their distribution, exactly")
    void describe() {
        Frame data = frame(
                "n", list(1, 2, 3, 4, null),
                "d", list(0.5, null, null, 1.5, 2.5),
                "s", list("b", "a", null, "c", "c"));
        Frame described = data.describe();
        assertEquals(
                List.of("column", "type", "count", "nulls", "mean", "std", "min", "q25", "median", "q75", "max"),
                described.names());
        assertEquals(3, described.rowCount());
        List<List<Object>> rows = rows(described);
        double std = Math.sqrt(5.0 / 3);
        assertEquals(list("n", "int32", 4L, 1L, 2.5, std, "1", 1.75, 2.5, 3.25, "4"), rows.get(0));
        assertEquals(list("d", "double", 3L, 2L, 1.5, 1.0, "0.5", 1.0, 1.5, 2.0, "2.5"), rows.get(1));
        assertEquals(list("s", "string", 4L, 1L, null, null, "a", null, null, null, "c"), rows.get(2));
        Frame lazy = data.filter("n > 1").select("n").describe();
        assertEquals(list(list("n", 3L)), rows(lazy.select("column", "count")));
        assertEquals(1, lazy.rowCount());
        assertEquals(list(0L, 0L, 0L), column(data.filter("false").describe(), "count"));
    }

    @Test
    @DisplayName("F-08: describe takes columns of every type")
    void describeTypes() {
        Frame all = Frame.readSql(
                "select true as b, 1::utinyint as u, 1.5::decimal(10, 2) as d, date '2020-01-02' as day,"
                        + " time '01:02:03' as t, timestamptz '2020-01-02 03:04:05+00' as z, 'ab'::blob as bin, [1, 2] as l,"
                        + " {'a': 1} as s, interval 3 days as i, uuid() as id, map {'k': 1} as m, 'nan'::double as nan");
        Frame described = all.describe();
        assertEquals(13, described.rowCount());
        assertEquals(Collections.nCopies(13, 1L), column(described, "count"));
        assertEquals(list(1.5), column(described.filter("\"column\" = 'd'"), "mean"));
    }

    @Test
    @DisplayName("F-08: a chain of the new verbs is one statement")
    void oneStatement() {
        Frame chain = sales.sample(3, 1)
                .pivotLonger("quarter", "sold", "q1", "q2")
                .filter("sold is not null")
                .pivotWider("quarter", "sold", List.of("q1"))
                .concatColumns(frame("n", list(1, 2, 3)))
                .sort("-n")
                .head(2);
        assertEquals(2, chain.with(Query::of).scans().size(), "each source is read once");
        assertEquals(2, chain.rowCount());
        assertTrue(chain.explain().contains("pivotWider q1 of quarter, sold"), chain.explain());
    }
}
