package dev.kiln.frame;

import org.apache.arrow.memory.ArrowBuf;

/** Bitmaps: one bit per row, least significant bit of each byte first. */
final class Bits {

    private Bits() {}

    /** How many bytes hold so many bits. */
    static long bytes(long bits) {
        return (bits + 7) >>> 3;
    }

    static boolean get(ArrowBuf bitmap, long index) {
        return (bitmap.getByte(index >>> 3) >>> (index & 7) & 1) != 0;
    }

    /** How many of the first {@code count} bits are not set. */
    static int unset(ArrowBuf bitmap, int count) {
        long set = 0;
        int whole = count & ~63;
        for (int i = 0; i < whole; i += 64) {
            set += Long.bitCount(bitmap.getLong(i >>> 3));
        }
        for (int i = whole; i < count; i++) {
            set += get(bitmap, i) ? 1 : 0;
        }
        return (int) (count - set);
    }

    /** A new bitmap of {@code count} equal bits; the caller releases it. */
    static ArrowBuf filled(long count, boolean value) {
        ArrowBuf bitmap = Memory.buffer(bytes(count));
        if (value) {
            bitmap.setOne(0, bytes(count));
        } else {
            bitmap.setZero(0, bytes(count));
        }
        return bitmap;
    }

    /**
     * Bits {@code [from, from + count)} as a bitmap of their own that the caller releases: a view where {@code from} is a
     * multiple of 8, else a copy.
     */
    static ArrowBuf slice(ArrowBuf bitmap, long from, long count) {
        if ((from & 7) == 0) {
            ArrowBuf view = bitmap.slice(from >>> 3, bytes(count));
            view.getReferenceManager().retain();
            return view;
        }
        ArrowBuf copy = Memory.buffer(bytes(count));
        copy.setZero(0, copy.capacity());
        copy(bitmap, from, copy, 0, count);
        return copy;
    }

    /** Copies bits; {@code target} must be clear where they go. */
    static void copy(ArrowBuf source, long from, ArrowBuf target, long to, long count) {
        if ((from & 7) == 0 && (to & 7) == 0) {
            target.setBytes(to >>> 3, source, from >>> 3, count >>> 3);
            copyEach(source, from + (count & ~7L), target, to + (count & ~7L), count & 7);
        } else {
            copyEach(source, from, target, to, count);
        }
    }

    private static void copyEach(ArrowBuf source, long from, ArrowBuf target, long to, long count) {
        for (long i = 0; i < count; i++) {
            if (get(source, from + i)) {
                long at = to + i;
                target.setByte(at >>> 3, target.getByte(at >>> 3) | 1 << (at & 7));
            }
        }
    }
}
