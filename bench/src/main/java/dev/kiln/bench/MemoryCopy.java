package dev.kiln.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A copy from memory that is there to memory that is there. One thread. */
final class MemoryCopy implements AutoCloseable {
    private static final long ALIGNMENT = 64;

    private final Arena memory = Arena.ofConfined();
    private final MemorySegment from;
    private final MemorySegment to;

    MemoryCopy(long mostBytes) {
        from = memory.allocate(mostBytes, ALIGNMENT).fill((byte) 1);
        to = memory.allocate(mostBytes, ALIGNMENT).fill((byte) 2);
    }

    void run(long bytes) {
        MemorySegment.copy(from, 0, to, 0, bytes);
    }

    @Override
    public void close() {
        memory.close();
    }
}
