package dev.kiln.frame;

import org.apache.arrow.memory.ArrowBuf;

/**
 * Looks at every offset and view of a column that came from elsewhere as bytes. Readers, above all native ones, use
 * these as addresses without another look. Costs one pass over the offsets, none over the data.
 */
final class Inspection {

    private Inspection() {}

    /** @throws IllegalArgumentException if a value points outside of its column's data */
    static void check(Column column) {
        switch (column.shape().layout()) {
            case NOTHING, FIXED, BITS, STRUCT, FIXED_LIST -> {}
            case BINARY -> checkOffsets(column, column.buffer(2).capacity());
            case LIST -> checkOffsets(column, column.child().rows());
            case VIEW -> checkViews(column);
        }
        column.children().forEach(Inspection::check);
    }

    private static void checkOffsets(Column column, long end) {
        long previous = 0;
        for (int row = 0; row <= column.rows(); row++) {
            long offset = column.offset(row);
            if (offset < previous || offset > end) {
                throw wrong(column, row, "offset " + offset + ", must be within " + previous + " to " + end);
            }
            previous = offset;
        }
    }

    private static void checkViews(Column column) {
        ArrowBuf views = column.buffer(1);
        int buffers = column.buffers().size() - 2;
        for (int row = 0; row < column.rows(); row++) {
            int length = ViewColumns.length(views, row);
            if (!Bits.get(column.buffer(0), row) || (length >= 0 && ViewColumns.isInline(length))) {
                continue;
            }
            int buffer = ViewColumns.bufferOf(views, row);
            long offset = ViewColumns.offsetOf(views, row);
            if (length < 0
                    || buffer < 0
                    || buffer >= buffers
                    || offset < 0
                    || length > column.buffer(2 + buffer).capacity() - offset) {
                throw wrong(column, row, length + " bytes at " + offset + " of data buffer " + buffer);
            }
        }
    }

    private static IllegalArgumentException wrong(Column column, int row, String what) {
        return new IllegalArgumentException(
                "column " + column.shape().path() + " is damaged: row " + row + " points to " + what);
    }
}
