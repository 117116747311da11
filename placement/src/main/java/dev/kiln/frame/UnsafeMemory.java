package dev.kiln.frame;

import org.apache.arrow.memory.util.MemoryUtil;

/** Memory through Arrow's own access to {@code sun.misc.Unsafe}: what Arrow's unsafe allocator does. */
final class UnsafeMemory implements RawMemory {

    @Override
    public long allocate(long bytes) {
        return MemoryUtil.allocateMemory(bytes);
    }

    @Override
    public void free(long address) {
        MemoryUtil.freeMemory(address);
    }
}
