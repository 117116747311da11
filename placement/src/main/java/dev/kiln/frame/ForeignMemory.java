package dev.kiln.frame;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** {@code aligned_alloc} and {@code free} of the C library, through {@code java.lang.foreign}. */
final class ForeignMemory implements RawMemory {

    /** What Arrow asks of buffers, and a cache line. */
    static final long ALIGNMENT = 64;

    private final MethodHandle allocate;
    private final MethodHandle free;

    private ForeignMemory(MethodHandle allocate, MethodHandle free) {
        this.allocate = allocate;
        this.free = free;
    }

    @SuppressWarnings("restricted") // calling the C library is what this class is for
    static ForeignMemory open() {
        Linker linker = Linker.nativeLinker();
        return new ForeignMemory(
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("aligned_alloc"),
                        FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG)),
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("free"), FunctionDescriptor.ofVoid(JAVA_LONG)));
    }

    @Override
    public long allocate(long bytes) {
        long rounded = Math.addExact(bytes, ALIGNMENT - 1) & -ALIGNMENT; // aligned_alloc wants a multiple
        long address;
        try {
            address = (long) allocate.invokeExact(ALIGNMENT, rounded);
        } catch (Throwable e) {
            throw new LinkageError("aligned_alloc could not be called", e);
        }
        if (address == 0) {
            throw new OutOfMemoryError("no " + bytes + " bytes of native memory left");
        }
        return address;
    }

    @Override
    public void free(long address) {
        try {
            free.invokeExact(address);
        } catch (Throwable e) {
            throw new LinkageError("free could not be called", e);
        }
    }
}
