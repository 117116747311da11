package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static dev.kiln.frame.Cells.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SeriesTest {
    private Frame flights;
    private Series delay;

    @BeforeEach
    void data() {
        flights = frame(
                "origin", list("JFK", "SFO", null),
                "delay", list(5, null, 70),
                "distance", list(1.5, 2.0, 3.0));
        delay = flights.column("delay");
    }

    @AfterEach
    void close() {
        Frame.closeAll(List.of(delay, flights));
    }

    @Test
    @DisplayName("F-06: a series of values knows its facts, and its values are what was given")
    void facts() {
        Series numbers = Series.of(1, 2, 3);
        assertEquals("value", numbers.name());
        assertEquals(new ArrowType.Int(32, true), numbers.type());
        assertEquals(3, numbers.size());
        assertTrue(numbers.byteSize() > 0);
        assertFalse(numbers.isRemote());
        assertEquals("local", numbers.owner());
        assertEquals(List.of(1, 2, 3), numbers.toList());
        assertEquals(List.of(1L, 2L), Series.of(1L, 2L).toList());
        assertEquals(List.of(0.5), Series.of(0.5).toList());
        assertEquals(list("a", null), Series.of("a", null).toList());
        assertEquals(list(true, null), Series.of(Arrays.asList(true, null)).toList());
        assertEquals(
                list(BigDecimal.ONE, null), Series.of(Arrays.asList(1, null)).toList(BigDecimal.class));
        assertThrows(IllegalArgumentException.class, () -> Series.of(1L << 40).toList(Integer.class));
    }

    @Test
    @DisplayName("F-08: arithmetic with a value keeps the column's type and its nulls")
    void scalars() {
        assertEquals(list(8, null, 73), delay.plus(3).toList());
        assertEquals(list(2, null, 67), delay.minus(3).toList());
        assertEquals(list(8, null, 73), delay.minus(-3).toList());
        assertEquals(list(10, null, 140), delay.times(2).toList());
        assertEquals(list(2.5, null, 35.0), delay.div(2).toList());
        assertEquals(list(5.5, null, 70.5), delay.plus(0.5).toList());
        assertEquals(list(null, null, null), delay.plus(null).toList());
        assertEquals("delay", delay.plus(3).times(2).name());
        assertEquals(list(Double.POSITIVE_INFINITY), Series.of(1).div(0).toList());
        assertEquals(list(Double.NaN), Series.of(0).div(0).toList());
    }

    @Test
    @DisplayName("F-08: a result that does not fit its type is QueryFailed, not a wrong number")
    void overflow() {
        Series large = Series.of(Integer.MAX_VALUE);
        assertThrows(QueryFailed.class, large.plus(1)::toList);
        assertEquals(list(Integer.MAX_VALUE + 1L), large.cast("bigint").plus(1).toList());
    }

    @Test
    @DisplayName("F-08: comparisons are true, false, or null where a side is null")
    void comparisons() {
        assertEquals(list(true, null, false), delay.equalTo(5).toList());
        assertEquals(list(false, null, true), delay.notEqualTo(5).toList());
        assertEquals(list(true, null, false), delay.lessThan(6).toList());
        assertEquals(list(true, null, false), delay.atMost(5).toList());
        assertEquals(list(false, null, true), delay.greaterThan(5).toList());
        assertEquals(list(true, null, true), delay.atLeast(5).toList());
        assertEquals(list(false, true, false), delay.isNull().toList());
        assertEquals(
                list(true, false, null), flights.column("origin").equalTo("JFK").toList());
        assertEquals(
                List.of(true, true),
                Series.of(Double.NaN, 1).atMost(Double.NaN).toList(),
                "NaN is equal to itself and larger than the rest");
    }

    @Test
    @DisplayName("F-08: values of every kind that a column can have meet it unharmed")
    void scalarKinds() {
        List<Object> values = List.of(
                true,
                (byte) -1,
                (short) -2,
                Integer.MIN_VALUE,
                Long.MIN_VALUE,
                1.5f,
                -0.1,
                new BigDecimal("-12.340"),
                "it's \"\0\" 日本 ?",
                LocalDate.of(2020, 2, 29),
                LocalTime.of(1, 2, 3, 4000),
                LocalDateTime.of(2020, 2, 29, 1, 2, 3, 4000),
                Instant.parse("2020-02-29T01:02:03.000004Z"));
        for (Object value : values) {
            Series series = Series.of(List.of(value));
            assertEquals(list(true), series.equalTo(value).toList(), value::toString);
            assertEquals(list(false), series.notEqualTo(value).toList(), value::toString);
        }
        assertEquals(
                list(true),
                Series.of(List.of(new byte[] {0, -1}))
                        .equalTo(new byte[] {0, -1})
                        .toList());
        UUID id = UUID.randomUUID();
        assertEquals(
                list(true), Series.of(id.toString()).cast("uuid").equalTo(id).toList());
        assertEquals(
                list(LocalDate.of(2020, 3, 1)),
                Series.of(List.of(LocalDate.of(2020, 2, 29))).plus(1).toList());
        assertThrows(IllegalArgumentException.class, () -> delay.plus(new Object()));
    }

    @Test
    @DisplayName("F-08: series of one frame are computed in one pass over it")
    void onePass() {
        Series sum = delay.times(2).plus(flights.column("distance")).minus(delay);
        assertEquals(list(6.5, null, 73.0), sum.toList());
        Query query = sum.frame().with(Query::of);
        assertEquals(1, query.scans().size());
        assertEquals(List.of("delay", "distance"), query.scans().getFirst().columns());
        assertEquals("delay", sum.name());
        assertEquals("x", sum.named("x").name());
        Frame more = flights.put("sum", sum).put("delay", delay.plus(1));
        assertEquals(1, more.with(Query::of).scans().size() - 1, "the second put is of the frame before");
        assertEquals(List.of("origin", "delay", "distance", "sum"), more.names());
        assertEquals(list(6, null, 71), column(more, "delay"));
        assertEquals(list(6.5, null, 73.0), column(more, "sum"));
    }

    @Test
    @DisplayName("F-08: series of different frames meet row by row, in order")
    void positional() {
        Series other = Series.of(10, 20, 30);
        assertEquals(list(15, null, 100), delay.plus(other).toList());
        assertEquals(
                list(25, null, 130),
                delay.plus(other).plus(other).plus(delay.minus(delay)).toList());
        Series many = Frame.readSql("select i from range(200000) t(i)").column("i");
        Series filtered = Frame.readSql("select i + 1 as i from range(400000) t(i)")
                .filter("i % 2 = 1")
                .column("i");
        assertEquals(
                200_000L * 199_999 / 2,
                filtered.minus(many).minus(1).sum().orElseThrow().longValue());
    }

    @Test
    @DisplayName(
            "F-08: different numbers of rows are refused at the operation, or at the end where they are not known before")
    void lengths() {
        String known = assertThrows(IllegalArgumentException.class, () -> delay.plus(Series.of(1, 2)))
                .getMessage();
        assertTrue(known.contains("must be equal, were 3, 2"), known);
        Series two = flights.filter("distance > 1.5").column("distance");
        QueryFailed late = assertThrows(QueryFailed.class, delay.plus(two)::toList);
        assertTrue(late.getMessage().contains("the numbers of rows must be equal"), late.getMessage());
        assertThrows(QueryFailed.class, two.plus(delay)::toList);
        assertThrows(QueryFailed.class, two.plus(delay)::count);
        assertThrows(QueryFailed.class, flights.put("x", two)::rowCount);
    }

    @Test
    @DisplayName("F-08: cast changes the type, or fails at the value that does not fit")
    void cast() {
        assertEquals(list("5", null, "70"), delay.cast("varchar").toList());
        assertEquals(
                list(new BigDecimal("5.00"), null, new BigDecimal("70.00")),
                delay.cast("decimal(10, 2)").toList());
        assertThrows(QueryFailed.class, flights.column("origin").cast("integer")::toList);
        assertThrows(IllegalArgumentException.class, () -> delay.cast("integer, varchar"));
    }

    @Test
    @DisplayName("F-08: format writes values and text in turn, null where a series is null")
    void format() {
        Series text = Series.format("from ", flights.column("origin"), " 'late' ", delay, 1);
        assertEquals(list("from JFK 'late' 51", null, null), text.toList());
        assertEquals("origin", text.name());
        assertThrows(IllegalArgumentException.class, () -> Series.format("a", 1));
    }

    @Test
    @DisplayName("F-08: aggregates leave nulls out, and tell when there is nothing")
    void aggregates() {
        assertEquals(Optional.of(75L), delay.sum().map(Number::longValue));
        assertEquals(OptionalDouble.of(37.5), delay.mean());
        assertEquals(OptionalDouble.of(37.5), delay.median());
        assertEquals(OptionalDouble.of(Math.sqrt(2 * 32.5 * 32.5)), delay.std());
        assertEquals(Optional.of(5), delay.min());
        assertEquals(Optional.of(70), delay.max());
        assertEquals(2, delay.count());
        assertEquals(1, delay.nullCount());
        assertEquals(2, delay.distinctCount());
        Series none = flights.filter("false").column("delay");
        assertEquals(Optional.empty(), none.sum());
        assertEquals(OptionalDouble.empty(), none.mean());
        assertEquals(Optional.empty(), none.min());
        assertEquals(0, none.count());
        assertEquals(List.of(), none.toList());
    }

    @Test
    @DisplayName("F-08: put adds a column at the end, or replaces one in place, without the engine where it can")
    void put() {
        Frame put = flights.put("n", Series.of(1, 2, 3)).put("delay", Series.of("a", "b", "c"));
        assertEquals(list(list("JFK", "a", 1.5, 1), list("SFO", "b", 2.0, 2), list(null, "c", 3.0, 3)), rows(put));
        assertTrue(put.explain().contains("without the engine"), put.explain());
        assertEquals(list(list(3)), rows(put.filter("delay = 'c'").select("n")));
        assertEquals(list(1, 2, 3), column(put.select("n"), "n"));
        assertThrows(IllegalArgumentException.class, () -> flights.put("Delay", delay));
    }

    @Test
    @DisplayName("F-14: a series lives on without its frame, is equal to itself only, and is of no use after close")
    void lifecycle() throws Exception {
        Series distance = flights.column("distance");
        assertNotEquals(distance, flights.column("distance"));
        flights.close();
        assertEquals(list(1.5, 2.0, 3.0), distance.toList());
        try (Frame alone = distance.toFrame();
                Series kept = distance.compute();
                Series home = distance.collect()) {
            distance.close();
            distance.close();
            assertEquals(list(list(1.5), list(2.0), list(3.0)), rows(alone));
            assertEquals(kept.toList(), home.toList());
        }
        assertThrows(IllegalStateException.class, distance::toList);
        assertThrows(IllegalStateException.class, () -> distance.plus(1));
        assertTrue(distance.toString().contains("closed"), distance.toString());
        try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            assertThrows(NotSerializableException.class, () -> out.writeObject(delay));
        }
    }

    @Test
    @DisplayName("F-04: the text of a series is its preview, or what it will be, and nothing runs for it")
    void text() {
        assertTrue(Series.of(1, 2).toString().contains("value"), Series.of(1, 2).toString());
        String lazy = delay.plus(1).toString();
        assertTrue(lazy.contains("not computed yet") && lazy.contains("series delay = "), lazy);
    }

    @Test
    @DisplayName("F-08: a column that does not exist is named, with the one that was meant")
    void suggestions() {
        String message = assertThrows(IllegalArgumentException.class, () -> flights.column("orgin"))
                .getMessage();
        assertTrue(message.contains("column: there is no column \"orgin\" (did you mean \"origin\"?)"), message);
    }

    @Test
    @DisplayName("F-08: a long text is a value like any other, not an expression that is too long")
    void longText() {
        String text = "x".repeat(100_000);
        assertEquals(
                list(true, false, null),
                Series.of(text, "y", null).equalTo(text).toList());
    }

    @Test
    @DisplayName("F-08: an expression that uses itself again and again is refused, not run for ever")
    void doubling() {
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> {
            Series series = delay;
            for (int i = 0; i < 100; i++) {
                series = series.plus(series);
            }
        });
        assertTrue(refused.getMessage().contains("compute()"), refused.getMessage());
        assertThrows(IllegalStateException.class, () -> {
            Frame frame = flights;
            for (int i = 0; i < 100; i++) {
                frame = frame.concatRows(frame);
            }
        });
    }
}
