package dev.kiln.frame;

import static java.util.stream.Collectors.joining;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;

/**
 * Random frames, with the plain SQL that says the same. Kinds of columns: {@code i} whole numbers, {@code j} of 32 bits, {@code u}
 * of 32 bits without a sign, {@code d} multiples of a half, {@code s} text (in four encodings of Arrow), {@code b} booleans,
 * {@code t} dates, {@code h} times, {@code z} timestamps, {@code w} timestamps with a zone, {@code m} decimals, {@code k} bytes,
 * {@code l} lists, {@code r} structs.
 */
final class RandomData {
    private static final String KINDS = "ijudsbthzwmklr";
    private static final List<String> BY_ARROW = List.of("u", "s");
    private static final List<String> TEXTS =
            List.of("", "a", "b", "A", "é", "日本", "a b", "it's", "longer than twelve bytes");

    private final Random random;

    RandomData(Random random) {
        this.random = random;
    }

    /** What a struct is made of; both may be null. */
    record Pair(Long a, String b) {}

    /** Nulls in every column. At most one kind of column twice: never. */
    Told frame() {
        int rows = random.nextInt(6) == 0 ? random.nextInt(2) : random.nextInt(25);
        List<Told.Column> columns = new ArrayList<>();
        Map<String, List<Object>> data = new LinkedHashMap<>();
        for (int k = 0; k < KINDS.length(); k++) {
            char kind = KINDS.charAt(k);
            if (kind == 'i' || kind == 's' || random.nextInt(5) < 2) {
                String name = "" + kind;
                columns.add(new Told.Column(name, kind));
                List<Object> values = new ArrayList<>();
                for (int row = 0; row < rows; row++) {
                    values.add(random.nextInt(5) == 0 ? null : value(kind));
                }
                values.add(value(kind)); // tells the type; cut off again
                data.put(name, values);
            }
        }
        // a list for each column costs the engine less than "values" with a row each, and planning is what the test
        // takes
        String lists = columns.stream()
                .map(column -> "unnest(" + literal(data.get(column.name()).subList(0, rows)) + "::"
                        + type(column.kind()) + "[]) as " + Told.quoted(column.name()))
                .collect(joining(", "));
        String step = "s0 as (select " + lists + ", unnest(range(" + rows + ")) as _pos)";
        return new Told(frame(data).head(rows), List.of(step), columns, true, Math.max(1, rows));
    }

    /** In the order of the map, what Java has no type for from vectors. */
    private Frame frame(Map<String, List<Object>> data) {
        Map<String, List<Object>> ofJava = new LinkedHashMap<>(data);
        List<Frame> ofArrow = new ArrayList<>();
        for (String kind : BY_ARROW) {
            List<Object> values = ofJava.remove(kind);
            if (values != null) {
                ofArrow.add(vector(kind, values));
            }
        }
        try (Frame columns = Frame.columns(ofJava);
                Frame all = columns.concatColumns(ofArrow.toArray(Frame[]::new));
                Frame ordered = all.select(data.keySet().toArray(String[]::new))) {
            return ordered.compute();
        } finally {
            Frame.closeAll(ofArrow);
        }
    }

    private Frame vector(String name, List<Object> values) {
        if (name.equals("u")) {
            UInt4Vector vector = new UInt4Vector(name, Memory.allocator());
            fill(vector, values, row -> vector.setSafe(row, ((Long) values.get(row)).intValue()));
            return Frame.of(VectorSchemaRoot.of(vector));
        }
        return switch (random.nextInt(4)) {
            case 0 -> {
                LargeVarCharVector vector = new LargeVarCharVector(name, Memory.allocator());
                fill(vector, values, row -> vector.setSafe(row, utf8(values.get(row))));
                yield Frame.of(VectorSchemaRoot.of(vector));
            }
            case 1 -> {
                ViewVarCharVector vector = new ViewVarCharVector(name, Memory.allocator());
                fill(vector, values, row -> vector.setSafe(row, utf8(values.get(row))));
                yield Frame.of(VectorSchemaRoot.of(vector));
            }
            case 2 -> encoded(name, values);
            default -> Frame.of(VectorSchemaRoot.of(texts(name, values)));
        };
    }

