package dev.kiln.frame;

/**
 * The port behind which memory outside the heap is allocated: {@link ForeignMemory} where the JVM lets us call
 * the C library, {@link UnsafeMemory} elsewhere. Any thread.
 */
sealed interface RawMemory permits ForeignMemory, UnsafeMemory {

    /**
     * Allocates.
     *
     * @param bytes at least 1
     * @return the address of that many bytes, not cleared, at least 16-byte aligned
     * @throws OutOfMemoryError if the system has no more
     */
    long allocate(long bytes);

    /**
     * Frees.
     *
     * @param address what {@link #allocate} gave, not freed before
     */
    void free(long address);

    /**
     * The implementation for this process. Without {@code --enable-native-access} the JVM would warn about a call of the
     * C library, and a native executable may have no {@code java.lang.foreign}: both get the memory from Arrow's own
     * access to {@code Unsafe}, which Arrow cannot do without anyway.
     */
    static RawMemory ofThisProcess() {
        if (!NativeAccess.isEnabled()) {
            return new UnsafeMemory();
        }
        return ForeignMemory.open();
    }
}
