package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.arrow.vector.Float8Vector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NothingLeft.class)
class ColumnTableTest {

    /** The type and the values that a column of these values gets. */
    private static void becomes(String type, List<? extends @Nullable Object> expected, Object values) {
        Table table = Table.fromColumns(Map.of("x", values));
        try {
            assertEquals(type, TypeNames.of(table.schema().getFields().getFirst()));
            assertEquals(expected, Contents.of(table).get("x"));
        } finally {
            table.release();
        }
    }

    private static void refused(String why, Map<String, ?> columns) {
        var refused = assertThrows(IllegalArgumentException.class, () -> Table.fromColumns(columns));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    @Test
    @DisplayName("F-09: arrays of primitives become columns")
    void primitives() {
        becomes("int8", List.of((byte) 1, (byte) -2), new byte[] {1, -2});
        becomes("int16", List.of((short) 1, (short) -2), new short[] {1, -2});
        becomes("int32", List.of(1, -2), new int[] {1, -2});
        becomes("int64", List.of(1L, Long.MIN_VALUE), new long[] {1, Long.MIN_VALUE});
        becomes("float", List.of(1.5f, Float.NaN), new float[] {1.5f, Float.NaN});
        becomes("double", List.of(1.5, -0.0), new double[] {1.5, -0.0});
        becomes("bool", List.of(true, false, true), new boolean[] {true, false, true});
    }

    @Test
    @DisplayName("F-09: arrays and collections of objects become columns, with nulls")
    void objects() {
        becomes("int8", Arrays.asList((byte) 1, null), new Byte[] {1, null});
        becomes("int16", Arrays.asList((short) 1, null), new Short[] {1, null});
        becomes("int32", Arrays.asList(1, null), new Integer[] {1, null});
        becomes("int64", Arrays.asList(null, 2L), Arrays.asList(null, 2L));
        becomes("float", Arrays.asList(null, 2f), Arrays.asList(null, 2f));
        becomes("double", Arrays.asList(null, 2.0), Arrays.asList(null, 2.0));
        becomes("bool", Arrays.asList(null, true), Arrays.asList(null, true));
        becomes("string", Arrays.asList("é€🔥", null, ""), new String[] {"é€🔥", null, ""});
        becomes("string", List.of("MONDAY"), List.of(DayOfWeek.MONDAY));
        becomes("string", List.of("c"), Set.of('c'));
        UUID id = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        becomes("string", List.of(id.toString()), List.of(id));
        becomes("binary", Arrays.asList(ByteBuffer.wrap(new byte[] {1, 2}), null), new byte[][] {{1, 2}, null});
    }

    @Test
    @DisplayName("F-09: times keep their resolution: microseconds, or nanoseconds where a value has them")
    void times() {
        LocalDateTime micro = LocalDateTime.of(2024, 2, 29, 23, 59, 58, 123_456_000);
        LocalDateTime before = LocalDateTime.of(1900, 1, 1, 0, 0, 0, 1_000);
        LocalDateTime nano = micro.plusNanos(1);
        becomes("date", Arrays.asList(LocalDate.of(1, 1, 1), null), Arrays.asList(LocalDate.of(1, 1, 1), null));
        becomes("timestamp[us]", List.of(micro, before), List.of(micro, before));
        becomes("timestamp[ns]", List.of(micro, nano, before), List.of(micro, nano, before));
        Instant instant = Instant.parse("2024-02-29T12:00:00.000001Z");
        becomes("timestamp[us, UTC]", List.of(instant), List.of(instant));
        becomes("timestamp[ns, UTC]", List.of(instant.plusNanos(1)), List.of(instant.plusNanos(1)));
        OffsetDateTime offset = instant.atOffset(ZoneOffset.ofHours(2));
        becomes("timestamp[us, UTC]", List.of(instant), List.of(offset));
        becomes("timestamp[us, UTC]", List.of(instant), List.of(offset.toZonedDateTime()));
        becomes("time", List.of(LocalTime.of(1, 2, 3, 4_000)), List.of(LocalTime.of(1, 2, 3, 4_000)));
        becomes("time", List.of(LocalTime.of(1, 2, 3, 4)), List.of(LocalTime.of(1, 2, 3, 4)));
        becomes("duration[us]", List.of(Duration.ofSeconds(-1, 5_000)), List.of(Duration.ofSeconds(-1, 5_000)));
        becomes("duration[ns]", List.of(Duration.ofNanos(-1)), List.of(Duration.ofNanos(-1)));
        refused("column x, row 0: " + LocalDateTime.MAX + " is too large", Map.of("x", List.of(LocalDateTime.MAX)));
    }

    @Test
    @DisplayName(
            "F-09: decimals have the scale of the value that needs the largest, and 18 digits, or up to 38 if they need more")
    void decimals() {
        becomes(
                "decimal(18,3)",
                Arrays.asList(new BigDecimal("1.500"), new BigDecimal("-0.001"), null, new BigDecimal("1000.000")),
                Arrays.asList(new BigDecimal("1.5"), new BigDecimal("-0.001"), null, new BigDecimal("1E3")));
        becomes(
                "decimal(20,2)",
                List.of(new BigDecimal("123456789012345678.00"), new BigDecimal("0.25")),
                List.of(new BigDecimal("123456789012345678"), new BigDecimal("0.25")));
        BigInteger large = BigInteger.TEN.pow(37).negate();
        becomes("decimal(38,0)", List.of(new BigDecimal(large)), List.of(large));
        refused("needs decimals of 39 digits", Map.of("x", List.of(BigInteger.TEN.pow(38))));
        refused("3 of them after the point", Map.of("x", List.of(new BigDecimal("0.001"), BigDecimal.TEN.pow(36))));
    }

    record Point(int x, @Nullable String label) {}

    @Test
    @DisplayName("F-09: collections, arrays and records of values nest")
    void nested() {
        becomes(
                "list<int32>",
                Arrays.asList(List.of(1, 2), null, List.of()),
                Arrays.asList(List.of(1, 2), null, List.of()));
        becomes("list<double>", List.of(List.of(1.0, 2.0)), new double[][] {{1, 2}});
        becomes(
                "list<list<string>>",
                List.of(List.of(List.of("a"), List.of())),
                List.of(List.of(List.of("a"), List.of())));
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("x", 7);
        fields.put("label", null);
        becomes(
                "struct<x: int32, label: string>",
                Arrays.asList(fields, null),
                Arrays.asList(new Point(7, null), null));
        becomes(
                "list<struct<x: int32, label: string>>",
                List.of(List.of(fields)),
                List.of(List.of(new Point(7, null))));
    }

    @Test
    @DisplayName("F-09: a column of nothing but nulls has the declared type, or the null type")
    void onlyNulls() {
        becomes("null", Collections.nCopies(2, null), Collections.nCopies(2, null));
        becomes("null", List.of(), List.of());
        becomes("string", Collections.nCopies(2, null), new String[2]);
        becomes("int64", List.of(), new Long[0]);
        becomes("list<int32>", Collections.nCopies(1, null), new int[1][]);
        becomes("null", Collections.nCopies(1, null), new Object[1]);
    }

    @Test
    @DisplayName("F-09: what has no place in a column is refused by name, with what has")
    void unsupported() {
        refused("at least one column", Map.of());
        refused("columns must have one length, have a 1, b 2", ordered("a", new int[1], "b", new int[2]));
        refused("column x has values of type java.lang.Thread", Map.of("x", List.of(Thread.currentThread())));
        refused("column x has values of type java.util.HashMap", Map.of("x", List.of(new java.util.HashMap<>())));
        refused("column x is a char[]", Map.of("x", new char[1]));
        refused("column x is a java.lang.String", Map.of("x", "abc"));
        refused("mixes java.lang.Integer and java.lang.String", Map.of("x", List.of(1, "a")));
        refused(
                "mixes java.lang.Integer and java.lang.Double: make all its values one type",
                Map.of("x", List.of(1, 2.0)));
        refused("column x[] mixes", Map.of("x", List.of(List.of(1), List.of("a"))));
        refused("column x mixes", Map.of("x", List.of(List.of(1), 1)));
        Map<String, @Nullable Object> nothing = new LinkedHashMap<>();
        nothing.put("x", null);
        refused("column x has no values (null)", nothing);
        Map<@Nullable String, Object> nameless = new LinkedHashMap<>();
        nameless.put(null, new int[1]);
        var refused = assertThrows(IllegalArgumentException.class, () -> Table.fromColumns(nameless));
        assertTrue(refused.getMessage().contains("no name"));
    }

    private static Map<String, Object> ordered(String first, Object one, String second, Object two) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(first, one);
        map.put(second, two);
        return map;
    }

