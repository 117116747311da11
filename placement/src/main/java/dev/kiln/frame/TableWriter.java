package dev.kiln.frame;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Collects batches into a table by copying them: to private memory up to 1 MiB in all, beyond that to one memory file, which
 * other processes can then map without another copy. Where memory files cannot be made, everything stays private; from when the
 * budget has no room for more, everything goes to a file on disk. One thread.
 */
final class TableWriter implements AutoCloseable {

    /** Tables up to this size travel inside a message and need no file. */
    static final long SMALL_BYTES = 1 << 20;

    private final Schema schema;
    private final List<Shape> shapes;

    private final List<Batch> inPrivate = new ArrayList<>();
    private long privateBytes;
    private boolean canSpill = true;

    private final List<BatchLayout> inSegment = new ArrayList<>();
    private @Nullable Segment segment;

    private SpillFile.@Nullable Writing onDisk;

    private long rows;
    private boolean open = true;

    /**
     * Nothing is allocated before the first batch.
     *
     * @throws IllegalArgumentException if tables do not hold a type or an encoding of the schema
     */
    TableWriter(Schema schema) {
        this.schema = schema;
        this.shapes = Shape.of(schema);
    }

    /**
     * Copies the batch; the root stays the caller's, and is not changed.
     *
     * @throws IllegalArgumentException if the batch has other columns than the schema
     * @throws FrameRefused if there is no memory left; the writer is of no use any more
     */
    void append(VectorSchemaRoot batch) {
        checkOpen();
        List<Field> fields = batch.getSchema().getFields();
        if (!sameTypes(schema.getFields(), fields)) {
            throw new IllegalArgumentException(
                    "the batch has the columns " + fields + ", must have " + schema.getFields());
        }
        List<Column> columns = Unloading.of(batch, shapes);
        try {
            append(batch.getRowCount(), columns);
        } finally {
            columns.forEach(Column::release);
        }
    }

    /** Copies columns that have the shapes of the schema. */
    void append(int count, List<Column> columns) {
        checkOpen();
        if (count > 0) {
            long bytes = new Batch(count, columns).bytes();
            if (onDisk != null || !inMemory(count, columns, bytes)) {
                write(onDisk(), count, columns);
            }
            rows += count;
        }
    }

    /** @return false if the budget has no room for it, but a disk may have */
    private boolean inMemory(int count, List<Column> columns, long bytes) {
        try {
            Segment target = privateBytes + bytes > SMALL_BYTES ? spilled() : segment;
            if (target != null) {
                inSegment.add(target.write(count, columns));
                return true;
            }
            if (privateBytes + bytes > SMALL_BYTES && !Ladder.process().fits(privateBytes + bytes)) {
                return Ladder.process().folder() == null;
            }
        } catch (FrameRefused noRoom) {
            if (Ladder.process().folder() == null) {
                throw noRoom;
            }
            return false;
        }
        inPrivate.add(copy(count, columns));
        privateBytes += bytes;
        return true;
    }

    /** The file, with everything in it that was in memory. */
    private SpillFile.Writing onDisk() {
        SpillFile.Writing target = onDisk;
        if (target != null) {
            return target;
        }
        SpillFolder folder = Objects.requireNonNull(Ladder.process().folder());
        try {
            target = SpillFile.Writing.begin(folder, schema, shapes);
        } catch (IOException e) {
            throw refused(e);
        }
        onDisk = target;
        for (Batch batch : inPrivate) {
            write(target, batch.rows(), batch.columns());
        }
        inPrivate.forEach(Batch::release);
        inPrivate.clear();
        Segment before = segment;
        if (before != null) {
            segment = null;
            copy(before, target);
        }
        return target;
    }

    /** What is in the segment already; the segment goes. */
    private void copy(Segment from, SpillFile.Writing target) {
        try (from) {
            if (inSegment.isEmpty()) {
                return;
            }
            TableData written = inSegment(inSegment, shapes, from.finish(), null, true);
            try {
                for (Batch batch : written.batches()) {
                    write(target, batch.rows(), batch.columns());
                }
            } finally {
                written.release();
            }
        } catch (IOException e) {
            throw Segment.refused(from.size(), e);
        }
    }

