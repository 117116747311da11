package dev.kiln.frame;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** Puts Java values into vectors of the types that {@link FieldInference} finds for them. */
final class VectorFilling {

    private VectorFilling() {}

    /**
     * The values as a column in private memory, with one reference.
     *
     * @throws IllegalArgumentException if a value is too large for its type
     */
    static Column column(Field field, Shape shape, List<? extends @Nullable Object> values) {
        try (FieldVector vector = field.createVector(Memory.allocator())) {
            vector.setInitialCapacity(values.size());
            vector.allocateNew();
            for (int row = 0; row < values.size(); row++) {
                try {
                    set(vector, row, values.get(row));
                } catch (ArithmeticException e) {
                    throw new IllegalArgumentException(
                            "column " + field.getName() + ", row " + row + ": " + values.get(row)
                                    + " is too large for its type, " + field.getType(),
                            e);
                }
            }
            vector.setValueCount(values.size());
            return Unloading.of(vector, shape, values.size());
        }
    }

    private static void set(FieldVector vector, int row, @Nullable Object value) {
        if (value == null) {
            vector.setNull(row);
            return;
        }
        switch (vector) {
            case TinyIntVector it -> it.setSafe(row, (Byte) value);
            case SmallIntVector it -> it.setSafe(row, (Short) value);
            case IntVector it -> it.setSafe(row, (Integer) value);
            case BigIntVector it -> it.setSafe(row, (Long) value);
            case Float4Vector it -> it.setSafe(row, (Float) value);
            case Float8Vector it -> it.setSafe(row, (Double) value);
            case BitVector it -> it.setSafe(row, (Boolean) value ? 1 : 0);
            case VarCharVector it -> it.setSafe(row, utf8(value));
            case LargeVarCharVector it -> it.setSafe(row, utf8(value));
            case VarBinaryVector it -> it.setSafe(row, (byte[]) value);
            case LargeVarBinaryVector it -> it.setSafe(row, (byte[]) value);
            case DecimalVector it -> it.setSafe(row, decimal(value).setScale(it.getScale()));
            case DateDayVector it -> it.setSafe(row, Math.toIntExact(((LocalDate) value).toEpochDay()));
            case TimeMicroVector it -> it.setSafe(row, ((LocalTime) value).toNanoOfDay() / 1000);
            case TimeNanoVector it -> it.setSafe(row, ((LocalTime) value).toNanoOfDay());
            case TimeStampVector it -> it.setSafe(row, since1970(value, unit(it)));
            case DurationVector it -> it.setSafe(row, ticks((Duration) value, it.getUnit()));
            case ListVector it -> setList(it, row, FieldInference.elements(value));
            case StructVector it -> setStruct(it, row, (Record) value);
            default -> throw new AssertionError("no values are put into a " + vector.getClass());
        }
    }

    private static byte[] utf8(Object value) {
        String text = value instanceof Enum<?> constant ? constant.name() : value.toString();
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static BigDecimal decimal(Object value) {
        return value instanceof BigInteger integer ? new BigDecimal(integer) : (BigDecimal) value;
    }

    private static TimeUnit unit(BaseFixedWidthVector vector) {
        return ((ArrowType.Timestamp) vector.getField().getType()).getUnit();
    }

    private static long since1970(Object value, TimeUnit unit) {
        Instant instant =
                switch (value) {
                    case LocalDateTime it -> it.toInstant(ZoneOffset.UTC);
                    case OffsetDateTime it -> it.toInstant();
                    case ZonedDateTime it -> it.toInstant();
                    default -> (Instant) value;
                };
        return ticks(Duration.ofSeconds(instant.getEpochSecond(), instant.getNano()), unit);
    }

    private static long ticks(Duration duration, TimeUnit unit) {
        if (unit == TimeUnit.NANOSECOND) {
            return duration.toNanos();
        }
        return Math.addExact(Math.multiplyExact(duration.getSeconds(), 1_000_000L), duration.getNano() / 1000);
    }

    private static void setList(ListVector vector, int row, List<? extends @Nullable Object> elements) {
        int start = vector.startNewValue(row);
        FieldVector data = vector.getDataVector();
        for (int i = 0; i < elements.size(); i++) {
            set(data, start + i, elements.get(i));
        }
        vector.endValue(row, elements.size());
    }

    private static void setStruct(StructVector vector, int row, Record value) {
        List<RecordType.Component> components = RecordType.of(value.getClass()).components();
        vector.setIndexDefined(row);
        for (int i = 0; i < components.size(); i++) {
            set(vector.getChildrenFromFields().get(i), row, components.get(i).value(value));
        }
    }
}
