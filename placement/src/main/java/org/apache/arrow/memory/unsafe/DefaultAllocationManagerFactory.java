package org.apache.arrow.memory.unsafe;

import dev.kiln.frame.NativeAllocations;
import org.apache.arrow.memory.AllocationManager;

/**
 * Makes Kiln's allocator the one that {@code new RootAllocator()} takes.
 *
 * <p>Arrow searches the class path for a class of this name (or of the same name in its Netty package) and reads the
 * static field {@code FACTORY}; with neither of them no allocator can be made at all, not even one that is given a
 * factory. Source: {@code CheckAllocator} and {@code DefaultAllocationManagerOption} of arrow-memory-core 19.
 */
public final class DefaultAllocationManagerFactory {

    /** Read by Arrow, reflectively. */
    public static final AllocationManager.Factory FACTORY = NativeAllocations.FACTORY;

    private DefaultAllocationManagerFactory() {}
}
