package dev.kiln.frame;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.ForeignAllocation;

/**
 * Opens the segment, or the spill file, of another process, or of this one. No restricted method: it works in a JVM without
 * {@code --enable-native-access}.
 */
final class SegmentMapping {

    private SegmentMapping() {}

    /**
     * Maps the segment, copy on write. It is unmapped by the collector, once neither a buffer nor anything derived from it can
     * be reached: whoever reads through a buffer that was released too early reads old data and does not crash the JVM.
     *
     * @return all of the segment, with one reference
     * @throws CannotMap if it cannot be opened from here, or is not there any more
     */
    static ArrowBuf open(SharedTable image) {
        if (NativeAccess.isNativeExecutable()) {
            throw new CannotMap("native executables do not map shared memory", null);
        }
        return image.path().isEmpty() ? ofProcess(image) : ofFile(image);
    }

    private static ArrowBuf ofProcess(SharedTable image) {
        long self = ProcessHandle.current().pid();
        Path file = Path.of("/proc", image.pid() == self ? "self" : Long.toString(image.pid()), "fd", "" + image.fd());
        try {
            // Opening something else by a number that was used again could have effects, for instance on a device.
            String link = Files.readSymbolicLink(file).toString();
            if (!link.startsWith(Memfd.LINK)) {
                throw new CannotMap("the shared table at " + file + " is gone: there is " + link + " now", null);
            }
            MemorySegment segment = map(image, file);
            MemorySegment token = segment.asSlice(0, Segment.TOKEN_BYTES);
            if (token.mismatch(MemorySegment.ofArray(image.token())) != -1) {
                throw new CannotMap("the shared table at " + file + " is gone: another one is there now", null);
            }
            return Memory.allocator().wrapForeignAllocation(new Mapped(segment, image.pid() == self));
        } catch (IOException | UnsupportedOperationException e) {
            throw new CannotMap("the shared table at " + file + " cannot be opened from this process: " + e, e);
        }
    }

    /** A file with that name has never held anything else. Its pages are the kernel's to drop: they are not counted. */
    private static ArrowBuf ofFile(SharedTable image) {
        try {
            Path file = Path.of(image.path());
            if (!file.endsWith(SharedTable.fileName(image.token()))
                    || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new CannotMap("the spilled table at " + file + " is gone, or out of reach", null);
            }
            return Memory.allocator().wrapForeignAllocation(new OfFile(map(image, file)));
        } catch (IOException | InvalidPathException e) {
            throw new CannotMap(
                    "the spilled table at " + image.path() + " cannot be opened from this process: " + e, e);
        }
    }

    private static MemorySegment map(SharedTable image, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE)) { // Java wants both to map so
            if (channel.size() != image.size() || image.size() < Segment.TOKEN_BYTES) {
                throw new CannotMap(
                        "the shared table at " + file + " is gone: another one of " + channel.size() + " instead of "
                                + image.size() + " bytes is there now",
                        null);
            }
            return channel.map(FileChannel.MapMode.PRIVATE, 0, image.size(), Arena.ofAuto());
        } catch (OutOfMemoryError e) {
            // The process has as many mappings as it may, or no address space: data that comes as messages needs none.
            throw new CannotMap("this process cannot map more: " + e.getMessage(), e);
        }
    }

    private static final class OfFile extends ForeignAllocation {
        @SuppressWarnings({"unused", "FieldCanBeLocal"}) // keeps the mapping while a buffer refers to this
        private final MemorySegment segment;

        OfFile(MemorySegment segment) {
            super(segment.byteSize(), segment.address());
            this.segment = segment;
        }

        @Override
        protected void release0() {}
    }

    private static final class Mapped extends ForeignAllocation {
        @SuppressWarnings({"unused", "FieldCanBeLocal"}) // keeps the mapping while a buffer refers to this
        private final MemorySegment segment;

        private final Entry entry;

        Mapped(MemorySegment segment, boolean own) {
            super(segment.byteSize(), segment.address());
            this.segment = segment;
            this.entry = new Entry(segment.byteSize(), own);
            Memory.CLEANER.register(this, entry::unmapped);
        }

        @Override
        protected void release0() {
            entry.unused();
        }
    }

    /** The mapping in the books of {@link Memory}; apart from it, because the collector must not find it through the books. */
    private static final class Entry {
        private final AtomicBoolean inUse = new AtomicBoolean(true);
        private final long size;
        private final boolean own;

        /** @param own whether the segment is this process's, and counted as such */
        Entry(long size, boolean own) {
            this.size = size;
            this.own = own;
            if (own) {
                Memory.mappedTwice(size);
            }
            Memory.opened(Memory.Kind.MAPPED, size);
            Memory.handedOut(size);
        }

        void unused() {
            if (inUse.compareAndSet(true, false)) {
                Memory.closed(Memory.Kind.MAPPED);
            }
        }

        void unmapped() {
            unused(); // nobody did, if it was forgotten
            if (own) {
                Memory.mappedTwice(-size);
            }
            Memory.shrank(Memory.Kind.MAPPED, size);
            Memory.takenBack(size);
        }
    }
}
