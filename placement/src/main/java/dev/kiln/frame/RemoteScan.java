package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * One pass over data of another party: what cannot be mapped is shown message by message as it comes, and kept nowhere. The
 * sender keeps it meanwhile, since its offer has not been read to the end. One thread.
 */
final class RemoteScan implements Unpacking.OfferReader {
    private final Consumer<VectorSchemaRoot> reader;
    private long rows;
    private @Nullable Throwable failure;

    RemoteScan(Consumer<VectorSchemaRoot> reader) {
        this.reader = reader;
    }

    /** An empty table in the place of data that has been shown. */
    @Override
    public Table table(FrameSpace space, ProcessRef sender, Entry.Offer offer) {
        Schema schema = MessageReader.schema(offer.facts().schema());
        try {
            if (offer.image() == null || !shared(schema, offer.image())) {
                try (var messages = new BatchFetch(space.client(), sender, offer)) {
                    show(schema, messages);
                }
            }
        } catch (RuntimeException | Error e) {
            if (rows == 0 && failure == null) {
                throw e; // nothing has been shown: another copy may be asked
            }
            failure = failure == null ? e : failure;
        }
        return Table.empty(schema);
    }

    /** @return false if it cannot be mapped: then nothing has been shown */
    private boolean shared(Schema schema, SharedTable image) {
        PassMapping mapping;
        try {
            mapping = SegmentMapping.forPass(image);
        } catch (CannotMap e) {
            return false;
        }
        ArrowBuf all = Memory.allocator().wrapForeignAllocation(mapping);
        TableData data = TableWriter.inSegment(image.contents().batches(), Shape.of(schema), all, image, false);
        try {
            Traffic.mapped(data.batches().stream().mapToLong(Batch::bytes).sum());
            Scan.of(schema, data, this::read, mapping::shown, Scan.PIECE);
            return true;
        } finally {
            data.release();
        }
    }

    private void show(Schema schema, BatchFetch messages) {
        List<Shape> shapes = Shape.of(schema);
        if (NativeAccess.isNativeExecutable()) { // which need not have java.lang.foreign
            messages.forEachRemaining(message -> show(schema, message, shapes, Memory::buffer));
            return;
        }
        Scratch scratch = new Scratch();
        try {
            while (messages.hasNext()) {
                if (!scratch.reset()) {
                    scratch.release();
                    scratch = new Scratch();
                }
                Scratch used = scratch;
                show(schema, messages.next(), shapes, bytes -> used.take(bytes).buffer());
            }
        } finally {
            scratch.release();
        }
    }

    private void show(Schema schema, Pieces message, List<Shape> shapes, LongFunction<ArrowBuf> room) {
        Batch batch;
        try (message) {
            batch = MessageReader.batch(message, shapes, room);
        }
        try (VectorSchemaRoot root = batch.open(schema.getFields())) {
            read(root);
        } finally {
            batch.release();
        }
    }

    /** What the reader throws is its own: it says nothing of the message. */
    private void read(VectorSchemaRoot root) {
        rows += root.getRowCount();
        try {
            reader.accept(root);
        } catch (RuntimeException | Error e) {
            failure = e;
            throw e;
        }
    }

    /**
     * Shows what has come in another way.
     *
     * @return the number of rows that were shown in all
     */
    long rest(Table table) {
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
        return rows + Scan.of(table, reader);
    }
}
