package dev.kiln.frame;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ReferenceManager;

/**
 * Kiln's allocator for Arrow: private native memory, counted.
 *
 * <p>Public only because Arrow finds its default allocator by a class name in a package of its own. Any thread.
 */
public final class NativeAllocations {

    /** For Arrow's allocator configuration; {@code new RootAllocator()} takes it by itself. */
    public static final AllocationManager.Factory FACTORY = new Factory();

    private static final AtomicLong COUNT = new AtomicLong();
    private static final AtomicLong BYTES = new AtomicLong();

    private NativeAllocations() {}

    /** How many buffers are allocated now. */
    static long count() {
        return COUNT.get();
    }

    /** How many bytes they have. */
    static long bytes() {
        return BYTES.get();
    }

    private static final class Factory implements AllocationManager.Factory {

        // A buffer of no bytes is never read, so it needs no address of its own.
        private static final ArrowBuf EMPTY = new ArrowBuf(ReferenceManager.NO_OP, null, 0, 0);

        @Override
        public AllocationManager create(BufferAllocator accounting, long size) {
            return new Manager(accounting, size);
        }

        @Override
        public ArrowBuf empty() {
            return EMPTY;
        }
    }

    /** Linked when the first buffer is allocated: who only maps what others made does not pay for it. */
    private static final class Linked {
        static final RawMemory MEMORY = RawMemory.ofThisProcess();
    }

    private static final class Manager extends AllocationManager {
        private final long size;
        private final long address;

        Manager(BufferAllocator accounting, long size) {
            super(accounting);
            this.size = size;
            this.address = Linked.MEMORY.allocate(size);
            COUNT.incrementAndGet();
            BYTES.addAndGet(size);
        }

        @Override
        public long getSize() {
            return size;
        }

        @Override
        protected long memoryAddress() {
            return address;
        }

        @Override
        protected void release0() {
            Linked.MEMORY.free(address);
            COUNT.decrementAndGet();
            BYTES.addAndGet(-size);
        }
    }
}
