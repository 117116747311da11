package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.isFree;
import static dev.kiln.frame.Cells.list;
import static dev.kiln.frame.Cells.rows;
import static dev.kiln.frame.Cells.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class FrameLifecycleTest {

    @Test
    @DisplayName("F-14: frames are equal to themselves only")
    void identity() {
        Frame one = frame("a", list(1));
        Frame other = one.collect();
        assertNotEquals(one, other);
        assertNotEquals(one.id(), other.id());
        Frame.closeAll(List.of(one, other));
    }

    @Test
    @DisplayName("F-14: close ends one handle; frames made from it before live on")
    void derived() {
        Frame source = frame("a", list(1, 2, 3));
        Leaf data = table(source);
        Frame lazy = source.filter("a > 1");
        Frame same = source.collect();
        source.close();
        assertEquals(list(2, 3), column(lazy, "a"));
        assertEquals(list(1, 2, 3), column(same, "a"));
        lazy.close();
        assertFalse(isFree(data));
        same.close();
        assertTrue(isFree(data));
    }

    @Test
    @DisplayName("F-14: close may be called again")
    void closeTwice() {
        Frame source = frame("a", list(1));
        Leaf data = table(source);
        Frame other = source.collect();
        source.close();
        source.close();
        assertEquals(list(list(1)), rows(other));
        other.close();
        assertTrue(isFree(data));
    }

    @Test
    @DisplayName("F-14: any end or fact after close is an IllegalStateException that says so")
    void useAfterClose() {
        Frame closed = frame("a", list(1));
        GroupedFrame grouped = closed.groupBy("a");
        closed.close();
        List<Executable> uses = List.of(
                closed::schema,
                closed::names,
                closed::rowCount,
                closed::byteSize,
                closed::isRemote,
                closed::owner,
                () -> grouped.summarise("n = count(*)"),
                closed::compute,
                closed::collect,
                closed::show,
                () -> closed.show(1),
                closed::explain,
                () -> closed.toArrow(Memory.allocator()),
                () -> closed.forEachBatch(batch -> {}),
                () -> closed.replicas(1),
                closed::pin,
                closed::unpin,
                () -> closed.toRows(Row.class),
                () -> closed.writeParquet(Path.of("x")),
                () -> closed.writeArrow(Path.of("x")),
                () -> closed.writeCsv(Path.of("x")));
        for (Executable use : uses) {
            String message = assertThrows(IllegalStateException.class, use).getMessage();
            assertTrue(message.contains("closed"), message);
        }
        assertTrue(closed.toString().contains("closed"), closed.toString());
    }

    record Row(int a) {}

    @Test
    @DisplayName("G-02: a frame that became unreachable releases its data")
    void cleaner() {
        List<Leaf> dropped = makeGarbage();
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            while (!dropped.stream().allMatch(Cells::isFree)) {
                System.gc();
                Thread.onSpinWait();
            }
        });
    }

    private static List<Leaf> makeGarbage() {
        List<Leaf> data = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Frame source = frame("a", list(1, 2, 3));
            data.add(table(source));
            data.add(table(source.filter("a > 1").mutate("b = a").compute()));
        }
        return data;
    }

    @Test
    @DisplayName("F-14: a frame may be closed while an operation on it runs")
    void closeMeanwhile() {
        Frame source = frame("a", list(1, 2, 3));
        Table data = table(source);
        List<List<Object>> found = source.with(plan -> {
            source.close();
            return rows(data);
        });
        assertEquals(3, found.size());
        assertTrue(isFree(data));
    }

    @Test
    @DisplayName("F-14: many threads may use one frame")
    void threads() throws Exception {
        Frame shared = frame("a", IntStream.range(0, 10_000).boxed().toList());
        CyclicBarrier start = new CyclicBarrier(4);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Long>> sums = IntStream.range(0, 4)
                    .mapToObj(n -> threads.submit((Callable<Long>) () -> {
                        start.await();
                        long sum = 0;
                        for (int i = 0; i < 25; i++) {
                            sum += shared.filter("a % 4 = ?", n).rowCount();
                        }
                        return sum;
                    }))
                    .toList();
            for (Future<Long> sum : sums) {
                assertEquals(25 * 2500, sum.get());
            }
        }
        shared.close();
    }

    @Test
    @DisplayName("C-03: a frame that meets plain Java serialization is refused with advice")
    void serialization() throws Exception {
        Frame frame = frame("a", list(1));
        try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            String message = assertThrows(NotSerializableException.class, () -> out.writeObject(frame))
                    .getMessage();
            assertTrue(message.contains("write it to a file"), message);
        }
        frame.close();
    }

    @Test
    @DisplayName("F-04: toString runs nothing: a preview of data, or columns and plan of what is lazy")
    void text() {
        Frame frame = frame("origin", list("JFK"), "delay", list(61));
        assertTrue(frame.toString().contains("JFK"), frame.toString());
        String lazy = frame.filter("delay > ?", 60).sort("-delay").head(3).toString();
        for (String part :
                List.of("head 3", "sort -delay", "filter delay > ? with 60", "data 1 rows", "origin", "not computed")) {
            assertTrue(lazy.contains(part), lazy);
        }
        frame.close();
    }
}
