package dev.kiln.frame;

import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Data in this process: columns of Arrow buffers in batches. Immutable, reference-counted, for any thread.
 *
 * <p>The data is in private memory, in a memory file or on disk, and moves: to a memory file when it is first shared with
 * another process, to disk when memory is short ({@link Storage}). Views of it ({@link #batch}, {@link #view}, {@link
 * #toArrow}) hold references of their own: they stay valid after the table's release and after a move. Nobody may write to
 * them.
 */
final class Table implements Leaf {

    private static final long serialVersionUID = 1L;

    private final transient Schema schema;
    private final transient long rows;
    private final transient long bytes;

    private final transient Storage storage;
    private final transient String origin = Origins.here();
    private final transient long madeNanos = System.nanoTime();

    /** @param mayMove whether this process could put the data elsewhere */
    private Table(Schema schema, List<Shape> shapes, TableData data, @Nullable SpillFile file, boolean mayMove) {
        this.schema = schema;
        this.rows = data.batches().stream().mapToLong(Batch::rows).sum();
        this.bytes = data.batches().stream().mapToLong(Batch::bytes).sum();
        this.storage = new Storage(schema, shapes, data, bytes, file, mayMove);
    }

    /**
     * Takes over the batches, also when it throws.
     *
     * @throws FrameRefused if the budget has no room for them, neither in memory nor on disk
     */
    static Table inPrivate(Schema schema, List<Shape> shapes, List<Batch> batches) {
        Table table = new Table(schema, shapes, TableData.inPrivate(batches), null, true);
        try {
            Ladder.process().made(table.bytes);
            return table;
        } catch (FrameRefused e) {
            table.release();
            throw e;
        }
    }

    /** Takes over the one reference to the data. */
    static Table inSegment(Schema schema, List<Shape> shapes, TableData data) {
        return new Table(schema, shapes, data, null, true);
    }

    /** Of what was put on disk while it was made; the file goes with the table. */
    static Table onDisk(Schema schema, List<Shape> shapes, SpillFile file) throws IOException {
        return new Table(schema, shapes, file.open(), file, true);
    }

    /**
     * Takes ownership of a root, without a copy: it is closed for the caller, who must not write to its buffers either. The
     * allocator behind it must stay open until the table is freed.
     *
     * @throws IllegalArgumentException if tables do not hold a type or an encoding of it, with advice; the root stays the
     *     caller's then
     */
    static Table of(VectorSchemaRoot root) {
        Schema schema = root.getSchema();
        List<Shape> shapes = Shape.of(schema);
        Batch batch = Unloading.adopted(root, shapes);
        Table table = inPrivate(schema, shapes, List.of(batch));
        root.close();
        return table;
    }

    /** No rows. */
    static Table empty(Schema schema) {
        return inPrivate(schema, Shape.of(schema), List.of());
    }

    /** See {@link ColumnTable#of(Map)}. */
    static Table fromColumns(Map<String, ?> columns) {
        return ColumnTable.of(columns);
    }

    /** See {@link ColumnTable#of(List)}. */
    static Table fromRows(List<? extends Record> rows) {
        return ColumnTable.of(rows);
    }

    /**
     * The table that {@link #schemaMessage} and {@link #batchMessage} were made of, in private memory, or on disk if that is
     * short.
     *
     * @throws IllegalArgumentException if the bytes are damaged or no such messages; nothing is left then
     */
    static Table fromMessages(byte[] schema, List<byte[]> batches) {
        return Receiving.table(
                MessageReader.schema(schema), batches.stream().map(Pieces::of).iterator());
    }

    /**
     * Reads an Arrow IPC file or stream, as {@link #writeArrow} or another program wrote it.
     *
     * @throws java.io.UncheckedIOException if it cannot be read
     * @throws IllegalArgumentException if it is none, or holds what tables do not hold
     */
    static Table readArrow(Path file) {
        return ArrowInput.read(file);
    }

    /**
     * A table over the memory file of another table, of another process or of this one. Nothing is copied; the time it takes
     * depends on the number of buffers, not on their size. The file's memory stays until the collector has found that nothing
     * reads it any more, whatever becomes of its owner.
     *
     * @throws CannotMap if the file is not there any more, or cannot be opened from here: ask for messages instead
     * @throws IllegalArgumentException if the image is damaged
     */
    static Table map(SharedTable image) {
        SharedTable.Contents contents = image.contents();
        List<Shape> shapes = Shape.of(contents.schema());
        // Nothing to tell others of: the descriptor belongs to somebody who may close it at any time.
        TableData data = TableWriter.inSegment(contents.batches(), shapes, SegmentMapping.open(image), image, false);
        return new Table(contents.schema(), shapes, data, null, false);
    }

    /** Whether tables of this process can be shared with others: it is a Linux, and the JVM may call the C library. */
    static boolean canShare() {
        return Memfd.isUsable();
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public long rows() {
        return rows;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    /** The number of batches; a table without rows may have none. */
    int batchCount() {
        TableData now = hold();
        try {
            return now.batches().size();
        } finally {
            now.release();
        }
    }

    /** The number of rows of a batch, counted from 0. */
    int batchRows(int batch) {
        return withBatch(batch, Batch::rows);
    }

    /** Lets a function look at a batch. The view is closed when it returns. */
    <R> R read(int batch, Function<VectorSchemaRoot, R> reader) {
        try (VectorSchemaRoot view = batch(batch)) {
            return reader.apply(view);
        }
    }

    /** A view of a whole batch, not a copy; the caller closes it. */
    VectorSchemaRoot batch(int batch) {
        return withBatch(batch, it -> it.open(schema.getFields()));
    }

    /**
     * A view of rows {@code [from, from + count)} of a batch; the caller closes it. Not a copy, if {@code from} is a multiple of
     * 8; else bitmaps are copied.
     *
     * @param columns positions of the columns wanted, in any order
     */
    VectorSchemaRoot view(int batch, int from, int count, List<Integer> columns) {
        return withBatch(batch, it -> it.open(from, count, columns, schema.getFields()));
    }

    /**
     * A table of some columns over the same memory, which it keeps.
     *
     * @param columns their positions, in any order, also more than once
     * @param names what each is called then
     */
    Table select(List<Integer> columns, List<String> names) {
        List<Field> fields = new ArrayList<>(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            Field field = schema.getFields().get(columns.get(i));
            fields.add(new Field(names.get(i), field.getFieldType(), field.getChildren()));
        }
        Schema selected = new Schema(fields, schema.getCustomMetadata());
        return within(selected, now -> now.batches().stream()
                .map(batch -> batch.part(0, batch.rows(), columns))
                .toList());
    }

    /** A table of rows {@code [from, from + count)}, as far as there are so many, over the same memory, which it keeps. */
    Table slice(long from, long count) {
        return within(schema, now -> {
            List<Batch> parts = new ArrayList<>();
            long start = 0;
            for (Batch batch : now.batches()) {
                long first = Math.clamp(from - start, 0, batch.rows());
                long last = Math.clamp(Math.addExact(from, count) - start, first, batch.rows());
                if (first < last) {
                    parts.add(batch.part((int) first, (int) (last - first)));
                }
                start += batch.rows();
            }
            return parts;
        });
    }

    private Table within(Schema part, Function<TableData, List<Batch>> batches) {
        List<Shape> partShapes = Shape.of(part);
        TableData whole = hold();
        try {
            return new Table(part, partShapes, TableData.within(whole, batches.apply(whole)), null, true);
        } catch (RuntimeException | Error e) {
            whole.release();
            throw e;
        }
    }

    /**
     * Where another process of this user finds the table. The first call copies it into a memory file, unless it was made
     * there or is on disk, and frees the private memory. What is returned is good until the table's release, or until it moves.
     *
     * @throws FrameRefused if the file cannot be made or filled; the table is as before
     */
    SharedTable share() {
        return storage.share();
    }

    /** The same, or null if there is no memory, descriptor or mapping left for that: then it crosses as messages. */
    @Nullable
    SharedTable image() {
        try {
            return share();
        } catch (FrameRefused e) {
            return null;
        }
    }

    /** Where in the code it was made, if anybody wants to know, otherwise empty. */
    String origin() {
        return origin;
    }

    /** How long it has been in this process. */
    long ageNanos() {
        return System.nanoTime() - madeNanos;
    }

    /** Where the data is, and its moves. */
    Storage storage() {
        return storage;
    }

    /** The schema as a message of the Arrow IPC format. */
    byte[] schemaMessage() {
        return MessageWriter.schema(schema);
    }

    /**
     * Rows {@code [from, from + count)} of a batch as a message of the Arrow IPC format.
     *
     * @throws IllegalArgumentException if it were longer than a Java array; see {@link #rowsWithin}
     */
    byte[] batchMessage(int batch, int from, int count) {
        return withBatch(batch, it -> it.message(from, count, 0));
    }

    /**
     * How many rows of a batch, from {@code from} on, have at most so many bytes together: at least one if there is any left,
     * and a multiple of 8 where possible.
     */
    int rowsWithin(int batch, int from, long maxBytes) {
        return withBatch(batch, it -> it.rowsWithin(from, maxBytes));
    }

    /**
     * The table in vectors of the caller's allocator; the caller closes the root. Not a copy if the table has one batch: the
     * allocator accounts for the memory, and its last release of it gives it back. Several batches are copied into one.
     *
     * @throws IllegalArgumentException if the table has several batches, and one vector cannot hold all the rows of a column
     * @throws org.apache.arrow.memory.OutOfMemoryException if the allocator's limit is too low
     */
    VectorSchemaRoot toArrow(BufferAllocator allocator) {
        TableData now = hold();
        try {
            return Export.toArrow(schema, now, allocator);
        } finally {
            now.release();
        }
    }

    /** See {@link RowReader#read}. */
    <T extends Record> List<T> toRows(Class<T> type) {
        return RowReader.read(this, type);
    }

    /** The first rows as a text table, see {@link TablePrinter}. */
    String preview(int maxRows) {
        return TablePrinter.print(this, maxRows);
    }

    /**
     * Writes an Arrow IPC file, in place of one that is there. It appears under its name when it is complete.
     *
     * @return the number of rows
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    long writeArrow(Path file) {
        TableData now = hold();
        try {
            ArrowOutput.write(schema, now.batches(), file);
            return rows;
        } finally {
            now.release();
        }
    }

    /** How many bytes of values a column of binary values has. */
    long columnBytes(int position) {
        long[] bytes = {0};
        eachColumn(position, column -> bytes[0] += column.offset(column.rows()) - column.offset(0));
        return bytes[0];
    }

    /** Shows a column of every batch, one after the other. */
    void eachColumn(int position, Consumer<Column> reader) {
        TableData now = hold();
        try {
            now.batches().forEach(batch -> reader.accept(batch.columns().get(position)));
        } finally {
            now.release();
        }
    }

    private <R> R withBatch(int batch, Function<Batch, R> function) {
        TableData now = hold();
        try {
            return function.apply(now.batches().get(batch));
        } finally {
            now.release();
        }
    }

    /** The data where it is now, with a reference for the caller. */
    TableData hold() {
        return storage.hold();
    }

    @Override
    public void retain() {
        storage.retain();
    }

    @Override
    public void release() {
        storage.release();
    }

    @Override
    public String toString() {
        return "Table[" + rows + " rows, " + bytes + " bytes, " + schema + "]";
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("a frame crosses only inside a Kiln call: to store it, write it to a file"
                + " (writeArrow, writeParquet), or take its rows (toRows)");
    }
}
