package dev.kiln.frame;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Crosses in the place of a large array of numbers, whose bytes lie in shared memory, as a table: one copy into that here, one
 * out of it there, and none of them on the heap but the two arrays themselves. Where the other side cannot map them after all
 * they come over the link in pieces, as any table does.
 */
final class LargeArray extends Box {

    private static final long serialVersionUID = 1L;

    /** Smaller ones cross in the message, in bytes. */
    static final long LEAST_BYTES = 1 << 20;

    /** So many elements an array may have that is made anew elsewhere: not every JVM makes longer ones. */
    private static final int LONGEST = Integer.MAX_VALUE - 8;

    private static final int ROW_BYTES = 1 << 20;
    private static final int CHUNK = 64 << 10;
    private static final List<Class<?>> ELEMENTS =
            List.of(byte.class, short.class, int.class, long.class, float.class, double.class);

    private transient @Nullable Box table;
    private transient @Nullable Object array;

    /** For the serializer. */
    public LargeArray() {}

    /** @param table stands for what {@link #share} made of the array */
    LargeArray(Box table) {
        this.table = table;
    }

    /** Whether arrays of this class can be shared: bytes, shorts, ints, longs, floats or doubles. */
    static boolean isSupported(Class<?> type) {
        return type.isArray() && ELEMENTS.contains(type.getComponentType());
    }

    /**
     * A table whose one column is called like the elements' type and has their bytes, {@value #ROW_BYTES} of them a row.
     *
     * @return with one reference; null if there is no memory for it
     * @throws Refusal if nobody may be able to make it
     */
    static @Nullable Table share(Object array) {
        int length = Array.getLength(array);
        if (length > LONGEST) {
            throw new Refusal("it is an array of " + length + " elements, and at most " + LONGEST
                    + " cross: send it in two, or as a frame");
        }
        long bytes = PrimitiveArrays.bytes(array);
        int rows = Math.toIntExact((bytes + ROW_BYTES - 1) / ROW_BYTES);
        Schema schema = new Schema(
                List.of(Field.nullable(array.getClass().getComponentType().getName(), ArrowType.LargeBinary.INSTANCE)));
        try (Segment segment = Segment.create()) {
            BatchLayout layout = new BatchLayout(
                    rows,
                    List.of(new BatchLayout.Node(rows, 0)),
                    List.of(
                            written(segment, Bits.filled(rows, true)),
                            written(segment, offsets(rows, bytes)),
                            segment.writeArray(array)),
                    List.of());
            List<Shape> shapes = Shape.of(schema);
            return Table.inSegment(schema, shapes, TableWriter.finished(segment, schema, shapes, List.of(layout)));
        } catch (IOException | FrameRefused e) {
            return null;
        }
    }

    private static ArrowBuf offsets(int rows, long bytes) {
        ArrowBuf offsets = Memory.buffer((rows + 1L) * Long.BYTES);
        for (int row = 0; row <= rows; row++) {
            offsets.setLong((long) row * Long.BYTES, Math.min(bytes, (long) row * ROW_BYTES));
        }
        return offsets;
    }

    private static BatchLayout.Region written(Segment segment, ArrowBuf buffer) throws IOException {
        try {
            return segment.write(buffer);
        } finally {
            buffer.getReferenceManager().release();
        }
    }

    @Override
    void write(ObjectWriter out) throws IOException {
        out.writeObject(table);
    }

    @Override
    void read(ObjectReader in) throws IOException, ClassNotFoundException {
        if (!(in.readObject() instanceof Table shared)) {
            throw new InvalidObjectException("an array without its bytes");
        }
        Object copy = copied(shared, in.limits());
        in.expectArray(Array.getLength(copy));
        array = copy;
    }

    @Override
    @Nullable
    Object open(ObjectReader in) {
        return array;
    }

    private static Object copied(Table shared, ParcelLimits limits) throws InvalidObjectException {
        List<Field> fields = shared.schema().getFields();
        Class<?> element = ELEMENTS.stream()
                .filter(type -> fields.size() == 1
                        && type.getName().equals(fields.getFirst().getName())
                        && fields.getFirst().getType().equals(ArrowType.LargeBinary.INSTANCE))
                .findFirst()
                .orElseThrow(() -> new InvalidObjectException("not the bytes of an array: " + fields));
        Object one = Array.newInstance(element, 1);
        long width = PrimitiveArrays.bytes(one);
        long bytes = shared.columnBytes(0);
        if (bytes > limits.bytes() * width || bytes % width != 0 || bytes / width > LONGEST) {
            throw new InvalidObjectException("an array of " + bytes + " bytes");
        }
        Object array = Array.newInstance(element, (int) (bytes / width));
        MemorySegment target = PrimitiveArrays.segment(array);
        byte[] chunk = new byte[CHUNK];
        long[] at = {0};
        shared.eachColumn(0, column -> {
            ArrowBuf data = column.buffer(2);
            long end = column.offset(column.rows());
            for (long from = column.offset(0); from < end; from += CHUNK) {
                int count = (int) Math.min(CHUNK, end - from);
                data.getBytes(from, chunk, 0, count);
                MemorySegment.copy(MemorySegment.ofArray(chunk), 0, target, at[0], count);
                at[0] += count;
            }
        });
        return array;
    }
}
