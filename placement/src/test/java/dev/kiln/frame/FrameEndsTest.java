package dev.kiln.frame;

import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static dev.kiln.frame.Cells.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FrameEndsTest {
    private final Frame data = frame(
            "i",
            IntStream.range(0, 100).boxed().toList(),
            "s",
            IntStream.range(0, 100).mapToObj(n -> "v" + n).toList());

    @AfterEach
    void close() {
        data.close();
    }

    record Row(int i, String s) {}

    @Test
    @DisplayName("F-08: toRows makes records of the result of a chain")
    void toRows() {
        assertEquals(
                List.of(new Row(98, "v98"), new Row(99, "v99")),
                data.filter("i >= 98").toRows(Row.class));
        assertEquals(List.of(new Row(0, "v0")), data.head(1).toRows(Row.class));
    }

    @Test
    @DisplayName("F-08: toArrow hands the result of a chain to the caller's allocator")
    void toArrow() {
        try (BufferAllocator allocator = new RootAllocator()) {
            try (VectorSchemaRoot root = data.filter("i % 2 = 0").toArrow(allocator)) {
                assertEquals(50, root.getRowCount());
                assertEquals(98, root.getVector("i").getObject(49));
            }
            Frame gone = data.collect();
            try (VectorSchemaRoot root = gone.toArrow(allocator)) {
                gone.close();
                assertEquals(99, root.getVector("i").getObject(99));
            }
            assertEquals(0, allocator.getAllocatedMemory());
        }
    }

    @Test
    @DisplayName("F-08, W-03: forEachBatch shows every batch of the result, in order, over the memory of the frame")
    void forEachBatch() {
        List<Integer> sizes = new ArrayList<>();
        List<Object> seen = new ArrayList<>();
        List<VectorSchemaRoot> shown = new ArrayList<>();
        try (Frame more = frame("i", List.of(100, 101), "s", List.of("x", "y"));
                Frame empty = data.filter("false").compute();
                Frame all = Frame.adopt(Table.fromMessages(
                        messages(data).getFirst(),
                        List.of(messages(data).get(1), messages(more).get(1))))) {
            all.forEachBatch(batch -> {
                shown.add(batch);
                sizes.add(batch.getRowCount());
                for (int row = 0; row < batch.getRowCount(); row++) {
                    seen.add(batch.getVector("i").getObject(row));
                }
            });
            assertEquals(List.of(100, 2), sizes);
            assertEquals(IntStream.range(0, 102).boxed().toList(), seen);
            assertTrue(shown.stream().allMatch(batch -> batch.getVector("i").getBufferSize() == 0), "closed");
            empty.forEachBatch(batch -> assertEquals(0, batch.getRowCount()));
            data.forEachBatch(batch -> assertEquals(
                    address((Table) leaf(data)),
                    batch.getVector("i").getDataBuffer().memoryAddress()));
        }
    }

    private static long address(Table table) {
        return table.read(0, batch -> batch.getVector("i").getDataBuffer().memoryAddress());
    }

    private static List<byte[]> messages(Frame frame) {
        Table table = (Table) leaf(frame);
        return List.of(table.schemaMessage(), table.batchMessage(0, 0, table.batchRows(0)));
    }

    @Test
    @DisplayName("F-08: compute and collect of data that is here cost nothing and give a handle of their own")
    void computed() {
        try (Frame computed = data.compute();
                Frame collected = computed.collect()) {
            assertNotSame(data, computed);
            assertSame(leaf(data), leaf(collected));
        }
        assertEquals(100, data.rowCount());
    }

    private static Leaf leaf(Frame frame) {
        return ((Plan.Source) frame.plan()).leaf();
    }

    @Test
    @DisplayName("F-08: a chain that was computed is data")
    void compute() {
        try (Frame computed = data.filter("i > 97").mutate("t = s || '!'").compute()) {
            assertTrue(computed.plan() instanceof Plan.Source);
            assertEquals(list(list(98, "v98", "v98!"), list(99, "v99", "v99!")), rows(computed));
        }
    }

    @Test
    @DisplayName("F-04: show prints the first rows, and the total as far as it is known")
    void show() {
        assertShown(data, "100 rows, 2 columns, the first 10 shown");
        assertShown(data.select("s").sort("-s"), "100 rows, 1 column, the first 10 shown");
        Frame lazy = data.filter("i >= ?", 50);
        assertShown(lazy, "the first 10 rows, 2 columns");
        lazy.rowCount();
        assertShown(lazy, "50 rows, 2 columns, the first 10 shown");
        assertShown(data.filter("i >= 95"), "5 rows, 2 columns");
    }

    private static void assertShown(Frame frame, String lastLine) {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            frame.show();
        } finally {
            System.setOut(before);
        }
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.stripTrailing().endsWith("\n" + lastLine), text);
    }
}
