package dev.kiln.frame;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Schema;

/** Makes a table of batches that come as messages: in private memory, and from when the budget has no room, on disk. */
final class Receiving {

    private Receiving() {}

    /**
     * @param messages used up; read and closed one by one
     * @throws IllegalArgumentException if they are damaged; nothing is left then
     */
    static Table table(Schema schema, Iterator<Pieces> messages) {
        List<Shape> shapes = Shape.of(schema);
        List<Batch> batches = new ArrayList<>();
        try {
            long bytes = 0;
            while (messages.hasNext()) {
                Batch batch = batch(messages.next(), shapes);
                batches.add(batch);
                bytes += batch.bytes();
                if (!Ladder.process().fits(bytes)) { // the batches are counted only once they are a table
                    return throughWriter(schema, shapes, batches, messages);
                }
            }
        } catch (RuntimeException | Error e) {
            batches.forEach(Batch::release);
            throw e;
        }
        return Table.inPrivate(schema, shapes, batches);
    }

    private static Table throughWriter(
            Schema schema, List<Shape> shapes, List<Batch> batches, Iterator<Pieces> messages) {
        try (TableWriter writer = new TableWriter(schema)) {
            while (!batches.isEmpty()) {
                append(writer, batches.removeFirst());
            }
            while (messages.hasNext()) {
                append(writer, batch(messages.next(), shapes));
            }
            return writer.finish();
        }
    }

    private static Batch batch(Pieces message, List<Shape> shapes) {
        try (message) {
            return MessageReader.batch(message, shapes);
        }
    }

    private static void append(TableWriter writer, Batch batch) {
        try {
            writer.append(batch.rows(), batch.columns());
        } finally {
            batch.release();
        }
    }
}
