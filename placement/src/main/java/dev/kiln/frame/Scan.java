package dev.kiln.frame;

import java.io.IOException;
import java.util.function.Consumer;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * One pass over all batches of a table, in order. What is a mapping of a file is read from the file, a piece at a time, into memory that
 * is used again: to copy a page costs less than to map it, which is a fault, and under some hypervisors several microseconds.
 * Who comes again and again pays for the mapping in the end, since from then on it costs nothing. One thread.
 */
final class Scan {

    /** Up to this size rows are shown at once, and fetched at once from elsewhere: what fits into a processor's caches. */
    static final long PIECE = 1L << 20;

    /** So many passes over one table cost less than mapping all of its pages, or little more. */
    private static final int READ_PASSES = 4;

    private final Schema schema;
    private final Consumer<VectorSchemaRoot> reader;
    private final Runnable inPlace;
    private final long pieceBytes;
    private @Nullable FilePieces pieces;

    private Scan(
            Schema schema,
            Consumer<VectorSchemaRoot> reader,
            Runnable inPlace,
            long pieceBytes,
            @Nullable FilePieces pieces) {
        this.schema = schema;
        this.reader = reader;
        this.inPlace = inPlace;
        this.pieceBytes = pieceBytes;
        this.pieces = pieces;
    }

    /** Shows every row; each batch is valid until the reader returns. Returns the number of rows. */
    static long of(Table table, Consumer<VectorSchemaRoot> reader) {
        return of(table, reader, PIECE);
    }

    /** @param pieceBytes how large a batch may be */
    static long of(Table table, Consumer<VectorSchemaRoot> reader, long pieceBytes) {
        TableData data = table.hold();
        try {
            of(table.schema(), data, reader, () -> {}, pieceBytes);
            return table.rows();
        } finally {
            data.release();
        }
    }

    /** @param inPlace is told before something is shown where the data is, and not a copy of it */
    static void of(
            Schema schema, TableData data, Consumer<VectorSchemaRoot> reader, Runnable inPlace, long pieceBytes) {
        Scan scan = new Scan(schema, reader, inPlace, pieceBytes, pieces(schema, data, pieceBytes));
        try {
            data.batches().forEach(scan::all);
        } finally {
            scan.giveUp();
        }
    }

    private static @Nullable FilePieces pieces(Schema schema, TableData data, long pieceBytes) {
        Backing backing = data.backing();
        if (backing == null
                || data.batches().stream().mapToLong(Batch::bytes).sum() <= pieceBytes
                || !FilePieces.canRead(Shape.of(schema))
                || backing.scans().getAndIncrement() >= READ_PASSES) {
            return null;
        }
        return FilePieces.open(backing);
    }

    private void all(Batch batch) {
        int count;
        for (int from = 0; from < batch.rows(); from += count) {
            count = pieceRows(batch, from);
            Batch piece = piece(batch, from, count);
            try (VectorSchemaRoot root = piece.open(schema.getFields())) {
                reader.accept(root);
            } finally {
                piece.release();
            }
        }
    }

    /** A multiple of 8, unless it is the rest. */
    private int pieceRows(Batch batch, int from) {
        int rest = batch.rows() - from;
        int fit = batch.rowsWithin(from, pieceBytes);
        return fit >= rest ? rest : Math.min(rest, Math.max(Byte.SIZE, fit & -Byte.SIZE));
    }

    private Batch piece(Batch batch, int from, int count) {
        if (pieces != null) {
            try {
                return pieces.read(batch, from, count);
            } catch (IOException e) {
                giveUp(); // an interrupt closes the file, for instance; the mapping is as good
            }
        }
        inPlace.run();
        return batch.part(from, count);
    }

    private void giveUp() {
        if (pieces != null) {
            pieces.close();
            pieces = null;
        }
    }
}
