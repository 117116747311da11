package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Frames of other parties that are read once, and need not have room here. */
class RemoteScanTest {
    private static final int ROWS = 600_000;
    private static final Duration LEASE = Duration.ofSeconds(20);

    private final Hub hub = new Hub();
    private final FrameSpace near = hub.runner("near", new SpaceOptions(true, true, LEASE));
    private final FrameSpace far = hub.runner("far", new SpaceOptions(true, false, LEASE));

    @AfterEach
    void close() {
        hub.close();
    }

    private static Frame numbers() {
        return Frame.columns(Map.of("n", IntStream.range(0, ROWS).asLongStream().toArray()));
    }

    private static long address(VectorSchemaRoot root) {
        return root.getVector(0).getDataBufferAddress();
    }

    private static long mappings() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(Memfd.LINK)).count();
        }
    }

    private static void assertRead(Frame handle) {
        Hub.collectGarbage();
        long before = Memory.usage().privateBytes();
        long[] next = {0};
        Set<Long> addresses = new HashSet<>();
        handle.forEachBatch(root -> {
            BigIntVector n = (BigIntVector) root.getVector(0);
            for (int row = 0; row < root.getRowCount(); row++) {
                assertEquals(next[0]++, n.get(row));
            }
            addresses.add(address(root) & -(8L << 20));
            assertEquals(before, Memory.usage().privateBytes(), "nothing is kept here");
        });
        assertEquals(ROWS, next[0]);
        assertTrue(addresses.size() <= 2, "memory that is used again: " + addresses);
    }

    @Test
    @DisplayName("F-08, W-03: a frame that comes in messages is shown as it comes, through memory that is used again")
    void messages() {
        try (Frame handle = hub.call(far, RemoteScanTest::numbers)) {
            Traffic before = Traffic.here();
            assertRead(handle);
            assertTrue(Traffic.here().since(before).copiedBytes() >= ROWS * 8L);
        }
    }

    @Test
    @DisplayName("F-08, W-03: a frame in shared memory is read from its file; its mapping is gone at once")
    void sharedMemory() throws IOException {
        try (Frame handle = hub.call(near, RemoteScanTest::numbers)) {
            long mappings = mappings();
            Traffic before = Traffic.here();
            assertRead(handle);
            assertTrue(mappings() <= mappings, "the owner's alone, and fewer if the collector has been there");
            assertEquals(0, Traffic.here().since(before).copiedBytes());
        }
    }

    @Test
    @DisplayName("F-08: what a reader throws comes out as it is, and the frame can be read once more")
    void thrown() {
        for (FrameSpace runner : new FrameSpace[] {near, far}) {
            try (Frame handle = hub.call(runner, RemoteScanTest::numbers)) {
                var enough = new IllegalStateException("enough");
                assertSame(
                        enough,
                        assertThrows(
                                IllegalStateException.class,
                                () -> handle.forEachBatch(root -> {
                                    throw enough;
                                })));
                assertRead(handle);
            }
        }
    }

    @Test
    @DisplayName("F-08: batches in vectors of the caller's allocator can be transferred and kept")
    void callersAllocator() {
        for (FrameSpace runner : new FrameSpace[] {near, far}) {
            try (Frame handle = hub.call(runner, RemoteScanTest::numbers);
                    BufferAllocator allocator = new RootAllocator();
                    BigIntVector first = new BigIntVector("first", allocator)) {
                handle.forEachBatch(allocator, root -> {
                    if (first.getValueCount() == 0) {
                        ((BigIntVector) root.getVector(0))
                                .makeTransferPair(first)
                                .transfer();
                    }
                });
                assertTrue(first.getValueCount() > 1000);
                for (int row = 0; row < first.getValueCount(); row++) {
                    assertEquals(row, first.get(row));
                }
            }
        }
    }
}