    private static void write(SpillFile.Writing target, int count, List<Column> columns) {
        try {
            target.add(count, columns);
        } catch (IOException e) {
            throw refused(e);
        }
    }

    private static RuntimeException refused(IOException e) {
        if (e instanceof ClosedByInterruptException) {
            return new QueryInterrupted("interrupted while a frame was put on disk", e);
        }
        return new FrameRefused(
                "the memoryBudget has no room for a frame, and it cannot be put on disk (" + e.getMessage()
                        + "): release frames, or make room in the spillDirectory",
                e);
    }

    private static Batch copy(int count, List<Column> columns) {
        List<Column> copies = new ArrayList<>(columns.size());
        try {
            columns.forEach(column -> copies.add(Concatenation.of(List.of(column), Memory.allocator())));
            return new Batch(count, copies);
        } catch (RuntimeException | Error e) {
            copies.forEach(Column::release);
            throw e;
        }
    }

    /** The segment, with everything in it that was private; null if there can be none. */
    private @Nullable Segment spilled() {
        if (segment != null || !canSpill) {
            return segment;
        }
        if (!Memfd.isUsable()) {
            canSpill = false;
            return null;
        }
        try {
            segment = Segment.create();
        } catch (IOException e) {
            canSpill = false; // out of descriptors, for instance: private memory does as well
            return null;
        }
        Segment target = segment;
        inPrivate.forEach(batch -> inSegment.add(target.write(batch.rows(), batch.columns())));
        inPrivate.forEach(Batch::release);
        inPrivate.clear();
        return target;
    }

    /** Rows appended so far. */
    long rows() {
        return rows;
    }

    /** The table of everything that was appended, with one reference, the caller's. The writer is closed then. */
    Table finish() {
        checkOpen();
        if (onDisk != null) {
            return finish(onDisk);
        }
        if (segment == null) {
            open = false;
            return Table.inPrivate(schema, shapes, inPrivate);
        }
        try {
            return Table.inSegment(schema, shapes, finished(segment, schema, shapes, inSegment));
        } catch (IOException e) {
            throw Segment.refused(segment.size(), e);
        } finally {
            close();
        }
    }

    private Table finish(SpillFile.Writing target) {
        try (this) {
            SpillFile file = target.finish();
            try {
                return Table.onDisk(schema, shapes, file);
            } catch (IOException | RuntimeException | Error e) {
                file.delete();
                throw e;
            }
        } catch (IOException e) {
            throw refused(e);
        }
    }

    /** Seals a segment into the data of a table. */
    static TableData finished(Segment segment, Schema schema, List<Shape> shapes, List<BatchLayout> layouts)
            throws IOException {
        SharedTable image = SharedTable.of(segment, schema, layouts);
        return inSegment(layouts, shapes, segment.finish(), image, true);
    }

    /** The batches that lie in a segment, see {@link TableData#inSegment}; takes over one reference to that, also when it throws. */
    static TableData inSegment(
            List<BatchLayout> layouts, List<Shape> shapes, ArrowBuf all, @Nullable SharedTable file, boolean ours) {
        List<Batch> batches = new ArrayList<>(layouts.size());
        try {
            layouts.forEach(layout -> batches.add(new Batch(layout.rows(), layout.columns(shapes, all))));
            return TableData.inSegment(batches, all, file, ours);
        } catch (RuntimeException | Error e) {
            batches.forEach(Batch::release);
            all.getReferenceManager().release();
            throw e;
        }
    }

    /** Frees what was appended, unless it has become a table. */
    @Override
    public void close() {
        if (open) {
            open = false;
            inPrivate.forEach(Batch::release);
            if (segment != null) {
                segment.close();
            }
            if (onDisk != null) {
                onDisk.close();
            }
        }
    }

    private void checkOpen() {
        if (!open) {
            throw new IllegalStateException("the writer is closed");
        }
    }

    private static boolean sameTypes(List<Field> some, List<Field> others) {
        if (some.size() != others.size()) {
            return false;
        }
        for (int i = 0; i < some.size(); i++) {
            if (!some.get(i).getType().equals(others.get(i).getType())
                    || !sameTypes(some.get(i).getChildren(), others.get(i).getChildren())) {
                return false;
            }
        }
        return true;
    }
}
