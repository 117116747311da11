package dev.kiln.frame;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * The data of a table on disk, as an Arrow IPC file, which is mapped to be read: its pages are the kernel's to drop. The file
 * goes with {@link #delete}, or when nobody can reach this any more; mappings of it, also those of other processes, stay. Any
 * thread.
 */
final class SpillFile {
    private static final System.Logger LOG = System.getLogger(SpillFile.class.getName());
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final AtomicLong COUNT = new AtomicLong();
    private static final AtomicLong BYTES = new AtomicLong();
    private static final AtomicLong MAPPED = new AtomicLong();

    private final Path path;
    private final long size;
    private final List<Shape> shapes;
    private final List<BatchLayout> layouts;
    private final SharedTable image;
    private final Cleaner.Cleanable cleanable;

    private SpillFile(
            Path path, byte[] token, long size, Schema schema, List<Shape> shapes, List<BatchLayout> layouts) {
        this.path = path;
        this.size = size;
        this.shapes = shapes;
        this.layouts = List.copyOf(layouts);
        this.image = SharedTable.of(path, token, size, schema, layouts);
        this.cleanable = Memory.CLEANER.register(this, new Removal(path, size));
        COUNT.incrementAndGet();
        BYTES.addAndGet(size);
    }

    /** How many files there are in this process. */
    static long count() {
        return COUNT.get();
    }

    /** How many bytes they have. */
    static long bytes() {
        return BYTES.get();
    }

    /** How many of them are mapped. */
    static long mapped() {
        return MAPPED.get();
    }

    /** Writes batches, which stay the caller's. */
    static SpillFile write(SpillFolder folder, Schema schema, List<Shape> shapes, List<Batch> batches)
            throws IOException {
        try (Writing writing = Writing.begin(folder, schema, shapes)) {
            for (Batch batch : batches) {
                writing.add(batch.rows(), batch.columns());
            }
            return writing.finish();
        }
    }

    /** Where another process of this machine finds the file. */
    SharedTable image() {
        return image;
    }

    /**
     * Maps the file, copy on write. It is unmapped with the last reference to the data, or when nobody can reach it any more.
     *
     * @return the data, with one reference
     */
    TableData open() throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Arena arena = Arena.ofShared();
            try {
                MemorySegment all = channel.map(FileChannel.MapMode.PRIVATE, 0, size, arena);
                ArrowBuf buffer = Memory.allocator().wrapForeignAllocation(new Mapped(all, arena));
                return TableWriter.inSegment(layouts, shapes, buffer, image, true);
            } catch (IOException | RuntimeException | Error e) {
                if (arena.scope().isAlive()) {
                    arena.close();
                }
                throw e;
            }
        }
    }

    /** Removes the file. Idempotent. */
    void delete() {
        cleanable.clean();
    }

    private record Removal(Path path, long size) implements Runnable {
        @Override
        public void run() {
            COUNT.decrementAndGet();
            BYTES.addAndGet(-size);
            remove(path);
        }
    }

    private static void remove(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot remove {0}: {1}", path, e); // it goes with the folder
        }
    }

    private static final class Mapped extends ForeignAllocation {
        private final Cleaner.Cleanable cleanable;

        Mapped(MemorySegment all, Arena arena) {
            super(all.byteSize(), all.address());
            MAPPED.incrementAndGet();
            cleanable = Memory.CLEANER.register(this, () -> {
                arena.close();
                MAPPED.decrementAndGet();
            });
        }

        @Override
        protected void release0() {
            cleanable.clean();
        }
    }

    /** A file that is being written. One thread. */
    static final class Writing implements AutoCloseable {
        private final Path path;
        private final byte[] token;
        private final FileChannel channel;
        private final ArrowOutput output;
        private final Schema schema;
        private final List<Shape> shapes;
        private final List<BatchLayout> layouts = new ArrayList<>();
        private boolean finished;

        private Writing(Path path, byte[] token, FileChannel channel, Schema schema, List<Shape> shapes) {
            this.path = path;
            this.token = token;
            this.channel = channel;
            this.schema = schema;
            this.shapes = shapes;
            this.output = new ArrowOutput(channel, schema, true);
        }

        static Writing begin(SpillFolder folder, Schema schema, List<Shape> shapes) throws IOException {
            byte[] token = new byte[Segment.TOKEN_BYTES];
            RANDOM.nextBytes(token);
            Path path = folder.file(SharedTable.fileName(token));
            Writing writing = new Writing(
                    path,
                    token,
                    FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    schema,
                    shapes);
            try {
                writing.output.begin(false);
                return writing;
            } catch (IOException | RuntimeException | Error e) {
                writing.close();
                throw e;
            }
        }

        void add(int rows, List<Column> columns) throws IOException {
            layouts.add(output.add(rows, columns));
        }

        long written() {
            return output.written();
        }

        SpillFile finish() throws IOException {
            long size = output.end(false);
            finished = true;
            channel.close();
            return new SpillFile(path, token, size, schema, shapes, layouts);
        }

        /** Drops a file that was not finished; else does nothing. */
        @Override
        public void close() {
            if (!finished) {
                finished = true;
                try {
                    channel.close();
                } catch (IOException e) {
                    LOG.log(System.Logger.Level.WARNING, "cannot close {0}: {1}", path, e);
                }
                remove(path);
            }
        }
    }
}