    @Test
    @DisplayName(
            "F-09: large arrays go straight into shared memory, in one batch, and sharing them copies nothing more")
    void largeArrays() {
        int rows = 200_000;
        double[] x = IntStream.range(0, rows).asDoubleStream().toArray();
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("x", x);
        columns.put("n", IntStream.range(0, rows).toArray());
        columns.put("f", new float[rows]);
        columns.put("l", new long[rows]);
        columns.put("h", new short[rows]);
        columns.put("c", new byte[rows]);
        columns.put("b", new boolean[rows]);
        columns.put("s", Collections.nCopies(rows, "text"));
        Table table = Table.fromColumns(columns);
        assertEquals(1, NothingLeft.added().segments());
        assertEquals(0, NothingLeft.added().buffers());
        assertEquals(0, NothingLeft.added().privateTables());
        assertEquals(1, table.batchCount());
        long segmentBytes = NothingLeft.added().segmentBytes();
        Table mapped = Table.map(table.share());
        assertEquals(segmentBytes, NothingLeft.added().segmentBytes());
        table.release();
        mapped.read(0, view -> {
            assertEquals(199_999.0, ((Float8Vector) view.getVector("x")).get(199_999));
            return null;
        });
        assertEquals(199_999, Contents.of(mapped).get("n").get(199_999));
        assertEquals("text", Contents.of(mapped).get("s").get(199_999));
        mapped.release();
    }

