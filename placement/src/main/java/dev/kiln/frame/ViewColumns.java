package dev.kiln.frame;

import dev.kiln.frame.Unloading.Part;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;

/**
 * Columns of views: per value 16 bytes, namely its length (4) and then, up to 12 bytes, the value itself; else a prefix (4),
 * the number of a data buffer (4) and an offset in it (4). Source: Arrow columnar format, variable-size binary view layout.
 */
final class ViewColumns {

    private static final int INLINE = 12;
    /** The data buffers begin after validity and views. */
    private static final int FIRST = 2;

    private ViewColumns() {}

    static int length(ArrowBuf views, int row) {
        return views.getInt((long) Shape.VIEW_BYTES * row);
    }

    static boolean isInline(int length) {
        return length <= INLINE;
    }

    static int bufferOf(ArrowBuf views, int row) {
        return views.getInt((long) Shape.VIEW_BYTES * row + 8);
    }

    static int offsetOf(ArrowBuf views, int row) {
        return views.getInt((long) Shape.VIEW_BYTES * row + 12);
    }

    /** The bytes of the data buffers, in proportion where only some rows are meant. */
    static long bytes(Column column, int from, int count) {
        long all = 0;
        for (ArrowBuf data : column.buffers().subList(FIRST, column.buffers().size())) {
            all += data.capacity();
        }
        return from == 0 && count == column.rows() ? all : (long) ((double) all * count / column.rows());
    }

    /** The same rows, with data buffers of their own if less than half of the present ones is used. */
    static Column compact(Column column) {
        long used = 0;
        ArrowBuf views = column.buffer(1);
        for (int row = 0; row < column.rows(); row++) {
            if (isLong(column, row)) {
                used += length(views, row);
            }
        }
        if (used >= bytes(column, 0, column.rows()) / 2 || used > Integer.MAX_VALUE) {
            return column.retain();
        }
        return rebuild(column, used);
    }

    private static boolean isLong(Column column, int row) {
        return isLong(column.buffers(), row);
    }

    private static boolean isLong(List<ArrowBuf> buffers, int row) {
        return !isInline(length(buffers.get(1), row)) && Bits.get(buffers.getFirst(), row);
    }

    /**
     * A vector's buffers with as much of each data buffer as its values use: vectors allocate these in large pieces.
     *
     * @throws IllegalArgumentException if a value points outside of its data buffer
     */
    static List<Part> used(List<ArrowBuf> buffers, int rows) {
        long[] ends = new long[buffers.size()];
        ArrowBuf views = buffers.get(1);
        for (int row = 0; row < rows; row++) {
            if (isLong(buffers, row)) {
                int buffer = FIRST + bufferOf(views, row);
                ends[buffer] = Math.max(ends[buffer], (long) offsetOf(views, row) + length(views, row));
            }
        }
        List<Part> parts = new ArrayList<>(buffers.size());
        for (int i = 0; i < buffers.size(); i++) {
            long length = i < FIRST ? buffers.get(i).capacity() : ends[i];
            if (length > buffers.get(i).capacity()) {
                throw new IllegalArgumentException("a value ends at byte " + length + " of a data buffer of "
                        + buffers.get(i).capacity());
            }
            parts.add(new Part(buffers.get(i), length));
        }
        return parts;
    }

    private static Column rebuild(Column column, long used) {
        ArrowBuf source = column.buffer(1);
        long size = (long) Shape.VIEW_BYTES * column.rows();
        ArrowBuf views = Memory.buffer(size);
        views.setBytes(0, source, 0, size);
        ArrowBuf data = Memory.buffer(used);
        int end = 0;
        for (int row = 0; row < column.rows(); row++) {
            if (isLong(column, row)) {
                int length = length(source, row);
                data.setBytes(end, column.buffer(FIRST + bufferOf(source, row)), offsetOf(source, row), length);
                views.setInt((long) Shape.VIEW_BYTES * row + 8, 0);
                views.setInt((long) Shape.VIEW_BYTES * row + 12, end);
                end += length;
            }
        }
        column.buffer(0).getReferenceManager().retain();
        List<ArrowBuf> buffers = new ArrayList<>(List.of(column.buffer(0), views));
        if (used > 0) {
            buffers.add(data);
        }
        return new Column(column.shape(), column.rows(), column.nulls(), buffers, List.of());
    }

    /** Copies the views of {@code column} to row {@code to} of {@code target}, naming data buffers {@code shift} further on. */
    static void append(Column column, ArrowBuf target, int to, int shift) {
        ArrowBuf source = column.buffer(1);
        target.setBytes((long) Shape.VIEW_BYTES * to, source, 0, (long) Shape.VIEW_BYTES * column.rows());
        if (shift == 0) {
            return;
        }
        for (int row = 0; row < column.rows(); row++) {
            if (isLong(column, row)) {
                target.setInt((long) Shape.VIEW_BYTES * (to + row) + 8, bufferOf(source, row) + shift);
            }
        }
    }
}
