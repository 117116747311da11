package dev.kiln.frame;

import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * Finds the Arrow type of a column from its declared Java type, where there is one, and from its values: all must be of one
 * kind; the scale of decimals, the resolution of times and the width of text offsets follow from them.
 */
final class FieldInference {

    private enum Kind {
        INT8,
        INT16,
        INT32,
        INT64,
        FLOAT32,
        FLOAT64,
        BOOL,
        TEXT,
        BINARY,
        DECIMAL,
        DATE,
        TIME,
        TIMESTAMP,
        INSTANT,
        DURATION,
        LIST,
        RECORD
    }

    private static final int MAX_PRECISION = 38;

    /**
     * What decimals have if they need no more: room for those of another scale beside them. Of 38 digits the engine would round
     * the others' away where it brings both to one type.
     */
    private static final int USUAL_PRECISION = 18;

    private final String path;
    private @Nullable Kind kind;
    private @Nullable Class<?> seen;
    private @Nullable RecordType record;
    private final List<FieldInference> children = new ArrayList<>();

    private int scale;
    private int integerDigits;
    private boolean needsNanos;
    private long bytes;

    /** @param declared the type of the values as far as it is known, null where it is not */
    FieldInference(String path, @Nullable Type declared) {
        this.path = path;
        if (declared != null) {
            declare(declared);
        }
    }

    private void declare(Type type) {
        switch (type) {
            case Class<?> it when it.isArray() && it != byte[].class -> list(it.getComponentType());
            case GenericArrayType it -> list(it.getGenericComponentType());
            case Class<?> it when Collection.class.isAssignableFrom(it) -> list(Object.class);
            case ParameterizedType it
            when it.getRawType() instanceof Class<?> raw && Collection.class.isAssignableFrom(raw) ->
                list(it.getActualTypeArguments()[0]);
            case ParameterizedType it when it.getRawType() instanceof Class<?> raw && raw.isRecord() -> declare(raw);
            case WildcardType it -> declare(it.getUpperBounds()[0]);
            case Class<?> it when it.isRecord() -> record(it);
            case Class<?> it when it == Object.class || it.isInterface() -> {} // the values will tell
            case Class<?> it -> kind = required(it);
            default -> {} // a type variable: the values will tell
        }
    }

    private void list(Type element) {
        kind = Kind.LIST;
        if (children.isEmpty()) {
            children.add(new FieldInference(path + "[]", element));
        }
    }

    private void record(Class<?> type) {
        kind = Kind.RECORD;
        record = RecordType.of(type);
        for (RecordType.Component component : record.components()) {
            children.add(new FieldInference(path + "." + component.name(), component.type()));
        }
    }

    /** Looks at one more value. */
    void add(@Nullable Object value) {
        if (value == null) {
            return;
        }
        if (value instanceof Record row) {
            addRecord(row);
            return;
        }
        boolean isList = value instanceof Collection || (value.getClass().isArray() && !(value instanceof byte[]));
        expect(isList ? Kind.LIST : required(value.getClass()), value.getClass());
        if (isList) {
            list(Object.class);
            elements(value).forEach(children.getFirst()::add);
        } else {
            measure(value);
        }
    }

    private void addRecord(Record row) {
        if (kind == null) {
            record(row.getClass());
        }
        expect(Kind.RECORD, row.getClass());
        if (record == null || record.type() != row.getClass()) {
            throw mixed(row.getClass());
        }
        for (int i = 0; i < children.size(); i++) {
            children.get(i).add(record.components().get(i).value(row));
        }
    }

    private void expect(Kind found, Class<?> type) {
        if (kind != null && kind != found) {
            throw mixed(type);
        }
        kind = found;
        seen = seen == null ? type : seen;
    }

    private IllegalArgumentException mixed(Class<?> type) {
        String before = seen != null ? seen.getName() : String.valueOf(kind);
        return new IllegalArgumentException(
                "column " + path + " mixes " + before + " and " + type.getName() + ": make all its values one type");
    }

    private Kind required(Class<?> type) {
        Kind found = kindOf(type);
        if (found == null) {
            throw new IllegalArgumentException("column " + path + " has values of type " + type.getTypeName()
                    + ", which has no place in a column; supported are numbers, Boolean, String, Character, enums, UUID,"
                    + " byte[], BigDecimal, BigInteger, LocalDate, LocalTime, LocalDateTime, Instant, OffsetDateTime,"
                    + " ZonedDateTime, Duration, and collections, arrays and records of these");
        }
        return found;
    }

