package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UuidVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.UnionMode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NothingLeft.class)
class TableTest {

    private static Table numbers(int rows) {
        return Table.fromColumns(Map.of("n", IntStream.range(0, rows).toArray()));
    }

    @Test
    @DisplayName("F-14: a table takes a root over without a copy, and its last release gives the memory back")
    void takesOwnership() {
        try (BufferAllocator allocator = new RootAllocator()) {
            VectorSchemaRoot root = RandomRoots.ofAllTypes(1, 100, allocator);
            long address = root.getVector(4).getDataBufferAddress();
            Table table = Table.of(root);
            assertEquals(0, root.getVector(4).getValueCount(), "closed for the caller");
            assertTrue(allocator.getAllocatedMemory() > 0);
            long viewed = table.read(0, view -> view.getVector(4).getDataBufferAddress());
            assertEquals(address, viewed);
            table.release();
            assertEquals(0, allocator.getAllocatedMemory());
        }
    }

    @Test
    @DisplayName("F-14: a dictionary-encoded column is refused with advice, and stays the caller's")
    void refusesDictionaries() {
        Field field = new Field(
                "c",
                new FieldType(true, new ArrowType.Int(32, true), new DictionaryEncoding(1, false, null)),
                List.of());
        try (BufferAllocator allocator = new RootAllocator();
                VectorSchemaRoot root = VectorSchemaRoot.create(new Schema(List.of(field)), allocator)) {
            var refused = assertThrows(IllegalArgumentException.class, () -> Table.of(root));
            assertTrue(refused.getMessage().contains("column c is dictionary-encoded"), refused.getMessage());
            assertTrue(refused.getMessage().contains("DictionaryEncoder.decode"), refused.getMessage());
        }
    }

    @Test
    @DisplayName("F-14: types that tables do not hold are refused by column, with what to do")
    void refusesTypes() {
        Field item = Field.nullable("item", ArrowType.Bool.INSTANCE);
        refusedType("column c has the Arrow type", ArrowType.RunEndEncoded.INSTANCE, item, item);
        refusedType("convert it to a plain type first", ArrowType.ListView.INSTANCE, item);
        refusedType("column c has the Arrow type Union", new ArrowType.Union(UnionMode.Dense, new int[] {0}), item);
        refusedType("two child columns of one name", ArrowType.Struct.INSTANCE, item, item);
        refusedType("must have 1 child columns, has 0", ArrowType.List.INSTANCE);
        refusedType(
                "column c is a time in MICROSECOND of 32 bits, must be 64",
                new ArrowType.Time(TimeUnit.MICROSECOND, 32));
    }