    private static Frame encoded(String name, List<Object> values) {
        try (VarCharVector plain = texts(name, values);
                VarCharVector words = texts("words", new ArrayList<>(TEXTS))) {
            Dictionary dictionary = new Dictionary(words, new DictionaryEncoding(1, false, null));
            FieldVector indices = (FieldVector) DictionaryEncoder.encode(plain, dictionary);
            return Frame.of(
                    new VectorSchemaRoot(List.of(indices.getField()), List.of(indices), values.size()),
                    new MapDictionaryProvider(dictionary));
        }
    }

    private static VarCharVector texts(String name, List<Object> values) {
        VarCharVector vector = new VarCharVector(name, Memory.allocator());
        fill(vector, values, row -> vector.setSafe(row, utf8(values.get(row))));
        return vector;
    }

    private static byte[] utf8(Object text) {
        return ((String) text).getBytes(StandardCharsets.UTF_8);
    }

    private interface Setting {
        void set(int row);
    }

    private static void fill(FieldVector vector, List<Object> values, Setting setting) {
        vector.allocateNew();
        for (int row = 0; row < values.size(); row++) {
            if (values.get(row) != null) {
                setting.set(row);
            }
        }
        vector.setValueCount(values.size());
    }

    Object value(char kind) {
        return switch (kind) {
            case 'i' -> (long) random.nextInt(-5, 10);
            case 'j' -> random.nextInt(-50, 50);
            case 'u' -> List.of(0L, 1L, 7L, 2_147_483_648L, 4_294_967_295L).get(random.nextInt(5));
            case 'd' -> random.nextInt(-20, 20) / 2.0;
            case 's' -> TEXTS.get(random.nextInt(TEXTS.size()));
            case 'b' -> random.nextBoolean();
            case 't' -> LocalDate.of(2020, 1, 1).plusDays(random.nextInt(10));
            case 'h' -> LocalTime.ofNanoOfDay(random.nextLong(86_400_000_000L) * 1_000);
            case 'z' -> LocalDateTime.of(2020, 1, 1, 0, 0).plusSeconds(random.nextInt(100_000));
            case 'w' -> Instant.parse("2020-03-29T00:30:00Z").plusSeconds(random.nextInt(10_000));
            case 'm' -> BigDecimal.valueOf(random.nextInt(-500, 500), 2);
            case 'k' ->
                new byte[][] {
                            {},
                            {0},
                            {0, 'a'},
                            {(byte) 0xFF, 'a', 0},
                            "more than twelve".getBytes(StandardCharsets.UTF_8)
                        }
                        [random.nextInt(5)];
            case 'l' ->
                random.nextInt(4) == 0
                        ? List.of()
                        : Arrays.asList(
                                (long) random.nextInt(3), random.nextBoolean() ? null : (long) random.nextInt(3));
            case 'r' ->
                new Pair(
                        random.nextInt(4) == 0 ? null : (long) random.nextInt(3),
                        random.nextInt(4) == 0 ? null : TEXTS.get(random.nextInt(TEXTS.size())));
            default -> throw new AssertionError(kind);
        };
    }

    static String type(char kind) {
        return switch (kind) {
            case 'i' -> "bigint";
            case 'j' -> "integer";
            case 'u' -> "uinteger";
            case 'd' -> "double";
            case 's' -> "varchar";
            case 'b' -> "boolean";
            case 't' -> "date";
            case 'h' -> "time";
            case 'z' -> "timestamp";
            case 'w' -> "timestamptz";
            case 'm' -> "decimal(18, 2)";
            case 'k' -> "blob";
            case 'l' -> "bigint[]";
            case 'r' -> "struct(a bigint, b varchar)";
            default -> throw new AssertionError(kind);
        };
    }

    static String literal(Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> "'" + text.replace("'", "''") + "'";
            case LocalDate date -> "'" + date + "'";
            case LocalTime time -> "'" + time + "'";
            case LocalDateTime time -> "'" + time + "'";
            case Instant instant -> "'" + instant + "'";
            case byte[] bytes -> {
                StringBuilder text = new StringBuilder("'");
                for (byte next : bytes) {
                    text.append(String.format("\\x%02X", next));
                }
                yield text.append("'").toString();
            }
            case Pair pair -> "{'a': " + literal(pair.a()) + ", 'b': " + literal(pair.b()) + "}";
            case List<?> list -> list.stream().map(RandomData::literal).collect(joining(", ", "[", "]"));
            default -> "(" + value + ")";
        };
    }
}
