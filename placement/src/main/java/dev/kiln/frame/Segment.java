package dev.kiln.frame;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.ForeignAllocation;

/**
 * A table's memory file while it is written: the token in the first bytes, then, from the second page on, buffers at multiples
 * of 64. One thread.
 */
final class Segment implements AutoCloseable {

    /** Bytes of the token that tells this segment from another one that has its descriptor number later. */
    static final int TOKEN_BYTES = 16;

    private static final long FIRST = 4096;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Memfd file;
    private final byte[] token = new byte[TOKEN_BYTES];
    private long written = TOKEN_BYTES;
    private long end = FIRST;
    private boolean open = true;

    private Segment(Memfd file) {
        this.file = file;
    }

    /** @throws IOException if no memory file can be made here and now */
    static Segment create() throws IOException {
        if (!Memfd.isUsable()) {
            throw new IOException(
                    "this process cannot make memory files: that takes Linux, and native access for the JVM");
        }
        SegmentLimits.check();
        Segment segment = new Segment(Memfd.create());
        Memory.opened(Memory.Kind.SEGMENT, FIRST);
        try {
            RANDOM.nextBytes(segment.token);
            segment.file.write(MemorySegment.ofArray(segment.token), 0);
            return segment;
        } catch (IOException | RuntimeException | Error e) {
            segment.close();
            throw e;
        }
    }

    int descriptor() {
        return file.descriptor();
    }

    byte[] token() {
        return token.clone();
    }

    long size() {
        return end;
    }

    /**
     * Writes a buffer.
     *
     * @throws FrameRefused if the budget has no room for it
     */
    BatchLayout.Region write(ArrowBuf buffer) throws IOException {
        long bytes = buffer.capacity();
        Ladder.process().reserve(bytes);
        try {
            file.write(buffer.memoryAddress(), bytes, end);
            return placed(bytes);
        } finally {
            Ladder.process().taken(bytes);
        }
    }

    /** The same with an array of primitive values from the heap, without a copy on the way. */
    BatchLayout.Region writeArray(Object array) throws IOException {
        MemorySegment heap = PrimitiveArrays.segment(array);
        long bytes = heap.byteSize();
        Ladder.process().reserve(bytes);
        try {
            file.write(heap, end);
            return placed(bytes);
        } finally {
            Ladder.process().taken(bytes);
        }
    }

    private BatchLayout.Region placed(long length) {
        BatchLayout.Region region = new BatchLayout.Region(end, length);
        written = length == 0 ? written : end + length;
        long next = MessageWriter.aligned(end + length);
        Memory.grew(Memory.Kind.SEGMENT, next - end);
        end = next;
        return region;
    }

    /**
     * Writes a batch.
     *
     * @throws FrameRefused if there is no room for it; the segment is of no use any more
     */
    BatchLayout write(int rows, List<Column> columns) {
        List<Column> compact = new ArrayList<>(columns.size());
        try {
            columns.forEach(column -> compact.add(column.compact()));
            return BatchLayout.of(rows, compact, true, buffer -> {
                try {
                    return write(buffer);
                } catch (IOException e) {
                    throw refused(buffer.capacity(), e);
                }
            });
        } finally {
            compact.forEach(Column::release);
        }
    }

    static FrameRefused refused(long bytes, IOException cause) {
        return new FrameRefused(
                "no room for " + bytes + " more bytes of shared memory (" + cause.getMessage()
                        + "): release frames, or give this process more memory",
                cause);
    }

    /**
     * Seals the file and maps it. The segment goes, file and mapping, with the last reference to the buffer, or when nobody
     * can reach that any more.
     *
     * @return all of the segment, with one reference
     */
    ArrowBuf finish() throws IOException {
        file.write(MemorySegment.ofArray(new byte[(int) (end - written)]), written); // up to the next multiple
        file.seal();
        Owned owned = new Owned(file.map(end), file, end);
        open = false;
        Memory.handedOut(end);
        return Memory.allocator().wrapForeignAllocation(owned);
    }

    /** Drops a segment that was not finished; else does nothing. */
    @Override
    public void close() {
        if (open) {
            open = false;
            file.close();
            Memory.closed(Memory.Kind.SEGMENT);
            Memory.shrank(Memory.Kind.SEGMENT, end);
        }
    }

    private static final class Owned extends ForeignAllocation {
        private final Cleaner.Cleanable cleanable;

        Owned(long address, Memfd file, long size) {
            super(size, address);
            cleanable = Memory.CLEANER.register(this, new Drop(address, size, file));
        }

        @Override
        protected void release0() {
            cleanable.clean();
        }
    }

    private record Drop(long address, long size, Memfd file) implements Runnable {
        @Override
        public void run() {
            Memfd.unmap(address, size);
            file.close();
            Memory.closed(Memory.Kind.SEGMENT);
            Memory.shrank(Memory.Kind.SEGMENT, size);
            Memory.takenBack(size);
        }
    }
}
