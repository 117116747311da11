package dev.kiln.frame;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a table as a message to somebody who cannot map it. What lies in a file, spilled or in shared memory, is read from the file
 * into memory that is used again, and not through the mapping, whose pages would be touched for this once. Any thread.
 */
final class PieceMessage {

    private PieceMessage() {}

    /** Rows {@code [from, from + count)} of a batch, see {@link Batch#message}. */
    static byte[] of(Table table, int batch, int from, int count, int lead) {
        TableData data = table.hold();
        try {
            Batch whole = data.batches().get(batch);
            FilePieces pieces = from % Byte.SIZE == 0 ? pieces(data, whole) : null;
            if (pieces != null) {
                try (pieces) {
                    return message(pieces, whole, from, count, lead);
                } catch (IOException e) {
                    // an interrupt closes the file, for instance; the mapping is as good
                }
            }
            return whole.message(from, count, lead);
        } finally {
            data.release();
        }
    }

    private static @Nullable FilePieces pieces(TableData data, Batch whole) {
        List<Shape> shapes = whole.columns().stream().map(Column::shape).toList();
        return data.backing() == null || !FilePieces.canRead(shapes) ? null : FilePieces.open(data.backing());
    }

    private static byte[] message(FilePieces pieces, Batch whole, int from, int count, int lead) throws IOException {
        Batch piece = pieces.read(whole, from, count);
        try {
            return piece.message(0, count, lead);
        } finally {
            piece.release();
        }
    }
}
