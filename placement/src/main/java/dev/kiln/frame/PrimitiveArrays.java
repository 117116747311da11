package dev.kiln.frame;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** Arrays of primitive values as Arrow buffers. */
final class PrimitiveArrays {

    /** Bytes that pass through the heap in one go: stays in the processor's cache. */
    private static final int CHUNK = 64 << 10;

    private PrimitiveArrays() {}

    /** Whether it is an array of numbers: bytes, shorts, ints, longs, floats or doubles. */
    static boolean isSupported(Object values) {
        return values instanceof byte[]
                || values instanceof short[]
                || values instanceof int[]
                || values instanceof long[]
                || values instanceof float[]
                || values instanceof double[];
    }

    static Field field(String name, Object array) {
        ArrowType type =
                switch (array) {
                    case boolean[] _ -> ArrowType.Bool.INSTANCE;
                    case float[] _ -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
                    case double[] _ -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
                    default -> new ArrowType.Int(8 * width(array), true);
                };
        return Field.nullable(name, type);
    }

    static long bytes(Object array) {
        return (long) Array.getLength(array) * width(array);
    }

    private static int width(Object array) {
        return switch (array) {
            case byte[] _ -> 1;
            case short[] _ -> 2;
            case int[] _, float[] _ -> 4;
            case long[] _, double[] _ -> 8;
            default -> throw new IllegalArgumentException("not an array of numbers: " + array.getClass());
        };
    }

    /** The array as memory of the heap. */
    static MemorySegment segment(Object array) {
        return switch (array) {
            case byte[] it -> MemorySegment.ofArray(it);
            case short[] it -> MemorySegment.ofArray(it);
            case int[] it -> MemorySegment.ofArray(it);
            case long[] it -> MemorySegment.ofArray(it);
            case float[] it -> MemorySegment.ofArray(it);
            case double[] it -> MemorySegment.ofArray(it);
            default -> throw new IllegalArgumentException("not an array of numbers: " + array.getClass());
        };
    }

    /** A copy of the numbers in private memory; the caller releases it. */
    static ArrowBuf copy(Object array) {
        ArrowBuf copy = Memory.buffer(bytes(array));
        int width = width(array);
        int step = CHUNK / width;
        int length = Array.getLength(array);
        byte[] chunk = new byte[(int) Math.min(CHUNK, bytes(array))];
        ByteBuffer little = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < length; from += step) {
            int count = Math.min(step, length - from);
            put(array, from, count, little);
            copy.setBytes((long) from * width, chunk, 0, (long) count * width);
        }
        return copy;
    }

    private static void put(Object array, int from, int count, ByteBuffer to) {
        switch (array) {
            case byte[] it -> to.put(0, it, from, count);
            case short[] it -> to.asShortBuffer().put(it, from, count);
            case int[] it -> to.asIntBuffer().put(it, from, count);
            case long[] it -> to.asLongBuffer().put(it, from, count);
            case float[] it -> to.asFloatBuffer().put(it, from, count);
            case double[] it -> to.asDoubleBuffer().put(it, from, count);
            default -> throw new IllegalArgumentException("not an array of numbers: " + array.getClass());
        }
    }

    /** A bitmap of the values; the caller releases it. */
    static ArrowBuf bits(boolean[] values) {
        ArrowBuf bits = Bits.filled(values.length, false);
        for (int i = 0; i < values.length; i++) {
            if (values[i]) {
                bits.setByte(i >>> 3, bits.getByte(i >>> 3) | 1 << (i & 7));
            }
        }
        return bits;
    }
}
