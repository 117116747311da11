package dev.kiln.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * Some consecutive rows of a table.
 *
 * @param rows how many, at least 0
 * @param columns each with that many rows; the batch owns one reference to each
 */
record Batch(int rows, List<Column> columns) {

    Batch {
        columns = List.copyOf(columns);
    }

    void release() {
        columns.forEach(Column::release);
    }

    long bytes() {
        return bytes(0, rows);
    }

    long bytes(int from, int count) {
        return columns.stream().mapToLong(column -> column.bytes(from, count)).sum();
    }

    /** Some columns, by position, of rows {@code [from, from + count)}, over the same memory. */
    Batch part(int from, int count, List<Integer> positions) {
        return new Batch(
                count,
                positions.stream().map(at -> columns.get(at).slice(from, count)).toList());
    }

    /** The same for all columns. */
    Batch part(int from, int count) {
        return new Batch(
                count, columns.stream().map(column -> column.slice(from, count)).toList());
    }

    /**
     * Rows {@code [from, from + count)} as a message of the Arrow IPC format.
     *
     * @param lead bytes before it that are the caller's to fill
     * @throws IllegalArgumentException if it were longer than a Java array
     */
    byte[] message(int from, int count, int lead) {
        Objects.checkFromIndexSize(from, count, rows);
        Batch part = part(from, count);
        List<Column> compact = new ArrayList<>();
        try {
            part.columns.forEach(column -> compact.add(column.compact()));
            return MessageWriter.batch(count, compact, lead);
        } finally {
            compact.forEach(Column::release);
            part.release();
        }
    }

    /** How many rows from {@code from} on have at most so many bytes together; see {@link Table#rowsWithin}. */
    int rowsWithin(int from, long maxBytes) {
        int left = rows - Objects.checkIndex(from, rows + 1);
        int fits = 0;
        int beyond = left + 1;
        while (beyond - fits > 1) {
            int middle = (fits + beyond) >>> 1;
            if (bytes(from, middle) <= maxBytes) {
                fits = middle;
            } else {
                beyond = middle;
            }
        }
        int even = fits < left && fits > 8 ? fits & ~7 : fits;
        return Math.min(left, Math.max(1, even));
    }

    /** Some columns of rows {@code [from, from + count)} as vectors; see {@link Table#view}. */
    VectorSchemaRoot open(int from, int count, List<Integer> positions, List<Field> fields) {
        Objects.checkFromIndexSize(from, count, rows);
        Batch part = part(from, count, positions);
        try {
            return part.open(positions.stream().map(fields::get).toList());
        } finally {
            part.release();
        }
    }

    /** Vectors over the columns' memory, with references of their own; the caller closes the root. */
    VectorSchemaRoot open(List<Field> fields) {
        List<FieldVector> vectors = new ArrayList<>(fields.size());
        try {
            for (int i = 0; i < fields.size(); i++) {
                FieldVector vector = fields.get(i).createVector(Memory.allocator());
                vectors.add(vector);
                columns.get(i).loadInto(vector);
            }
            return new VectorSchemaRoot(fields, vectors, rows);
        } catch (RuntimeException | Error e) {
            vectors.forEach(FieldVector::close);
            throw e;
        }
    }
}
