package dev.kiln.frame;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.ForeignAllocation;
import org.jspecify.annotations.Nullable;

/**
 * Opens the segment, or the spill file, of another process, or of this one. No restricted method: it works in a JVM without
 * {@code --enable-native-access}.
 */
final class SegmentMapping {

    private SegmentMapping() {}

    /**
     * Maps the segment, copy on write, unless a mapping of it is still there: that is taken again. It is unmapped by the collector,
     * once neither a buffer nor anything derived from it can be reached: whoever reads through a buffer that was released too
     * early reads old data and does not crash the JVM.
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
        Key key = new Key(ByteBuffer.wrap(image.token()));
        Mapping live = Mapping.live(key);
        if (live == null || live.segment.byteSize() != image.size()) {
            live = new Mapping(key, map(image, process(image), Arena.ofAuto()), isOwn(image));
        }
        return Memory.allocator().wrapForeignAllocation(new Mapped(live));
    }

    /**
     * Maps a segment or a file for one pass over all of it.
     *
     * @throws CannotMap as {@link #open} does
     */
    static PassMapping forPass(SharedTable image) {
        if (NativeAccess.isNativeExecutable()) {
            throw new CannotMap("native executables do not map shared memory", null);
        }
        Arena arena = Arena.ofShared();
        try {
            return new PassMapping(map(image, image.path().isEmpty() ? process(image) : disk(image), arena), arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static boolean isOwn(SharedTable image) {
        return image.pid() == ProcessHandle.current().pid();
    }

    private static Path process(SharedTable image) {
        Path file = Path.of("/proc", isOwn(image) ? "self" : Long.toString(image.pid()), "fd", "" + image.fd());
        try {
            // Opening something else by a number that was used again could have effects, for instance on a device.
            String link = Files.readSymbolicLink(file).toString();
            if (!link.startsWith(Memfd.LINK)) {
                throw new CannotMap("the shared table at " + file + " is gone: there is " + link + " now", null);
            }
            return file;
        } catch (IOException | UnsupportedOperationException e) {
            throw unopened(file, e);
        }
    }

    /** A file with that name has never held anything else. Its pages are the kernel's to drop: they are not counted. */
    private static ArrowBuf ofFile(SharedTable image) {
        return Memory.allocator().wrapForeignAllocation(new OfFile(map(image, disk(image), Arena.ofAuto())));
    }

    private static Path disk(SharedTable image) {
        try {
            Path file = Path.of(image.path());
            if (!file.endsWith(SharedTable.fileName(image.token()))
                    || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new CannotMap("the spilled table at " + file + " is gone, or out of reach", null);
            }
            return file;
        } catch (InvalidPathException e) {
            throw new CannotMap("the spilled table at " + image.path() + " has no name of a file: " + e, e);
        }
    }

    /**
     * Opens the file behind a mapping, to read from it.
     *
     * @return null if it is not there any more, or cannot be opened from here: the mapping is good nevertheless
     */
    static @Nullable FileChannel file(SharedTable image) {
        try {
            Path file = image.path().isEmpty() ? process(image) : disk(image);
            return opened(image, file, Set.of(StandardOpenOption.READ));
        } catch (IOException | CannotMap e) {
            return null;
        }
    }

    private static CannotMap unopened(Path file, Exception e) {
        return new CannotMap("the shared table at " + file + " cannot be opened from this process: " + e, e);
    }

    private static MemorySegment map(SharedTable image, Path file, Arena arena) {
        Set<OpenOption> wanted = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE); // to map it as Java does
        try (FileChannel channel = opened(image, file, wanted)) {
            return channel.map(FileChannel.MapMode.PRIVATE, 0, image.size(), arena);
        } catch (IOException | UnsupportedOperationException e) {
            throw unopened(file, e);
        } catch (OutOfMemoryError e) {
            // The process has as many mappings as it may, or no address space: data that comes as messages needs none.
            throw new CannotMap("this process cannot map more: " + e.getMessage(), e);
        }
    }

    /** @throws CannotMap if it is another one */
    private static FileChannel opened(SharedTable image, Path file, Set<OpenOption> options) throws IOException {
        FileChannel channel = FileChannel.open(file, options);
        try {
            if (channel.size() != image.size() || image.size() < Segment.TOKEN_BYTES) {
                throw new CannotMap(
                        "the shared table at " + file + " is gone: another one of " + channel.size() + " instead of "
                                + image.size() + " bytes is there now",
                        null);
            }
            ByteBuffer token = ByteBuffer.allocate(Segment.TOKEN_BYTES);
            if (image.path().isEmpty()
                    && (channel.read(token, 0) != Segment.TOKEN_BYTES
                            || !Arrays.equals(token.array(), image.token()))) {
                throw new CannotMap("the shared table at " + file + " is gone: another one is there now", null);
            }
            return channel;
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
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

    /** What a segment is known by, wherever it is mapped. */
    private record Key(ByteBuffer token) {}

    /** A mapping and its users. The collector must not find it through the books, nor through what is live. */
    private static final class Mapping {
        private static final Map<Key, Reference<Mapping>> LIVE = new ConcurrentHashMap<>();

        private final MemorySegment segment;
        private final MappingEntry entry;

        /** @param own whether the segment is this process's, and counted as such */
        Mapping(Key key, MemorySegment segment, boolean own) {
            this.segment = segment;
            this.entry = new MappingEntry(segment.byteSize(), own);
            Reference<Mapping> self = new WeakReference<>(this);
            LIVE.put(key, self); // two at once are two mappings: harmless
            MappingEntry counted = entry;
            Memory.CLEANER.register(this, () -> {
                LIVE.remove(key, self);
                counted.unmapped();
            });
        }

        /** One that is there already, in use or waiting for the collector: what it shows never changes, and its pages are mapped. */
        static @Nullable Mapping live(Key key) {
            Reference<Mapping> known = LIVE.get(key);
            return known == null ? null : known.get();
        }
    }

    /** One use of a mapping. */
    private static final class Mapped extends ForeignAllocation {
        private final Mapping mapping; // which keeps the memory while a buffer refers to this

        Mapped(Mapping mapping) {
            super(mapping.segment.byteSize(), mapping.segment.address());
            this.mapping = mapping;
            mapping.entry.used();
        }

        @Override
        protected void release0() {
            mapping.entry.unused();
        }
    }
}
