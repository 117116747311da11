package dev.kiln.frame;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Map;

/**
 * An anonymous file in memory of Linux: another process of the same user opens it as {@code /proc/PID/fd/N}, and it is gone
 * with its last mapping and descriptor, whatever became of the process. Not thread-safe until sealed.
 *
 * <p>It is filled by {@code pwrite}, not through a mapping: that is faster (no page fault per page, no clearing of pages that
 * are overwritten), a full memory is an error and not a fault ({@code pwrite} allocates its pages as {@code fallocate} would),
 * and without a writable mapping the file can be sealed against writing altogether.
 */
final class Memfd implements AutoCloseable {

    /** What {@code readlink} of its descriptor begins with. */
    static final String LINK = "/memfd:kiln-frame";

    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int SEALS = 0x1 /* SEAL */ | 0x2 /* SHRINK */ | 0x4 /* GROW */ | 0x8 /* WRITE */;
    private static final int F_SEAL_FUTURE_WRITE = 0x10; // since Linux 5.1
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_NORESERVE = 0x2 | 0x4000;
    private static final int MADV_HUGEPAGE = 14;
    private static final int EINTR = 4;

    /** Bytes written from the heap in one go: the collector has to wait meanwhile, here about 0.1 ms. */
    private static final long HEAP_CHUNK = 256 << 10;

    private static final Map<Integer, String> ERRORS = Map.of(
            1, "not permitted",
            12, "out of memory",
            22, "not supported by this kernel",
            23, "too many open files on this machine",
            24, "too many open files in this process, see ulimit -n",
            27, "larger than files of this process may be, see ulimit -f",
            28, "no space left, see the memory limit of this machine or container",
            38, "not supported by this kernel");

    private final int descriptor;

    private Memfd(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Whether memory files can be made here. The first call costs some 20 ms. */
    static boolean isUsable() {
        return Probe.USABLE;
    }

    private static final class Probe {
        static final boolean USABLE = probe();

        private static boolean probe() {
            if (NativeAccess.isNativeExecutable()
                    || !System.getProperty("os.name", "").equals("Linux")
                    || !System.getProperty("sun.arch.data.model", "64").equals("64")) {
                return false;
            }
            try (Memfd memfd = create()) {
                memfd.seal();
                return true;
            } catch (IOException | IllegalCallerException | LinkageError | UnsupportedOperationException e) {
                // No memfd_create, a sandbox that forbids it, or a JVM that denies native access: tables stay private.
                return false;
            }
        }
    }

    static Memfd create() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Calls.STATE);
            int descriptor = (int) Calls.MEMFD_CREATE.invokeExact(
                    errno, arena.allocateFrom("kiln-frame"), MFD_CLOEXEC | MFD_ALLOW_SEALING);
            if (descriptor < 0) {
                throw failed("memfd_create", errno);
            }
            return new Memfd(descriptor);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    int descriptor() {
        return descriptor;
    }

    /**
     * Writes native memory.
     *
     * @param address where the bytes are
     * @param length how many, in bytes
     * @param at where they go, in bytes from the beginning of the file
     */
    void write(long address, long length, long at) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Calls.STATE);
            long done = 0;
            while (done < length) {
                long written =
                        (long) Calls.WRITE.invokeExact(errno, descriptor, address + done, length - done, at + done);
                done += progress(written, errno);
            }
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /** Writes an array of the heap, without a copy outside of it. */
    void write(MemorySegment heap, long at) throws IOException {
        try {
            MemorySegment errno = MemorySegment.ofArray(new int[1]);
            long done = 0;
            while (done < heap.byteSize()) {
                long chunk = Math.min(HEAP_CHUNK, heap.byteSize() - done);
                long written = (long)
                        Calls.WRITE_HEAP.invokeExact(errno, descriptor, heap.asSlice(done, chunk), chunk, at + done);
                done += progress(written, errno);
            }
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    private static long progress(long written, MemorySegment errno) throws IOException {
        if (written > 0) {
            return written;
        }
        if (written < 0 && error(errno) == EINTR) {
            return 0;
        }
        throw failed("writing shared memory", errno);
    }

    /** From now on neither contents nor size can change, by nobody; nor can this be undone. */
    void seal() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Calls.STATE);
            int done = (int) Calls.FCNTL.invokeExact(errno, descriptor, F_ADD_SEALS, SEALS | F_SEAL_FUTURE_WRITE);
            if (done < 0) {
                done = (int) Calls.FCNTL.invokeExact(errno, descriptor, F_ADD_SEALS, SEALS);
            }
            if (done < 0) {
                throw failed("sealing shared memory", errno);
            }
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /** Maps the file, copy on write: a stray write of user code changes what this mapping shows, and nothing else. */
    long map(long length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(Calls.STATE);
            long address = (long)
                    Calls.MMAP.invokeExact(errno, 0L, length, PROT_READ_WRITE, MAP_PRIVATE_NORESERVE, descriptor, 0L);
            if (address == -1) {
                throw failed("mapping shared memory", errno);
            }
            if (HugePages.wanted(length)) {
                int ignored = (int) Calls.MADVISE.invokeExact(address, length, MADV_HUGEPAGE); // a wish, no more
            }
            return address;
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    static void unmap(long address, long length) {
        try {
            int ignored = (int) Calls.MUNMAP.invokeExact(address, length);
        } catch (Throwable e) {
            throw new LinkageError("munmap could not be called", e);
        }
    }

    /** Closes the descriptor; to be called once. Mappings stay. */
    @Override
    public void close() {
        try {
            int ignored = (int) Calls.CLOSE.invokeExact(descriptor);
        } catch (Throwable e) {
            throw new LinkageError("close could not be called", e);
        }
    }

    private static int error(MemorySegment errno) {
        return (int) Calls.ERRNO.get(errno, 0L);
    }

    private static IOException failed(String what, MemorySegment errno) {
        int number = error(errno);
        return new IOException(what + " failed: " + ERRORS.getOrDefault(number, "error") + " (errno " + number + ")");
    }

    private static IOException rethrown(Throwable e) {
        return switch (e) {
            case IOException io -> io;
            case RuntimeException runtime -> throw runtime;
            case Error error -> throw error;
            default -> new IOException("the C library could not be called", e);
        };
    }

    /** Linked when the first file is made. */
    private static final class Calls {
        static final MemoryLayout STATE = Linker.Option.captureStateLayout();
        static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

        private static final Linker LINKER = Linker.nativeLinker();
        private static final Linker.Option ERROR = Linker.Option.captureCallState("errno");

        static final MethodHandle MEMFD_CREATE =
                link("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), ERROR);
        static final MethodHandle FCNTL = link(
                "fcntl",
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
                Linker.Option.firstVariadicArg(2),
                ERROR);
        static final MethodHandle WRITE =
                link("pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG), ERROR);
        static final MethodHandle WRITE_HEAP = link(
                "pwrite",
                FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG),
                Linker.Option.critical(true),
                ERROR);
        static final MethodHandle MMAP = link(
                "mmap",
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
                ERROR);
        static final MethodHandle MUNMAP = link("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
        static final MethodHandle MADVISE =
                link("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
        static final MethodHandle CLOSE = link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

        @SuppressWarnings("restricted") // calling the C library is what this class is for
        private static MethodHandle link(String name, FunctionDescriptor type, Linker.Option... options) {
            return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
        }
    }
}
