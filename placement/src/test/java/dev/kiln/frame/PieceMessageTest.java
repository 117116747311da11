package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NothingLeft.class)
class PieceMessageTest {
    @TempDir
    private Path directory;

    private static void assertSame(Table table, long seed) {
        Random random = new Random(seed);
        for (int batch = 0; batch < table.batchCount(); batch++) {
            int rows = table.batchRows(batch);
            for (int from = 0, count; from < rows; from += count) {
                count = Math.min(rows - from, 1 + random.nextInt(60));
                assertArrayEquals(
                        table.batchMessage(batch, from, count),
                        PieceMessage.of(table, batch, from, count, 0),
                        "rows " + from + " to " + (from + count) + ", seed " + seed);
            }
        }
    }

    @Test
    @DisplayName(
            "W-03: what leaves of a table on disk, or in shared memory, is read from its file: the very bytes of its mapping")
    void ofTheFile() throws IOException {
        SpillFolder folder = new SpillFolder(directory);
        try (BufferAllocator allocator = new RootAllocator()) {
            for (long seed = 0; seed < 200; seed++) {
                Table table = Table.of(RandomRoots.of(seed, new Random(seed).nextInt(300), allocator));
                table.share();
                assertSame(table, seed);
                table.storage().spill(folder);
                assertTrue(table.storage().isSpilled());
                assertSame(table, seed);
                table.release();
            }
        }
        assertEquals(0, SpillFile.count());
    }

    @Test
    @DisplayName("W-03: an interrupt while a file is read does no harm: the mapping is read, and the interrupt kept")
    void interrupted() {
        Table table = Table.fromColumns(Map.of("n", new long[100_000]));
        table.share();
        Thread.currentThread().interrupt();
        byte[] message = PieceMessage.of(table, 0, 0, 1000, 0);
        assertTrue(Thread.interrupted());
        assertArrayEquals(table.batchMessage(0, 0, 1000), message);
        table.release();
    }
}
