package dev.kiln.frame;

import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.arrow.vector.PeriodDuration;
import org.jspecify.annotations.Nullable;

/**
 * From what {@link CellReader} reads to what a record component is declared as. Nothing is rounded or cut: a number that does
 * not fit is refused.
 */
final class Conversion {

    private Conversion() {}

    /**
     * Converts one value.
     *
     * @param path the component, for messages
     * @throws IllegalArgumentException if the type cannot hold the value, with advice
     */
    static @Nullable Object to(Type type, @Nullable Object value, String path) {
        if (rawClass(type) == Optional.class) {
            return Optional.ofNullable(value == null ? null : to(argument(type, 0), value, path));
        }
        if (value == null) {
            if (type instanceof Class<?> it && it.isPrimitive()) {
                throw new IllegalArgumentException("component " + path + " is " + it + " but column " + path
                        + " has nulls: use " + boxed(it).getSimpleName());
            }
            return null;
        }
        Class<?> raw = rawClass(type);
        try {
            return switch (value) {
                case List<?> it when isCollection(raw) -> list(argument(type, 0), it, path);
                case Map<?, ?> map when raw.isRecord() -> struct(raw, map, path);
                case Map<?, ?> map when raw == Map.class -> map(type, map, path);
                case Number it when isNumber(raw) -> number(raw, it, path);
                case String text when raw.isEnum() -> constant(raw, text, path);
                case String text when raw == UUID.class -> UUID.fromString(text);
                case byte[] bytes when raw == UUID.class && bytes.length == 16 -> uuid(bytes);
                case String text when boxed(raw) == Character.class && text.length() == 1 -> text.charAt(0);
                // what a duration becomes in the engine; months would be of no fixed length
                case PeriodDuration it
                when raw == Duration.class && it.getPeriod().toTotalMonths() == 0 ->
                    it.getDuration().plusDays(it.getPeriod().get(ChronoUnit.DAYS));
                case Instant instant when raw == OffsetDateTime.class -> instant.atOffset(ZoneOffset.UTC);
                case Instant instant when raw == ZonedDateTime.class -> instant.atZone(ZoneOffset.UTC);
                default -> {
                    if (!boxed(raw).isInstance(value)) {
                        throw mismatch(raw, value, path);
                    }
                    yield value;
                }
            };
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "component " + path + " is " + raw.getSimpleName() + ", which cannot hold " + value + ": use "
                            + larger(value),
                    e);
        }
    }

    private static IllegalArgumentException mismatch(Class<?> raw, Object value, String path) {
        return new IllegalArgumentException("component " + path + " is " + raw.getSimpleName() + " but column " + path
                + " has values such as " + sample(value) + ": use " + name(raw, value));
    }

    private static String sample(Object value) {
        String text = TablePrinter.text(value);
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }

    /** The type to use for such values, primitive where the component is. */
    private static String name(Class<?> raw, Object value) {
        return switch (value) {
            case List<?> _ -> "List";
            case Map<?, ?> _ -> "Map, or a record for a struct";
            default -> (raw.isPrimitive() ? unboxed(value.getClass()) : value.getClass()).getSimpleName();
        };
    }

    private static String larger(Object value) {
        return switch (value) {
            case Float _, Double _ -> "double";
            case BigDecimal _ -> "BigDecimal";
            case BigInteger _ -> "BigInteger";
            default -> "long";
        };
    }

    private static boolean isCollection(Class<?> raw) {
        return raw.isAssignableFrom(List.class) && raw != Object.class;
    }

    private static boolean isNumber(Class<?> raw) {
        Class<?> type = boxed(raw);
        return Number.class.isAssignableFrom(type) && type != Number.class;
    }

    private static Object number(Class<?> raw, Number value, String path) {
        Class<?> type = boxed(raw);
        boolean floating = value instanceof Float || value instanceof Double;
        if (type == value.getClass()) {
            return value;
        } else if (type == Double.class) {
            return value.doubleValue();
        } else if (type == Float.class && (value instanceof Byte || value instanceof Short)) {
            return value.floatValue();
        } else if (type == BigDecimal.class) {
            return floating ? BigDecimal.valueOf(value.doubleValue()) : decimal(value);
        } else if (!floating && type == Long.class) {
            return decimal(value).longValueExact();
        } else if (!floating && type == Integer.class) {
            return decimal(value).intValueExact();
        } else if (!floating && type == Short.class) {
            return decimal(value).shortValueExact();
        } else if (!floating && type == Byte.class) {
            return decimal(value).byteValueExact();
        } else if (!floating && type == BigInteger.class) {
            return decimal(value).toBigIntegerExact();
        }
        throw mismatch(raw, value, path);
    }

    private static BigDecimal decimal(Number value) {
        return switch (value) {
            case BigDecimal it -> it;
            case BigInteger it -> new BigDecimal(it);
            default -> BigDecimal.valueOf(value.longValue());
        };
    }

    private static List<@Nullable Object> list(Type element, List<?> values, String path) {
        List<@Nullable Object> list = new ArrayList<>(values.size());
        values.forEach(value -> list.add(to(element, value, path + "[]")));
        return list;
    }

    private static Map<@Nullable Object, @Nullable Object> map(Type type, Map<?, ?> values, String path) {
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        values.forEach((key, value) ->
                map.put(to(argument(type, 0), key, path + " (key)"), to(argument(type, 1), value, path + " (value)")));
        return map;
    }

    private static Object struct(Class<?> type, Map<?, ?> fields, String path) {
        RecordType record = RecordType.of(type);
        @Nullable Object[] values = new Object[record.components().size()];
        for (int i = 0; i < values.length; i++) {
            RecordType.Component component = record.components().get(i);
            if (!fields.containsKey(component.name())) {
                throw new IllegalArgumentException("component " + path + "." + component.name()
                        + " has no field in the struct, which has " + fields.keySet());
            }
            values[i] = to(component.type(), fields.get(component.name()), path + "." + component.name());
        }
        return make(record.constructor(), values);
    }

    /** Calls the constructor of a record. */
    static Object make(Constructor<?> constructor, @Nullable Object[] values) {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    constructor.getDeclaringClass().getName() + " does not accept the row " + Arrays.toString(values)
                            + ": " + e.getCause(),
                    e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(
                    "cannot make a " + constructor.getDeclaringClass().getName(), e);
        }
    }

    private static Object constant(Class<?> type, String text, String path) {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(text)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("component " + path + " is " + type.getSimpleName()
                + ", which has no constant " + text + ", only " + Arrays.toString(type.getEnumConstants()));
    }

    private static UUID uuid(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    private static Type argument(Type type, int index) {
        if (type instanceof ParameterizedType generic) {
            return generic.getActualTypeArguments()[index];
        }
        return Object.class;
    }

    private static Class<?> rawClass(Type type) {
        return switch (type) {
            case Class<?> it -> it;
            case ParameterizedType it -> rawClass(it.getRawType());
            case WildcardType it -> rawClass(it.getUpperBounds()[0]);
            default -> Object.class;
        };
    }

    private static Class<?> boxed(Class<?> type) {
        return type.isPrimitive() ? MethodType.methodType(type).wrap().returnType() : type;
    }

    private static Class<?> unboxed(Class<?> type) {
        return MethodType.methodType(type).unwrap().returnType();
    }
}
