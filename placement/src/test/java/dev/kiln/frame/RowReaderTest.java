package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NothingLeft.class)
class RowReaderTest {

    record Inner(int a, @Nullable String b) {}

    record Everything(
            byte b,
            short s,
            int i,
            long l,
            float f,
            double d,
            boolean z,
            char c,
            @Nullable String text,
            DayOfWeek day,
            UUID id,
            BigDecimal money,
            LocalDate date,
            LocalTime time,
            LocalDateTime at,
            Instant instant,
            Duration took,
            List<Integer> list,
            Inner inner,
            List<Inner> inners) {}

    @Test
    @DisplayName("F-08: rows come out as the records that went in, also behind a verb of the engine")
    void roundTrip() {
        Everything one = new Everything(
                (byte) 1,
                (short) 2,
                3,
                4L,
                5f,
                6.0,
                true,
                'c',
                "é",
                DayOfWeek.FRIDAY,
                new UUID(1, 2),
                new BigDecimal("1.50"),
                LocalDate.of(2024, 1, 2),
                LocalTime.of(3, 4),
                LocalDateTime.of(2024, 1, 2, 3, 4),
                Instant.parse("2024-01-02T03:04:05.000006Z"),
                Duration.ofMillis(7),
                List.of(8, 9),
                new Inner(10, null),
                List.of(new Inner(11, "b")));
        Everything two = new Everything(
                Byte.MIN_VALUE,
                Short.MIN_VALUE,
                Integer.MIN_VALUE,
                Long.MIN_VALUE,
                Float.MIN_VALUE,
                Double.MIN_VALUE,
                false,
                'ß',
                null,
                DayOfWeek.MONDAY,
                new UUID(-1, -2),
                new BigDecimal("-0.01"),
                LocalDate.of(1, 1, 1),
                LocalTime.MIDNIGHT,
                LocalDateTime.of(1500, 1, 1, 0, 0),
                Instant.EPOCH,
                Duration.ZERO,
                List.of(),
                new Inner(0, ""),
                List.of());
        Table table = Table.fromRows(List.of(one, two));
        assertEquals(List.of(one, two), table.toRows(Everything.class));
        try (Frame frame = Frame.adopt(table);
                Frame filtered = frame.filter("true");
                Frame again = Frame.rows(filtered.toRows(Everything.class))) {
            assertEquals(List.of(one, two), filtered.toRows(Everything.class), "behind the engine");
            assertEquals(frame.schema(), again.schema());
        }
    }

    record Wide(
            long n,
            double d,
            BigDecimal m,
            BigInteger i,
            @Nullable Object any) {}

    @Test
    @DisplayName("F-08: numbers are read into any type that holds them exactly, and any number into double")
    void numbers() {
        Table table = Table.fromColumns(Map.of(
                "n",
                List.of(new BigDecimal("7")),
                "d",
                new long[] {3},
                "m",
                new int[] {4},
                "i",
                new short[] {5},
                "any",
                List.of("text")));
        assertEquals(
                List.of(new Wide(7, 3.0, new BigDecimal(4), BigInteger.valueOf(5), "text")), table.toRows(Wide.class));
        table.release();
    }

    record IntX(int x) {}

    record BoxedX(@Nullable Integer x) {}

    record FloatX(float x) {}

    record StringX(String x) {}

    record DayX(DayOfWeek x) {}

    record OptionalX(Optional<Integer> x) {}

    record MissingY(int y) {}

    @SuppressWarnings("ArrayRecordComponent")
    record BytesX(byte[] x) {}

    record OffsetX(OffsetDateTime x) {}

    record ZonedX(ZonedDateTime x) {}

    record Picky(int x) {
        Picky {
            if (x > 1) {
                throw new IllegalStateException("too picky");
            }
        }
    }

    private static <T extends Record> List<T> rows(Object values, Class<T> type) {
        Table table = Table.fromColumns(Map.of("x", values));
        try {
            return table.toRows(type);
        } finally {
            table.release();
        }
    }

    private static void refused(String why, Object values, Class<? extends Record> type) {
        var refused = assertThrows(IllegalArgumentException.class, () -> rows(values, type));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    @Test
    @DisplayName("F-08: a component that cannot hold its column is refused, with the type that can")
    void mismatches() {
        refused("component x is int but column x has nulls: use Integer", Arrays.asList(1, null), IntX.class);
        refused("component x is int, which cannot hold 5000000000: use long", new long[] {5_000_000_000L}, IntX.class);
        refused("component x is int but column x has values such as 1.5: use double", new double[] {1.5}, IntX.class);
        refused(
                "component x is float but column x has values such as 1.5: use double",
                new double[] {1.5},
                FloatX.class);
        refused("component x is String but column x has values such as 1: use Integer", new int[] {1}, StringX.class);
        refused("component x is int but column x has values such as a: use String", List.of("a"), IntX.class);
        refused("has no constant NODAY, only [MONDAY", List.of("NODAY"), DayX.class);
        refused("component y of MissingY has no column; the columns are [x]", new int[1], MissingY.class);
        refused("does not accept the row [2]: java.lang.IllegalStateException: too picky", new int[] {2}, Picky.class);
        refused("values such as [1, 2]: use List", List.of(List.of(1, 2)), IntX.class);
    }

    record TookX(Duration x) {}

    @Test
    @DisplayName("F-08: a duration is one also when the engine has made an interval of it; one of months is none")
    void durations() {
        List<TookX> took = List.of(new TookX(Duration.ofHours(30)), new TookX(Duration.ofMillis(-1)));
        try (Frame frame = Frame.rows(took);
                Frame lazy = frame.filter("true");
                Frame days = Frame.readSql("select interval '2 days 3 seconds' as x");
                Frame months = Frame.readSql("select interval 3 months as x")) {
            assertEquals(took, lazy.toRows(TookX.class));
            assertEquals(List.of(new TookX(Duration.ofSeconds(2 * 86_400 + 3))), days.toRows(TookX.class));
            assertThrows(IllegalArgumentException.class, () -> months.toRows(TookX.class));
        }
    }

    @Test
    @DisplayName("F-08: nulls, optional values, bytes and zones come as the component has them")
    void others() {
        assertEquals(List.of(new BoxedX(1), new BoxedX(null)), rows(Arrays.asList(1, null), BoxedX.class));
        assertEquals(
                List.of(new OptionalX(Optional.of(1)), new OptionalX(Optional.empty())),
                rows(Arrays.asList(1, null), OptionalX.class));
        assertArrayEquals(
                new byte[] {1, 2},
                rows(List.of(new byte[] {1, 2}), BytesX.class).getFirst().x());
        Instant now = Instant.parse("2024-01-01T00:00:00Z");
        assertEquals(List.of(new OffsetX(now.atOffset(ZoneOffset.UTC))), rows(List.of(now), OffsetX.class));
        assertEquals(List.of(new ZonedX(now.atZone(ZoneOffset.UTC))), rows(List.of(now), ZonedX.class));
        assertEquals(List.of(), rows(new int[0], IntX.class));
        assertEquals(Collections.nCopies(100_000, new IntX(0)), rows(new int[100_000], IntX.class));
    }
}
