package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NothingLeft.class)
class TableRoundTripTest {

    private static final int SEEDS = 1000;

    @Test
    @DisplayName("F-08: a thousand random tables come out of messages as they went in, whole and in pieces")
    void messages() {
        try (BufferAllocator allocator = new RootAllocator()) {
            for (long seed = 0; seed < SEEDS; seed++) {
                int rows = new Random(seed).nextInt(200);
                VectorSchemaRoot root = RandomRoots.of(seed, rows, allocator);
                Map<String, List<@Nullable Object>> expected = Contents.of(root);
                Table table = Table.of(root);
                Table whole = received(table, Integer.MAX_VALUE);
                Table pieces = received(table, 1 + new Random(seed).nextInt(50));
                assertEquals(table.schema(), whole.schema(), "schema, seed " + seed);
                assertEquals(expected, Contents.of(whole), "whole, seed " + seed);
                assertEquals(expected, Contents.of(pieces), "pieces, seed " + seed);
                pieces.release();
                whole.release();
                table.release();
            }
        }
    }

    private static Table received(Table table, int rowsPerMessage) {
        List<byte[]> messages = new ArrayList<>();
        for (int batch = 0; batch < table.batchCount(); batch++) {
            int rows = table.batchRows(batch);
            for (int from = 0; from < rows; from += Math.min(rowsPerMessage, rows)) {
                messages.add(table.batchMessage(batch, from, Math.min(rowsPerMessage, rows - from)));
            }
        }
        return Table.fromMessages(table.schemaMessage(), messages);
    }

    @Test
    @DisplayName("F-08: a thousand random tables are the same when they are shared and mapped")
    void sharing() {
        try (BufferAllocator allocator = new RootAllocator()) {
            for (long seed = 0; seed < SEEDS; seed++) {
                VectorSchemaRoot root = RandomRoots.of(seed, new Random(seed).nextInt(200), allocator);
                Map<String, List<@Nullable Object>> expected = Contents.of(root);
                Table table = Table.of(root);
                Table mapped = Table.map(table.share());
                assertEquals(expected, Contents.of(mapped), "mapped, seed " + seed);
                assertEquals(expected, Contents.of(table), "the shared one itself, seed " + seed);
                assertEquals(table.bytes(), mapped.bytes(), "bytes, seed " + seed);
                table.release();
                assertEquals(expected, Contents.of(mapped), "after its owner let go, seed " + seed);
                mapped.release();
            }
        }
    }

    @Test
    @DisplayName("F-08: every type of column comes through messages, sharing, concatenation and slices")
    void everyType() {
        try (BufferAllocator allocator = new RootAllocator()) {
            for (int rows : List.of(0, 1, 7, 8, 9, 64, 1000)) {
                VectorSchemaRoot root = RandomRoots.ofAllTypes(rows, rows, allocator);
                Map<String, List<@Nullable Object>> expected = Contents.of(root);
                Table table = Table.of(root);
                assertEquals(expected, Contents.of(table));
                Table received = received(table, 13);
                assertEquals(expected, Contents.of(received));
                try (VectorSchemaRoot home = received.toArrow(allocator)) {
                    assertEquals(expected, Contents.of(home));
                    assertEquals(table.schema(), home.getSchema());
                }
                Table mapped = Table.map(received.share());
                assertEquals(expected, Contents.of(mapped));
                Table middle = mapped.slice(3, 500);
                assertEquals(Contents.rows(expected, Math.min(3, rows), Math.min(503, rows)), Contents.of(middle));
                List.of(middle, mapped, received, table).forEach(Table::release);
            }
        }
    }
}
