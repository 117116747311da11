package dev.kiln.frame;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ArrayBlockingQueue;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.ForeignAllocation;
import org.jspecify.annotations.Nullable;

/**
 * A little memory that is filled, read and filled again: its pages are mapped and in the caches, where new ones would have to be
 * found first. When it is free it is kept for the next user; free it is with the last reference to any of its parts, so what
 * is still read is never overwritten. No restricted method: it works in a JVM without {@code --enable-native-access}. One thread.
 */
final class Scratch {

    /** A {@linkplain Scan#PIECE piece}, and what its buffers need to be aligned. */
    private static final long BYTES = Scan.PIECE + (Scan.PIECE >> 2);

    /** So many are kept, as many as pieces are fetched at a time: memory that is new has to be found and cleared first. */
    private static final int MAX_SPARE = BatchFetch.WINDOW;

    private static final ArrayBlockingQueue<MemorySegment> SPARE = new ArrayBlockingQueue<>(MAX_SPARE);

    private final MemorySegment memory;
    private final ArrowBuf all;
    private long used;

    /**
     * Some bytes of it.
     *
     * @param buffer with one reference, the taker's
     * @param memory the same, to be filled
     */
    record Part(ArrowBuf buffer, MemorySegment memory) {}

    Scratch() {
        @Nullable MemorySegment spare = SPARE.poll();
        memory = spare == null ? allocated(BYTES) : spare;
        all = Memory.allocator().wrapForeignAllocation(new Kept(memory));
    }

    private static MemorySegment allocated(long bytes) {
        return Arena.ofAuto().allocate(bytes, MessageWriter.ALIGNMENT);
    }

    /** The next so many bytes; memory of their own if there are not so many left. */
    Part take(long bytes) {
        if (bytes > memory.byteSize() - used) {
            MemorySegment own = allocated(bytes);
            return new Part(Memory.allocator().wrapForeignAllocation(new Single(own)), own);
        }
        long at = used;
        used = Math.min(memory.byteSize(), MessageWriter.aligned(at + bytes));
        all.getReferenceManager().retain();
        return new Part(all.slice(at, bytes), memory.asSlice(at, bytes));
    }

    /** Whether nobody but its user has a reference: then it begins anew. */
    boolean reset() {
        used = 0;
        return all.getReferenceManager().getRefCount() == 1;
    }

    /** Ends its user's reference. */
    void release() {
        all.getReferenceManager().release();
    }

    private static final class Kept extends ForeignAllocation {
        private final MemorySegment memory;

        Kept(MemorySegment memory) {
            super(memory.byteSize(), memory.address());
            this.memory = memory;
        }

        @Override
        protected void release0() {
            boolean _ = SPARE.offer(memory); // else there are enough
        }
    }

    private static final class Single extends ForeignAllocation {
        @SuppressWarnings({"unused", "FieldCanBeLocal"}) // keeps it while a buffer refers to this
        private final MemorySegment memory;

        Single(MemorySegment memory) {
            super(memory.byteSize(), memory.address());
            this.memory = memory;
        }

        @Override
        protected void release0() {}
    }
}
