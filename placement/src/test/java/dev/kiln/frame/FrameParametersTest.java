package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameParametersTest {
    private enum Airport {
        JFK,
        SFO
    }

    private final Frame data = frame("i", list(1, 2, 3), "s", list("JFK", "a'b", "x' or '1'='1"));

    @AfterEach
    void close() {
        data.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x' or '1'='1", "'; drop table t0; --", "\") --", "?", "$1", "\\", "ü🙂\n"})
    @DisplayName("F-08: a parameter is a value, whatever text it has")
    void injection(String value) {
        List<Object> equal = column(data.filter("s = ?", value), "s");
        assertEquals(value.equals("x' or '1'='1") ? list(value) : list(), equal);
        assertEquals(3, data.filter("s <> ? or true", value).rowCount());
    }

    @Test
    @DisplayName("F-08: parameters of several filters and of a joined frame stay with their expressions")
    void order() {
        Frame left = data.filter("i > ?", 0).mutate("j = i * 10").filter("j < ? and s <> ?", 30, "?");
        Frame right = data.filter("i = ? or i = ?", 2, 3);
        assertEquals(list("a'b"), column(left.join(right, JoinType.INNER, "i").filter("j = ?", 20), "s"));
        assertEquals(
                list("JFK", "a'b", "a'b", "x' or '1'='1"),
                column(left.drop("j").concatRows(right).filter("i <> ?", 9), "s"));
    }

    @Test
    @DisplayName("F-08: values of every supported type")
    void types() {
        byte[] bytes = "ab".getBytes(StandardCharsets.UTF_8);
        UUID id = UUID.fromString("a933a328-b679-407a-bd8e-c07de3ab38fc");
        Map<String, Object> sameAs = Map.ofEntries(
                Map.entry("true", true),
                Map.entry("1::tinyint", (byte) 1),
                Map.entry("1::smallint", (short) 1),
                Map.entry("1", 1),
                Map.entry("1::bigint", 1L),
                Map.entry("1.5::float", 1.5f),
                Map.entry("1.5::double", 1.5),
                Map.entry("12.50", new BigDecimal("12.50")),
                Map.entry("123456789012345678901::hugeint", new BigInteger("123456789012345678901")),
                Map.entry("'x'", 'x'),
                Map.entry("'JFK'", Airport.JFK),
                Map.entry("date '2020-01-02'", LocalDate.of(2020, 1, 2)),
                Map.entry("time '01:02:03.5'", LocalTime.of(1, 2, 3, 500_000_000)),
                Map.entry("timestamp '2020-01-02 03:04:05'", LocalDateTime.of(2020, 1, 2, 3, 4, 5)),
                Map.entry("timestamptz '2020-01-02 03:04:05+00'", Instant.parse("2020-01-02T03:04:05Z")),
                Map.entry("timestamptz '2020-01-02 03:04:06+02'", OffsetDateTime.parse("2020-01-02T03:04:06+02:00")),
                Map.entry(
                        "timestamptz '2020-07-02 03:04:05+02'",
                        ZonedDateTime.of(2020, 7, 2, 3, 4, 5, 0, ZoneId.of("Europe/Zurich"))),
                Map.entry("uuid '" + id + "'", id),
                Map.entry("'ab'::blob", bytes));
        sameAs.forEach((sql, value) -> assertEquals(
                3,
                data.filter(sql + " = ? and typeof(" + sql + ") = typeof(?)", value, value)
                        .rowCount(),
                sql));
        assertEquals(3, data.filter("? is null", (Object) null).rowCount());
        assertEquals(3, data.filter("? is null", (Object[]) null).rowCount());
        assertEquals(0, data.filter("i = ?", (Object) null).rowCount());
    }

    @Test
    @DisplayName(
            "F-08: a time with nanoseconds meets data with nanoseconds exactly, and microseconds of any year as such")
    void nanoseconds() {
        Instant instant = Instant.parse("1969-12-31T23:59:59.123456789Z");
        LocalDateTime local = LocalDateTime.of(2020, 1, 2, 3, 4, 5, 123_456_789);
        LocalTime time = LocalTime.of(1, 2, 3, 123_456_789);
        try (Frame fine = frame("i", list(instant), "l", list(local), "t", list(time), "n", list(7));
                Frame coarse =
                        frame("l", list(LocalDateTime.of(1, 1, 1, 0, 0), LocalDateTime.of(9999, 12, 31, 0, 0)))) {
            assertEquals(
                    1,
                    fine.filter("n = ? and i = ? and l = ? and t = ?", 7, instant, local, time)
                            .rowCount());
            assertEquals(
                    1,
                    fine.filter("i = ?", instant.atZone(ZoneId.of("Europe/Zurich")))
                            .rowCount());
            assertEquals(
                    0,
                    fine.filter("i < ? or l < ? or t < ?", instant, local, time).rowCount());
            assertEquals(0, fine.filter("i = ?", instant.plusNanos(1)).rowCount());
            assertEquals(1, fine.filter("'?' <> '' and i = ? /* ? */", instant).rowCount());
            assertEquals(1, coarse.filter("l < ?", local).rowCount());
            assertEquals(list(true, false), coarse.column("l").lessThan(local).toList());
            assertEquals(list(true), fine.column("i").equalTo(instant).toList());
            assertEquals(list(true), fine.column("l").equalTo(local).toList());
            assertEquals(list(true), fine.column("t").equalTo(time).toList());
        }
    }

    @Test
    @DisplayName("F-08: a value that the caller changes afterwards is not changed in the plan")
    void copied() {
        byte[] bytes = {1};
        Frame filtered = data.filter("? = '\\x01'::blob", (Object) bytes);
        bytes[0] = 2;
        assertEquals(3, filtered.rowCount());
    }

    @Test
    @DisplayName("F-08: the number of values must match, and their types must be known")
    void refused() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> data.filter("i = ?"))
                .getMessage()
                .contains("1 parameters (?), got 0"));
        assertThrows(IllegalArgumentException.class, () -> data.filter("i = 1", 1));
        assertThrows(IllegalArgumentException.class, () -> data.filter("i = '?'", 1));
        assertThrows(IllegalArgumentException.class, () -> data.mutate("x = ?"));
        assertThrows(IllegalArgumentException.class, () -> data.groupBy("i").summarise("x = count(?)"));
        assertThrows(IllegalArgumentException.class, () -> data.sql("select ? from this"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> data.filter("i in ?", List.of(1, 2)))
                .getMessage()
                .contains("one ? for each"));
        assertThrows(IllegalArgumentException.class, () -> data.filter("i = ?", Duration.ZERO));
    }
}