    private static void refusedType(String why, ArrowType type, Field... children) {
        Schema schema = new Schema(List.of(new Field("c", FieldType.nullable(type), List.of(children))));
        var refused = assertThrows(IllegalArgumentException.class, () -> Table.empty(schema));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    @Test
    @DisplayName("F-14: a column of another length than its root is refused")
    void refusesUnequalVectors() {
        try (BufferAllocator allocator = new RootAllocator();
                IntVector vector = new IntVector("short", allocator)) {
            vector.allocateNew(4);
            vector.setValueCount(3);
            VectorSchemaRoot root = new VectorSchemaRoot(List.of(vector.getField()), List.<FieldVector>of(vector), 4);
            var refused = assertThrows(IllegalArgumentException.class, () -> Table.of(root));
            assertTrue(refused.getMessage().contains("column short has 3 values in a root of 4 rows"));
        }
    }

    @Test
    @DisplayName("F-14: use after the last release is refused, not obeyed")
    void useAfterRelease() {
        Table table = numbers(3);
        table.release();
        assertThrows(IllegalStateException.class, table::retain);
        assertThrows(IllegalStateException.class, table::release);
        assertThrows(IllegalStateException.class, table::batchCount);
        assertThrows(IllegalStateException.class, () -> table.batch(0));
        assertThrows(IllegalStateException.class, table::share);
        assertThrows(IllegalStateException.class, () -> table.batchMessage(0, 0, 1));
        assertThrows(IllegalStateException.class, () -> table.toArrow(Memory.allocator()));
        assertThrows(IllegalStateException.class, () -> table.preview(1));
        assertEquals(3, table.rows());
        assertEquals(1, table.schema().getFields().size());
    }

    @Test
    @DisplayName("F-14: a view stays valid after its table's release, and after the table has moved to shared memory")
    void viewsHoldTheirMemory() {
        Table table = numbers(1000);
        try (VectorSchemaRoot before = table.batch(0)) {
            table.share();
            try (VectorSchemaRoot after = table.batch(0)) {
                table.release();
                assertEquals(999, ((IntVector) before.getVector(0)).get(999));
                assertEquals(999, ((IntVector) after.getVector(0)).get(999));
                assertNotSame(
                        before.getVector(0).getDataBufferAddress(),
                        after.getVector(0).getDataBufferAddress());
            }
        }
    }

    @Test
    @DisplayName("F-14: of threads that race to retain and release, none ever sees freed data, and the last one frees")
    void retainReleaseRace() throws Exception {
        Table table = numbers(100);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> runs = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                table.retain();
                int own = thread;
                runs.add(threads.submit(() -> useAndRelease(table, own)));
            }
            table.release();
            for (Future<Integer> run : runs) {
                assertEquals(2_000 * 99, run.get());
            }
        }
        assertThrows(IllegalStateException.class, table::retain);
    }

    /** Reads the last value 2000 times, in between retains, releases and shares. */
    private static int useAndRelease(Table table, int own) {
        int sum = 0;
        for (int i = 0; i < 2_000; i++) {
            table.retain();
            sum += table.read(0, view -> ((IntVector) view.getVector(0)).get(99));
            if (i == 1_000 + own) {
                table.share();
            }
            table.release();
        }
        table.release();
        return sum;
    }

    @Test
    @DisplayName("F-14: a retain that comes too late is refused, however close the race")
    void lateRetain() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (int i = 0; i < 2_000; i++) {
                References references = new References();
                Future<Boolean> retained = threads.submit(references::tryRetain);
                boolean last = references.release();
                if (retained.get()) {
                    assertTrue(last ^ references.release(), "exactly one release is the last");
                } else {
                    assertTrue(last);
                }
                assertFalse(references.tryRetain());
                assertThrows(IllegalStateException.class, references::release);
            }
        }
    }

    @Test
    @DisplayName("F-14: sharing is done once, also when several threads ask")
    void sharesOnce() throws Exception {
        Table table = numbers(10_000);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<SharedTable>> images = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                images.add(threads.submit(table::share));
            }
            for (Future<SharedTable> image : images) {
                assertSame(images.getFirst().get(), image.get());
            }
        }
        assertEquals(0, NothingLeft.added().privateTables());
        table.release();
    }

    @Test
    @DisplayName("F-08: a view of some rows and columns copies nothing where it begins at a multiple of 8")
    void viewsAreNotCopies() {
        Table table = Table.fromColumns(
                Map.of("n", new long[1000], "s", java.util.Collections.nCopies(1000, "text"), "b", new boolean[1000]));
        int n = table.schema().getFields().indexOf(table.schema().findField("n"));
        int s = table.schema().getFields().indexOf(table.schema().findField("s"));
        int b = table.schema().getFields().indexOf(table.schema().findField("b"));
        long before = NothingLeft.added().buffers();
        try (VectorSchemaRoot whole = table.batch(0);
                VectorSchemaRoot view = table.view(0, 496, 100, List.of(s, n, b))) {
            assertEquals(before, NothingLeft.added().buffers(), "no buffer was allocated");
            assertEquals(100, view.getRowCount());
            assertEquals(
                    whole.getVector("n").getDataBufferAddress() + 8 * 496,
                    view.getVector("n").getDataBufferAddress());
            assertEquals(
                    whole.getVector("s").getOffsetBufferAddress() + 4 * 496,
                    view.getVector("s").getOffsetBufferAddress());
            assertEquals(
                    whole.getVector("b").getDataBufferAddress() + 496 / 8,
                    view.getVector("b").getDataBufferAddress());
            assertEquals(
                    "text", ((VarCharVector) view.getVector("s")).getObject(99).toString());
        }
        assertThrows(IndexOutOfBoundsException.class, () -> table.view(0, 996, 5, List.of(n)));
        table.release();
    }

    @Test
    @DisplayName("F-08: any part of any table is what it should be, wherever it begins")
    void everySlice() {
        try (BufferAllocator allocator = new RootAllocator()) {
            for (long seed = 0; seed < 60; seed++) {
                VectorSchemaRoot root = RandomRoots.of(seed, 50, allocator);
                var expected = Contents.of(root);
                Table table = Table.of(root);
                for (int from = 0; from < 50; from += 3) {
                    Table part = table.slice(from, 17);
                    int to = Math.min(50, from + 17);
                    assertEquals(Contents.rows(expected, from, to), Contents.of(part), "seed " + seed);
                    assertEquals(to - from, part.rows());
                    Table again = Table.fromMessages(part.schemaMessage(), List.of(part.batchMessage(0, 0, to - from)));
                    assertEquals(Contents.rows(expected, from, to), Contents.of(again), "seed " + seed);
                    again.release();
                    part.release();
                }
                table.release();
            }
        }
    }

    @Test
    @DisplayName(
            "F-14: columns can be selected and renamed, rows cut, over the same memory, which lives as long as its last user")
    void selectAndSlice() {
        Table table = numbers(100);
        Table twice = table.select(List.of(0, 0), List.of("a", "b"));
        Table part = twice.slice(90, 100);
        table.release();
        twice.release();
        assertEquals(
                List.of("a", "b"),
                part.schema().getFields().stream().map(Field::getName).toList());
        assertEquals(10, part.rows());
        assertEquals(List.of(90, 91), Contents.of(part).get("b").subList(0, 2));
        assertEquals(1, NothingLeft.added().privateTables());
        part.release();
        Table none = numbers(3);
        Table empty = none.slice(3, 5);
        assertEquals(0, empty.rows());
        empty.release();
        none.release();
    }

    @Test
    @DisplayName("F-14: bytes are those really used, whatever was allocated")
    void bytes() {
        Table table = numbers(1000);
        assertEquals(125 + 4000, table.bytes());
        Table part = table.slice(8, 16);
        assertEquals(2 + 64, part.bytes());
        part.release();
        table.release();
        Table text = Table.fromColumns(Map.of("s", List.of("a", "bcd", "e")));
        assertEquals(1 + 16 + 5, text.bytes());
        assertTrue(text.batchMessage(0, 1, 1).length < text.batchMessage(0, 0, 3).length + 1);
        Table middle = text.slice(1, 1);
        assertEquals(1 + 8 + 3, middle.bytes());
        middle.release();
        text.release();
    }

    @Test
    @DisplayName("F-07: rows are counted out so that a message has at most the bytes wanted")
    void rowsWithin() {
        Table table = Table.fromColumns(
                Map.of("s", List.of("x".repeat(10), "x".repeat(1000), "x".repeat(10), "", "", "", "", "", "", "")));
        assertEquals(1, table.rowsWithin(0, 0, 100));
        assertEquals(1, table.rowsWithin(0, 1, 100), "one at least");
        assertEquals(8, table.rowsWithin(0, 2, 100), "all that are left");
        assertEquals(10, table.rowsWithin(0, 0, 1 << 20));
        table.release();
        Table even = numbers(1000);
        assertEquals(96, even.rowsWithin(0, 0, 412), "a multiple of 8");
        even.release();
    }

    @Test
    @DisplayName("F-08: a message that would not fit an array is refused, with advice")
    void tooLargeMessage() {
        Table table = Table.fromColumns(Map.of("x", new byte[1 << 20]));
        List<Integer> often = java.util.Collections.nCopies(2100, 0);
        Table wide = table.select(
                often, IntStream.range(0, 2100).mapToObj(i -> "c" + i).toList());
        var refused = assertThrows(IllegalArgumentException.class, () -> wide.batchMessage(0, 0, 1 << 20));
        assertTrue(refused.getMessage().contains("take fewer rows"), refused.getMessage());
        wide.release();
        table.release();
    }

    @Test
    @DisplayName("F-14: a table does not pass a plain object stream, and says what to do")
    void notSerializable() throws Exception {
        Table table = numbers(1);
        try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            var refused = assertThrows(NotSerializableException.class, () -> out.writeObject(table));
            assertTrue(refused.getMessage().contains("writeArrow"), refused.getMessage());
        }
        table.release();
    }

    @Test
    @DisplayName("F-08: columns of extension types travel as what they are stored as")
    void extensionTypes() {
        try (BufferAllocator allocator = new RootAllocator()) {
            UuidVector ids = new UuidVector("id", allocator);
            ids.setSafe(0, new UUID(1, 2));
            ids.setNull(1);
            ids.setValueCount(2);
            Table table = Table.of(new VectorSchemaRoot(List.of(ids.getField()), List.<FieldVector>of(ids), 2));
            Table mapped = Table.map(table.share());
            table.release();
            assertEquals(
                    List.of(new Identified(new UUID(1, 2)), new Identified(null)), mapped.toRows(Identified.class));
            mapped.release();
        }
    }

    record Identified(@Nullable UUID id) {}

    @Test
    @DisplayName("F-08: a table without rows keeps its schema on every way")
    void noRows() {
        Schema schema = new Schema(List.of(
                Field.nullable("a", new ArrowType.Int(64, true)), Field.nullable("s", ArrowType.Utf8.INSTANCE)));
        Table empty = Table.empty(schema);
        Table mapped = Table.map(empty.share());
        Table received = Table.fromMessages(empty.schemaMessage(), List.<byte[]>of());
        for (Table table : List.of(empty, mapped, received)) {
            assertEquals(0, table.rows());
            assertEquals(schema, table.schema());
            assertEquals(0, table.batchCount());
            try (BufferAllocator allocator = new RootAllocator();
                    VectorSchemaRoot home = table.toArrow(allocator)) {
                assertEquals(0, home.getRowCount());
                assertEquals(0, ((BigIntVector) home.getVector(0)).getValueCount());
            }
            table.release();
        }
    }
}
