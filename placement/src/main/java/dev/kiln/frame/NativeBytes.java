package dev.kiln.frame;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.apache.arrow.memory.ArrowBuf;

/** Native memory as byte buffers, for channels that read from it without a copy. Only where {@link NativeAccess} is enabled. */
final class NativeBytes {

    /** The most bytes of one view: what a channel is given in one go. */
    static final long MAX_VIEW = 64L << 20;

    private NativeBytes() {}

    /** The bytes of a buffer from {@code from} on, at most {@link #MAX_VIEW}; valid while the buffer has a reference. */
    @SuppressWarnings("restricted") // a view of memory that Java did not allocate is what this class is for
    static ByteBuffer view(ArrowBuf buffer, long from) {
        long length = Math.min(MAX_VIEW, buffer.capacity() - from);
        return MemorySegment.ofAddress(buffer.memoryAddress() + from)
                .reinterpret(length)
                .asByteBuffer();
    }
}
