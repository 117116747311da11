package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.c.ArrowSchema;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NothingLeft.class)
class ExportTest {

    @Test
    @DisplayName(
            "F-08: toArrow lends one batch to the caller's allocator without a copy, and keeps the table until it is closed")
    void lends() {
        Table table = Table.fromColumns(Map.of("n", IntStream.range(0, 100_000).toArray()));
        long address = table.read(0, view -> view.getVector(0).getDataBufferAddress());
        try (BufferAllocator allocator = new RootAllocator()) {
            long buffers = NothingLeft.added().buffers();
            VectorSchemaRoot home = table.toArrow(allocator);
            table.release();
            assertEquals(address, home.getVector(0).getDataBufferAddress());
            assertEquals(buffers, NothingLeft.added().buffers());
            assertEquals(412_500, allocator.getAllocatedMemory(), "accounted as the caller's");
            assertEquals(99_999, ((IntVector) home.getVector(0)).get(99_999));
            assertEquals(1, NothingLeft.added().privateTables());
            home.close();
            assertEquals(0, allocator.getAllocatedMemory());
            assertEquals(0, NothingLeft.added().privateTables());
        }
    }

    @Test
    @DisplayName("F-08: toArrow of a mapped table keeps the mapping, and of several batches makes one")
    void mappedAndConcatenated() {
        Table first = Table.fromColumns(Map.of("n", IntStream.range(0, 10).toArray()));
        Table mapped = Table.map(first.share());
        first.release();
        try (BufferAllocator allocator = new RootAllocator();
                VectorSchemaRoot home = mapped.toArrow(allocator)) {
            mapped.release();
            assertEquals(1, NothingLeft.added().mappings());
            assertEquals(9, ((IntVector) home.getVector(0)).get(9));
        }
        List<byte[]> messages;
        Table table = Table.of(RandomRoots.ofAllTypes(5, 90, Memory.allocator()));
        messages = List.of(table.batchMessage(0, 0, 31), table.batchMessage(0, 31, 9), table.batchMessage(0, 40, 50));
        Table pieces = Table.fromMessages(table.schemaMessage(), messages);
        try (BufferAllocator allocator = new RootAllocator();
                VectorSchemaRoot home = pieces.toArrow(allocator)) {
            assertEquals(90, home.getRowCount());
            assertEquals(Contents.of(table), Contents.of(home));
        }
        pieces.release();
        table.release();
    }

    @Test
    @DisplayName("F-08: an allocator with too low a limit gets its own exception, and nothing is left behind")
    void limited() {
        Table table = Table.of(RandomRoots.ofAllTypes(5, 90, Memory.allocator()));
        try (BufferAllocator allocator = new RootAllocator(10_000)) {
            assertThrows(OutOfMemoryException.class, () -> table.toArrow(allocator));
            assertEquals(0, allocator.getAllocatedMemory());
        }
        table.release();
    }

    @Test
    @DisplayName("F-08: views of every type pass the C data interface, whole and in part")
    void cData() {
        Table table = Table.of(RandomRoots.ofAllTypes(6, 100, Memory.allocator()));
        var expected = Contents.of(table);
        Table shared = Table.map(table.share());
        List<Integer> all = IntStream.range(0, expected.size()).boxed().toList();
        for (int from : List.of(0, 8, 13)) {
            try (VectorSchemaRoot view = shared.view(0, from, 40, all);
                    ArrowArray array = ArrowArray.allocateNew(Memory.allocator());
                    ArrowSchema schema = ArrowSchema.allocateNew(Memory.allocator())) {
                Data.exportVectorSchemaRoot(Memory.allocator(), view, null, array, schema);
                try (VectorSchemaRoot imported = Data.importVectorSchemaRoot(Memory.allocator(), array, schema, null);
                        TableWriter writer = new TableWriter(imported.getSchema())) {
                    writer.append(imported);
                    Table copy = writer.finish();
                    assertEquals(Contents.rows(expected, from, from + 40), Contents.of(copy));
                    copy.release();
                }
            }
        }
        shared.release();
        table.release();
    }

    @Test
    @DisplayName("F-08: the allocator that Arrow takes by default is ours, and rounds to 64 bytes in tables")
    void defaultAllocator() {
        try (BufferAllocator allocator = new RootAllocator()) {
            long before = NothingLeft.added().bufferBytes();
            try (var buffer = allocator.buffer(100)) {
                assertTrue(NothingLeft.added().bufferBytes() > before);
                assertEquals(128, buffer.capacity());
            }
        }
        try (var buffer = Memory.allocator().buffer(129)) {
            assertEquals(192, buffer.capacity());
            assertEquals(0, buffer.memoryAddress() % 64);
        }
    }
}
