package dev.kiln.frame;

import dev.kiln.frame.Unloading.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.arrow.memory.ArrowBuf;

/**
 * Builds a {@link Column} from buffers that may be larger than its rows need: checks that every buffer is large enough and
 * every nested column long enough, and cuts off the rest. Costs nothing per row, except where validity bits were left out
 * because no row is null: they are made.
 */
final class Trimming {

    private Trimming() {}

    /**
     * @param nulls how many rows are null, or {@link Column#UNKNOWN}
     * @param parts the buffers in the order of the format; the column takes references of its own
     * @param children gives a new nested column by number; its reference becomes the column's
     * @throws IllegalArgumentException if something is too small
     */
    static Column column(Shape shape, int rows, int nulls, List<Part> parts, IntFunction<Column> children) {
        List<ArrowBuf> buffers = new ArrayList<>(parts.size());
        List<Column> nested = new ArrayList<>(shape.children().size());
        try {
            if (parts.size() < shape.layout().buffers()) {
                throw wrong(
                        shape,
                        "has " + parts.size() + " buffers, must have "
                                + shape.layout().buffers());
            }
            for (int i = 0; i < shape.children().size(); i++) {
                nested.add(children.apply(i));
            }
            addBuffers(shape, rows, nulls, parts, buffers);
            Column column = new Column(shape, rows, nulls, buffers, nested);
            checkOffsets(column);
            trimChildren(shape, rows, nested);
            return new Column(shape, rows, nulls, buffers, nested);
        } catch (RuntimeException | Error e) {
            buffers.forEach(buffer -> buffer.getReferenceManager().release());
            nested.forEach(Column::release);
            throw e;
        }
    }

    private static void addBuffers(Shape shape, int rows, int nulls, List<Part> parts, List<ArrowBuf> to) {
        if (shape.layout().hasValidity()) {
            to.add(validity(shape, rows, nulls, parts.getFirst()));
        }
        switch (shape.layout()) {
            case NOTHING, STRUCT, FIXED_LIST -> {}
            case FIXED -> to.add(exactly(shape, parts.get(1), (long) shape.width() * rows));
            case BITS -> to.add(exactly(shape, parts.get(1), Bits.bytes(rows)));
            case BINARY -> {
                to.add(offsets(shape, rows, parts.get(1)));
                to.add(exactly(shape, parts.get(2), parts.get(2).length()));
            }
            case VIEW -> {
                to.add(exactly(shape, parts.get(1), (long) Shape.VIEW_BYTES * rows));
                for (Part data : parts.subList(2, parts.size())) {
                    to.add(exactly(shape, data, data.length()));
                }
            }
            case LIST -> to.add(offsets(shape, rows, parts.get(1)));
        }
    }

    private static ArrowBuf validity(Shape shape, int rows, int nulls, Part part) {
        if (part.length() == 0 && rows > 0 && (nulls == 0 || nulls == rows)) {
            return Bits.filled(rows, nulls == 0);
        }
        return exactly(shape, part, Bits.bytes(rows));
    }

    private static ArrowBuf offsets(Shape shape, int rows, Part part) {
        return exactly(shape, part, rows == 0 ? 0 : shape.width() * (rows + 1L));
    }

    private static ArrowBuf exactly(Shape shape, Part part, long bytes) {
        if (part.length() < bytes) {
            throw wrong(shape, "has a buffer of " + part.length() + " bytes where its rows need " + bytes);
        }
        if (bytes == 0) {
            return Memory.allocator().getEmpty();
        }
        ArrowBuf exact = part.buffer().slice(0, bytes);
        exact.getReferenceManager().retain();
        return exact;
    }

    /** The first and the last offset are inside of what they point to. The ones between are {@link Inspection}'s matter. */
    private static void checkOffsets(Column column) {
        Shape shape = column.shape();
        if (shape.layout() != Shape.Layout.BINARY && shape.layout() != Shape.Layout.LIST) {
            return;
        }
        long first = column.offset(0);
        long last = column.offset(column.rows());
        long end = shape.layout() == Shape.Layout.BINARY
                ? column.buffer(2).capacity()
                : column.child().rows();
        if (first < 0 || last < first || last > end) {
            throw wrong(shape, "has offsets " + first + " to " + last + ", must be within 0 to " + end);
        }
    }

    private static void trimChildren(Shape shape, int rows, List<Column> children) {
        long needed =
                switch (shape.layout()) {
                    case STRUCT -> rows;
                    case FIXED_LIST -> (long) rows * shape.width();
                    default -> -1;
                };
        if (needed < 0) {
            return;
        }
        for (int i = 0; i < children.size(); i++) {
            Column child = children.get(i);
            if (child.rows() < needed) {
                throw wrong(child.shape(), "has " + child.rows() + " values, must have " + needed);
            }
            children.set(i, child.slice(0, (int) needed));
            child.release();
        }
    }

    private static IllegalArgumentException wrong(Shape shape, String what) {
        return new IllegalArgumentException("column " + shape.path() + " " + what);
    }
}