    private static @Nullable Kind kindOf(Class<?> type) {
        if (type == Byte.class || type == byte.class) {
            return Kind.INT8;
        } else if (type == Short.class || type == short.class) {
            return Kind.INT16;
        } else if (type == Integer.class || type == int.class) {
            return Kind.INT32;
        } else if (type == Long.class || type == long.class) {
            return Kind.INT64;
        } else if (type == Float.class || type == float.class) {
            return Kind.FLOAT32;
        } else if (type == Double.class || type == double.class) {
            return Kind.FLOAT64;
        } else if (type == Boolean.class || type == boolean.class) {
            return Kind.BOOL;
        } else if (type == String.class
                || type == Character.class
                || type == char.class
                || type == UUID.class
                || Enum.class.isAssignableFrom(type)) {
            return Kind.TEXT;
        } else if (type == byte[].class) {
            return Kind.BINARY;
        } else if (type == BigDecimal.class || type == BigInteger.class) {
            return Kind.DECIMAL;
        } else if (type == LocalDate.class) {
            return Kind.DATE;
        } else if (type == LocalTime.class) {
            return Kind.TIME;
        } else if (type == LocalDateTime.class) {
            return Kind.TIMESTAMP;
        } else if (type == Instant.class || type == OffsetDateTime.class || type == ZonedDateTime.class) {
            return Kind.INSTANT;
        } else if (type == Duration.class) {
            return Kind.DURATION;
        }
        return null;
    }

    private void measure(Object value) {
        switch (value) {
            case String it -> bytes += 3L * it.length(); // the most that UTF-8 can take
            case byte[] it -> bytes += it.length;
            case BigDecimal it -> {
                scale = Math.max(scale, it.scale());
                integerDigits = Math.max(integerDigits, it.precision() - it.scale());
            }
            case BigInteger it -> integerDigits = Math.max(integerDigits, new BigDecimal(it).precision());
            case Duration it -> nanos(it.toNanosPart());
            case TemporalAccessor it
            when it.isSupported(ChronoField.NANO_OF_SECOND) -> nanos(it.get(ChronoField.NANO_OF_SECOND));
            default -> {}
        }
    }

    private void nanos(int nanos) {
        needsNanos |= nanos % 1000 != 0;
    }

    /** What was found. A column whose values are all null, and of no declared type, has the null type. */
    Field field(String name) {
        return switch (kind) {
            case null -> Field.nullable(name, ArrowType.Null.INSTANCE);
            case LIST ->
                new Field(
                        name,
                        FieldType.nullable(ArrowType.List.INSTANCE),
                        List.of(children.getFirst().field("item")));
            case RECORD -> {
                List<Field> fields = new ArrayList<>();
                for (int i = 0; i < children.size(); i++) {
                    fields.add(children.get(i)
                            .field(java.util.Objects.requireNonNull(record)
                                    .components()
                                    .get(i)
                                    .name()));
                }
                yield new Field(name, FieldType.nullable(ArrowType.Struct.INSTANCE), fields);
            }
            default -> Field.nullable(name, scalar(kind));
        };
    }

    private ArrowType scalar(Kind scalar) {
        TimeUnit unit = needsNanos ? TimeUnit.NANOSECOND : TimeUnit.MICROSECOND;
        boolean large = bytes > Integer.MAX_VALUE;
        return switch (scalar) {
            case INT8 -> new ArrowType.Int(8, true);
            case INT16 -> new ArrowType.Int(16, true);
            case INT32 -> new ArrowType.Int(32, true);
            case INT64 -> new ArrowType.Int(64, true);
            case FLOAT32 -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
            case FLOAT64 -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
            case BOOL -> ArrowType.Bool.INSTANCE;
            case TEXT -> large ? ArrowType.LargeUtf8.INSTANCE : ArrowType.Utf8.INSTANCE;
            case BINARY -> large ? ArrowType.LargeBinary.INSTANCE : ArrowType.Binary.INSTANCE;
            case DECIMAL -> decimal();
            case DATE -> new ArrowType.Date(DateUnit.DAY);
            case TIME -> new ArrowType.Time(unit, 64);
            case TIMESTAMP -> new ArrowType.Timestamp(unit, null);
            case INSTANT -> new ArrowType.Timestamp(unit, "UTC");
            case DURATION -> new ArrowType.Duration(unit);
            case LIST, RECORD -> throw new AssertionError(scalar);
        };
    }

    private ArrowType decimal() {
        int precision = Math.max(1, Math.max(integerDigits, 0) + scale);
        if (precision > MAX_PRECISION) {
            throw new IllegalArgumentException("column " + path + " needs decimals of " + precision + " digits, "
                    + scale + " of them after the point; at most " + MAX_PRECISION + " are possible: round the values");
        }
        return new ArrowType.Decimal(Math.max(precision, USUAL_PRECISION), scale, 128);
    }

    /** The elements of a collection or an array, as a list. */
    static List<? extends @Nullable Object> elements(Object value) {
        return switch (value) {
            case List<?> it -> it;
            case Collection<?> it -> new ArrayList<@Nullable Object>(it);
            default ->
                new AbstractList<@Nullable Object>() {
                    @Override
                    public @Nullable Object get(int index) {
                        return Array.get(value, index);
                    }

                    @Override
                    public int size() {
                        return Array.getLength(value);
                    }
                };
        };
    }
}
