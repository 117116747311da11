package dev.kiln.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Puts the columns of tables side by side by copying them, without the engine. One thread. */
final class SideBySide {
    private final List<Cursor> sides;

    private SideBySide(List<Cursor> sides) {
        this.sides = sides;
    }

    /**
     * One table with all columns, in the order of the tables; the caller has its one reference.
     *
     * @param tables with equal numbers of rows, the caller's before and after
     */
    static Table of(List<Table> tables) {
        return new SideBySide(tables.stream().map(Cursor::new).toList()).table(tables);
    }

    private Table table(List<Table> tables) {
        List<Field> fields = tables.stream()
                .flatMap(table -> table.schema().getFields().stream())
                .toList();
        try (TableWriter writer = new TableWriter(new Schema(fields))) {
            for (long left = tables.getFirst().rows(); left > 0; ) {
                int count = sides.stream().mapToInt(Cursor::left).min().orElseThrow();
                append(count, writer);
                left -= count;
            }
            return writer.finish();
        }
    }

    private void append(int count, TableWriter writer) {
        List<VectorSchemaRoot> parts = new ArrayList<>();
        try {
            sides.forEach(side -> parts.add(side.next(count)));
            List<FieldVector> vectors = parts.stream()
                    .flatMap(part -> part.getFieldVectors().stream())
                    .toList();
            writer.append(new VectorSchemaRoot(
                    vectors.stream().map(FieldVector::getField).toList(), vectors, count));
        } finally {
            parts.forEach(VectorSchemaRoot::close);
        }
    }

    /** A place in a table. */
    private static final class Cursor {
        private final Table table;
        private final List<Integer> columns;
        private int batch;
        private int row;

        Cursor(Table table) {
            this.table = table;
            this.columns = IntStream.range(0, table.schema().getFields().size())
                    .boxed()
                    .toList();
        }

        /** How many rows of the batch are left, at least one. */
        int left() {
            while (row == table.batchRows(batch)) {
                batch++;
                row = 0;
            }
            return table.batchRows(batch) - row;
        }

        VectorSchemaRoot next(int count) {
            VectorSchemaRoot rows = table.view(batch, row, count, columns);
            row += count;
            return rows;
        }
    }
}
