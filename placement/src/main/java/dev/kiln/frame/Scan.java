package dev.kiln.frame;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.function.Consumer;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * One pass over all batches of a table, in order. What is a mapping of a file is read from the file, a piece at a time, into memory that
 * is used again: to copy a page costs less than to map it, which is a fault, and under some hypervisors several microseconds.
 * Who comes again and again pays for the mapping in the end, since from then on it costs nothing. One thread.
 */
final class Scan {

    /** Up to this size the rows of a batch are shown at once. */
    private static final long PIECE = 2L << 20;

    /** So many passes over one table cost less than mapping all of its pages, or little more. */
    private static final int READ_PASSES = 4;

    private final Table table;
    private final Consumer<VectorSchemaRoot> reader;
    private final long pieceBytes;
    private @Nullable FilePieces pieces;

    private Scan(Table table, Consumer<VectorSchemaRoot> reader, long pieceBytes, @Nullable FilePieces pieces) {
        this.table = table;
        this.reader = reader;
        this.pieceBytes = pieceBytes;
        this.pieces = pieces;
    }

    /** Shows every batch; each is valid until the reader returns. Returns the number of rows. */
    static long of(Table table, Consumer<VectorSchemaRoot> reader) {
        return of(table, reader, PIECE);
    }

    /** @param pieceBytes how large a batch may be that is read from a file */
    static long of(Table table, Consumer<VectorSchemaRoot> reader, long pieceBytes) {
        TableData data = table.hold();
        Scan scan = new Scan(table, reader, pieceBytes, table.bytes() > pieceBytes ? pieces(table, data) : null);
        try {
            data.batches().forEach(scan::all);
            return table.rows();
        } finally {
            scan.giveUp();
            data.release();
        }
    }

    private static @Nullable FilePieces pieces(Table table, TableData data) {
        Backing backing = data.backing();
        if (backing == null
                || !FilePieces.canRead(Shape.of(table.schema()))
                || backing.scans().getAndIncrement() >= READ_PASSES) {
            return null;
        }
        FileChannel file = SegmentMapping.file(backing.file());
        return file == null ? null : new FilePieces(backing, file);
    }

    private void all(Batch batch) {
        int count;
        for (int from = 0; from < batch.rows(); from += count) {
            count = pieces == null ? batch.rows() - from : pieceRows(batch, from);
            Batch piece = piece(batch, from, count);
            try (VectorSchemaRoot root = piece.open(table.schema().getFields())) {
                reader.accept(root);
            } finally {
                piece.release();
            }
        }
    }

    /** A multiple of 8, unless it is the rest. */
    private int pieceRows(Batch batch, int from) {
        int fit = Math.max(Byte.SIZE, batch.rowsWithin(from, pieceBytes) & -Byte.SIZE);
        return Math.min(fit, batch.rows() - from);
    }

    private Batch piece(Batch batch, int from, int count) {
        if (pieces != null) {
            try {
                return pieces.read(batch, from, count);
            } catch (IOException e) {
                giveUp(); // an interrupt closes the file, for instance; the mapping is as good
            }
        }
        return batch.part(from, count);
    }

    private void giveUp() {
        if (pieces != null) {
            pieces.close();
            pieces = null;
        }
    }
}
