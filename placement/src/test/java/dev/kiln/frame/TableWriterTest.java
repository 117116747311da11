package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NothingLeft.class)
class TableWriterTest {

    private static final Schema LONGS = new Schema(List.of(Field.nullable("n", new ArrowType.Int(64, true))));

    private static VectorSchemaRoot longs(long from, int rows) {
        VectorSchemaRoot root = VectorSchemaRoot.create(LONGS, Memory.allocator());
        BigIntVector vector = (BigIntVector) root.getVector(0);
        vector.allocateNew(rows);
        for (int row = 0; row < rows; row++) {
            vector.set(row, from + row);
        }
        root.setRowCount(rows);
        return root;
    }

    private static void append(TableWriter writer, long from, int rows) {
        try (VectorSchemaRoot root = longs(from, rows)) {
            writer.append(root);
        }
    }

    @Test
    @DisplayName("F-08: up to 1 MiB stays private, also in many batches")
    void small() {
        try (TableWriter writer = new TableWriter(LONGS)) {
            append(writer, 0, 100);
            append(writer, 100, 0);
            append(writer, 100, 100);
            assertEquals(200, writer.rows());
            Table table = writer.finish();
            assertEquals(0, NothingLeft.added().segments());
            assertEquals(1, NothingLeft.added().privateTables());
            assertEquals(2, table.batchCount());
            assertEquals(199L, Contents.of(table).get("n").get(199));
            table.release();
        }
    }

    @Test
    @DisplayName("F-08: more than 1 MiB goes to one segment, with what came before")
    void large() {
        try (TableWriter writer = new TableWriter(LONGS)) {
            for (int batch = 0; batch < 5; batch++) {
                append(writer, batch * 50_000L, 50_000);
            }
            Table table = writer.finish();
            assertEquals(1, NothingLeft.added().segments());
            assertEquals(0, NothingLeft.added().privateTables());
            assertEquals(0, NothingLeft.added().buffers());
            assertEquals(5, table.batchCount());
            Table mapped = Table.map(table.share());
            List<@Nullable Object> values = Contents.of(mapped).get("n");
            assertEquals(0L, values.getFirst());
            assertEquals(249_999L, values.getLast());
            mapped.release();
            table.release();
        }
    }

    @Test
    @DisplayName("G-08: a writer that is not finished leaves nothing")
    void abandoned() {
        try (TableWriter writer = new TableWriter(LONGS)) {
            append(writer, 0, 100);
        }
        try (TableWriter writer = new TableWriter(LONGS)) {
            append(writer, 0, 200_000);
            assertEquals(1, NothingLeft.added().segments());
        }
        TableWriter closed = new TableWriter(LONGS);
        closed.close();
        closed.close();
        assertThrows(IllegalStateException.class, closed::finish);
    }

    @Test
    @DisplayName("F-08: a batch of other columns is refused")
    void otherColumns() {
        try (TableWriter writer =
                        new TableWriter(new Schema(List.of(Field.nullable("n", new ArrowType.Int(32, true)))));
                VectorSchemaRoot root = longs(0, 1)) {
            var refused = assertThrows(IllegalArgumentException.class, () -> writer.append(root));
            assertTrue(refused.getMessage().contains("must have [n: Int(32, true)]"), refused.getMessage());
        }
    }

    @Test
    @DisplayName("F-08: batches of every type, also slices of them, are copied as they are")
    void everyType() {
        try (VectorSchemaRoot root = RandomRoots.ofAllTypes(11, 100, Memory.allocator());
                TableWriter writer = new TableWriter(root.getSchema())) {
            Map<String, List<@Nullable Object>> expected = Contents.of(root);
            Table whole = Table.of(RandomRoots.ofAllTypes(11, 100, Memory.allocator()));
            List<Integer> all = new ArrayList<>();
            for (int i = 0; i < expected.size(); i++) {
                all.add(i);
            }
            for (int from = 0; from < 100; from += 20) {
                try (VectorSchemaRoot view = whole.view(0, from, 20, all)) {
                    writer.append(view);
                }
            }
            whole.release();
            Table table = writer.finish();
            assertEquals(expected, Contents.of(table));
            table.release();
        }
    }
}
