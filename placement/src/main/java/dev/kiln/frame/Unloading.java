package dev.kiln.frame;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** From Arrow vectors to {@link Column}s over the same memory. */
final class Unloading {

    private Unloading() {}

    /**
     * One column per vector, with references of their own to the vectors' buffers; the root stays as it is.
     *
     * @throws IllegalArgumentException if a vector's buffers are smaller than its number of rows needs
     */
    static List<Column> of(VectorSchemaRoot root, List<Shape> shapes) {
        List<Column> columns = new ArrayList<>(shapes.size());
        try {
            for (int i = 0; i < shapes.size(); i++) {
                FieldVector vector = root.getVector(i);
                Shape shape = shapes.get(i);
                if (vector.getValueCount() != root.getRowCount()) {
                    throw new IllegalArgumentException("column " + shape.path() + " has " + vector.getValueCount()
                            + " values in a root of " + root.getRowCount() + " rows: call root.setRowCount");
                }
                columns.add(of(vector, shape, root.getRowCount()));
            }
            return columns;
        } catch (RuntimeException | Error e) {
            columns.forEach(Column::release);
            throw e;
        }
    }

    /** A root's columns as a batch under our own Arrow root, with references of its own; the given root stays as it is. */
    static Batch adopted(VectorSchemaRoot root, List<Shape> shapes) {
        List<Column> theirs = of(root, shapes);
        List<Column> ours = new ArrayList<>(theirs.size());
        try {
            theirs.forEach(column -> ours.add(Rehoming.adopt(column)));
            return new Batch(root.getRowCount(), ours);
        } catch (RuntimeException | Error e) {
            ours.forEach(Column::release);
            throw e;
        } finally {
            theirs.forEach(Column::release);
        }
    }

    /** One vector, whose number of values must be at least {@code rows}. */
    static Column of(FieldVector vector, Shape shape, int rows) {
        int nulls = shape.layout().hasValidity() && rows > 0 && vector.getValueCount() == rows
                ? vector.getNullCount()
                : Column.UNKNOWN;
        List<ArrowBuf> buffers = vector.getFieldBuffers();
        List<Part> parts = shape.layout() == Shape.Layout.VIEW
                ? ViewColumns.used(buffers, rows)
                : buffers.stream()
                        .map(buffer -> new Part(buffer, buffer.capacity()))
                        .toList();
        List<FieldVector> vectors = vector.getChildrenFromFields();
        return Trimming.column(shape, rows, nulls, parts, child -> {
            FieldVector nested = vectors.get(child);
            return of(nested, shape.children().get(child), nested.getValueCount());
        });
    }

    /** A buffer, and how many of its bytes may be looked at. */
    record Part(ArrowBuf buffer, long length) {}
}