    @SuppressWarnings("ArrayRecordComponent")
    record Trade(
            int id,
            long volume,
            double price,
            boolean open,
            char kind,
            @Nullable String symbol,
            @Nullable Integer lot,
            @Nullable LocalDate day,
            List<String> tags,
            @Nullable Point at,
            double[] history) {}

    @Test
    @DisplayName("F-09: records become rows, one column per component")
    void records() {
        List<Trade> trades = List.of(
                new Trade(
                        1,
                        2L,
                        0.5,
                        true,
                        'b',
                        "KLN",
                        7,
                        LocalDate.of(2024, 1, 1),
                        List.of("a"),
                        new Point(1, "p"),
                        new double[] {1}),
                new Trade(2, 3L, 1.5, false, 's', null, null, null, List.of(), null, new double[0]));
        Table table = Table.fromRows(trades);
        assertEquals(
                "[int32, int64, double, bool, string, string, int32, date, list<string>,"
                        + " struct<x: int32, label: string>, list<double>]",
                table.schema().getFields().stream().map(TypeNames::of).toList().toString());
        var contents = Contents.of(table);
        assertEquals(List.of(1, 2), contents.get("id"));
        assertEquals(List.of(true, false), contents.get("open"));
        assertEquals(Arrays.asList("KLN", null), contents.get("symbol"));
        assertEquals(List.of(List.of(1.0), List.of()), contents.get("history"));
        table.release();
    }

    record None() {}

    @Test
    @DisplayName("F-09: rows that are no rows are refused")
    void recordsRefused() {
        var empty = assertThrows(IllegalArgumentException.class, () -> Table.fromRows(List.of()));
        assertTrue(empty.getMessage().contains("no row to tell the columns"), empty.getMessage());
        List<Record> mixed = List.of(new Point(1, "a"), new None());
        var other = assertThrows(IllegalArgumentException.class, () -> Table.fromRows(mixed));
        assertTrue(other.getMessage().contains("row 1 is a " + None.class.getName()), other.getMessage());
        List<@Nullable Record> holes = new ArrayList<>(List.of(new Point(1, "a")));
        holes.add(null);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Table.fromRows(holes))
                .getMessage()
                .contains("row 1 is null"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Table.fromRows(List.of(new None())))
                .getMessage()
                .contains("has no components"));
    }
}
