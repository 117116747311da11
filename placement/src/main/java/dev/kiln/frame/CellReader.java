package dev.kiln.frame;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeSecVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.ViewVarBinaryVector;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/**
 * Reads a value of a vector as the Java object that is closest to it. Without {@code nioBuffer}, so that it needs no JVM flag.
 *
 * <p>Integers keep their width; unsigned ones have the next larger type, {@code BigInteger} at 64 bits. Text is {@code String},
 * bytes are {@code byte[]}. Timestamps without a zone are {@code LocalDateTime}, with one {@code Instant}. Lists are
 * {@code List}, maps {@code Map}, structs {@code Map} by field name. Intervals are what Arrow has for them.
 */
final class CellReader {

    private CellReader() {}

    /** The value of a row, null if it is null. */
    static @Nullable Object read(FieldVector vector, int row) {
        if (vector.isNull(row)) {
            return null;
        }
        return switch (vector) {
            case IntVector it -> it.get(row);
            case BigIntVector it -> it.get(row);
            case Float8Vector it -> it.get(row);
            case Float4Vector it -> it.get(row);
            case BitVector it -> it.get(row) != 0;
            case VarCharVector it -> text(it.get(row));
            case LargeVarCharVector it -> text(it.get(row));
            case ViewVarCharVector it -> text(it.get(row));
            case VarBinaryVector it -> it.get(row);
            case LargeVarBinaryVector it -> it.get(row);
            case ViewVarBinaryVector it -> it.get(row);
            case FixedSizeBinaryVector it -> it.get(row);
            case UInt1Vector it -> (short) (it.get(row) & 0xFF);
            case UInt2Vector it -> (int) it.get(row);
            case UInt4Vector it -> Integer.toUnsignedLong(it.get(row));
            case UInt8Vector it -> unsigned(it.get(row));
            case DateDayVector it -> LocalDate.ofEpochDay(it.get(row));
            case DateMilliVector it -> LocalDate.ofEpochDay(Math.floorDiv(it.get(row), 86_400_000L));
            case TimeSecVector it -> LocalTime.ofSecondOfDay(it.get(row));
            case TimeMilliVector it -> LocalTime.ofNanoOfDay(it.get(row) * 1_000_000L);
            case TimeMicroVector it -> LocalTime.ofNanoOfDay(it.get(row) * 1_000L);
            case TimeNanoVector it -> LocalTime.ofNanoOfDay(it.get(row));
            case TimeStampVector it -> timestamp(it, row);
            case DurationVector it -> duration(DurationVector.get(it.getDataBuffer(), row), it.getUnit());
            case MapVector it -> map(it, row);
            case ListVector it -> list(it.getDataVector(), it.getElementStartIndex(row), it.getElementEndIndex(row));
            case LargeListVector it ->
                list(it.getDataVector(), it.getElementStartIndex(row), it.getElementEndIndex(row));
            case FixedSizeListVector it ->
                list(it.getDataVector(), (long) row * it.getListSize(), (row + 1L) * it.getListSize());
            case StructVector it -> struct(it, row);
            case ExtensionTypeVector<?> it
            when it.getUnderlyingVector() instanceof FieldVector storage -> read(storage, row);
            // small integers, half floats, decimals, intervals
            default -> vector.getObject(row);
        };
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static BigInteger unsigned(long bits) {
        BigInteger value = BigInteger.valueOf(bits & Long.MAX_VALUE);
        return bits < 0 ? value.setBit(63) : value;
    }

    private static Object timestamp(TimeStampVector vector, int row) {
        ArrowType.Timestamp type = (ArrowType.Timestamp) vector.getField().getType();
        Duration since1970 = duration(vector.get(row), type.getUnit());
        Instant instant = Instant.ofEpochSecond(since1970.getSeconds(), since1970.getNano());
        return type.getTimezone() == null ? LocalDateTime.ofInstant(instant, ZoneOffset.UTC) : instant;
    }

    private static Duration duration(long ticks, TimeUnit unit) {
        long perSecond =
                switch (unit) {
                    case SECOND -> 1L;
                    case MILLISECOND -> 1_000L;
                    case MICROSECOND -> 1_000_000L;
                    case NANOSECOND -> 1_000_000_000L;
                };
        return Duration.ofSeconds(
                Math.floorDiv(ticks, perSecond), Math.floorMod(ticks, perSecond) * (1_000_000_000L / perSecond));
    }

    private static List<@Nullable Object> list(FieldVector elements, long from, long to) {
        List<@Nullable Object> list = new ArrayList<>();
        for (long i = from; i < to; i++) {
            list.add(read(elements, (int) i));
        }
        return list;
    }

    private static Map<@Nullable Object, @Nullable Object> map(MapVector vector, int row) {
        StructVector entries = (StructVector) vector.getDataVector();
        FieldVector keys = entries.getChildrenFromFields().getFirst();
        FieldVector values = entries.getChildrenFromFields().getLast();
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = vector.getElementStartIndex(row); i < vector.getElementEndIndex(row); i++) {
            map.put(read(keys, i), read(values, i));
        }
        return map;
    }

    private static Map<@Nullable Object, @Nullable Object> struct(StructVector vector, int row) {
        Map<@Nullable Object, @Nullable Object> fields = new LinkedHashMap<>();
        for (FieldVector child : vector.getChildrenFromFields()) {
            fields.put(child.getName(), read(child, row));
        }
        return fields;
    }
}
