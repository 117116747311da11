package dev.kiln.frame;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.ForeignAllocation;

/**
 * Opens the segment of another process, or of this one. No restricted method: it works in a JVM without
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
        long self = ProcessHandle.current().pid();
        Path file = Path.of("/proc", image.pid() == self ? "self" : Long.toString(image.pid()), "fd", "" + image.fd());
        try {
            // Opening something else by a number that was used again could have effects, for instance on a device.
            String link = Files.readSymbolicLink(file).toString();
            if (!link.startsWith(Memfd.LINK)) {
                throw new CannotMap("the shared table at " + file + " is gone: there is " + link + " now", null);
            }
            return open(image, file);
        } catch (IOException | UnsupportedOperationException e) {
            throw new CannotMap("the shared table at " + file + " cannot be opened from this process: " + e, e);
        }
    }

    private static ArrowBuf open(SharedTable image, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE)) { // Java wants both to map so
            if (channel.size() != image.size() || image.size() < Segment.TOKEN_BYTES) {
                throw new CannotMap(
                        "the shared table at " + file + " is gone: another one of " + channel.size() + " instead of "
                                + image.size() + " bytes is there now",
                        null);
            }
            Arena arena = Arena.ofAuto();
            MemorySegment segment = channel.map(FileChannel.MapMode.PRIVATE, 0, image.size(), arena);
            MemorySegment token = segment.asSlice(0, Segment.TOKEN_BYTES);
            if (token.mismatch(MemorySegment.ofArray(image.token())) != -1) {
                throw new CannotMap("the shared table at " + file + " is gone: another one is there now", null);
            }
            return Memory.allocator().wrapForeignAllocation(new Mapped(segment));
        }
    }

    private static final class Mapped extends ForeignAllocation {
        @SuppressWarnings({"unused", "FieldCanBeLocal"}) // keeps the mapping while a buffer refers to this
        private final MemorySegment segment;

        private final Entry entry;

        Mapped(MemorySegment segment) {
            super(segment.byteSize(), segment.address());
            this.segment = segment;
            this.entry = new Entry(segment.byteSize());
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

        Entry(long size) {
            this.size = size;
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
            Memory.shrank(Memory.Kind.MAPPED, size);
            Memory.takenBack(size);
        }
    }
}
