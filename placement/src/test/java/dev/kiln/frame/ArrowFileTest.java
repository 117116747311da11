package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NothingLeft.class)
class ArrowFileTest {

    @TempDir
    Path directory;

    @Test
    @DisplayName("F-09: what is written as an Arrow file is read back, of every type and in several batches")
    void roundTrip() {
        for (int seed = 0; seed < 40; seed++) {
            Path file = directory.resolve("t" + seed + ".arrow");
            List<Map<String, List<@Nullable Object>>> parts = new ArrayList<>();
            Table table;
            try (VectorSchemaRoot first = RandomRoots.ofAllTypes(seed, 30, Memory.allocator());
                    TableWriter writer = new TableWriter(first.getSchema())) {
                for (int batch = 0; batch < 3; batch++) {
                    writer.append(first);
                    parts.add(Contents.of(first));
                }
                table = writer.finish();
            }
            assertEquals(90, table.writeArrow(file));
            Table read = Table.readArrow(file);
            assertEquals(table.schema(), read.schema());
            assertEquals(3, read.batchCount());
            assertEquals(Contents.of(table), Contents.of(read));
            assertEquals(parts.getFirst(), Contents.rows(Contents.of(read), 30, 60));
            read.release();
            table.release();
        }
    }

    @Test
    @DisplayName("F-09: Arrow's own reader reads our files")
    void readByArrow() throws IOException {
        Path file = directory.resolve("ours.arrow");
        try (BufferAllocator allocator = new RootAllocator()) {
            Table table = Table.of(RandomRoots.ofAllTypes(3, 100, allocator));
            table.writeArrow(file);
            try (FileInputStream in = new FileInputStream(file.toFile());
                    ArrowFileReader reader = new ArrowFileReader(in.getChannel(), allocator)) {
                assertEquals(1, reader.getRecordBlocks().size());
                assertTrue(reader.loadNextBatch());
                assertEquals(Contents.of(table), Contents.of(reader.getVectorSchemaRoot()));
            }
            table.release();
        }
    }

    @Test
    @DisplayName("F-09: we read files and streams of Arrow's own writers")
    void writtenByArrow() throws IOException {
        Path file = directory.resolve("theirs.arrow");
        Path stream = directory.resolve("theirs.arrows");
        try (BufferAllocator allocator = new RootAllocator();
                VectorSchemaRoot root = RandomRoots.ofAllTypes(4, 100, allocator)) {
            try (FileOutputStream out = new FileOutputStream(file.toFile());
                    ArrowFileWriter writer = new ArrowFileWriter(root, null, out.getChannel())) {
                writer.writeBatch();
                writer.writeBatch();
            }
            try (FileOutputStream out = new FileOutputStream(stream.toFile());
                    ArrowStreamWriter writer = new ArrowStreamWriter(root, null, out.getChannel())) {
                writer.writeBatch();
                writer.writeBatch();
            }
            for (Path path : List.of(file, stream)) {
                Table read = Table.readArrow(path);
                assertEquals(200, read.rows());
                assertEquals(Contents.of(root), Contents.rows(Contents.of(read), 100, 200));
                read.release();
            }
        }
    }

    @Test
    @DisplayName("F-09: large files come into shared memory")
    void large() {
        Path file = directory.resolve("large.arrow");
        Table table =
                Table.fromColumns(Map.of("n", IntStream.range(0, 1_000_000).toArray()));
        table.writeArrow(file);
        table.release();
        Table read = Table.readArrow(file);
        assertEquals(1, NothingLeft.added().segments());
        assertEquals(999_999, Contents.of(read).get("n").get(999_999));
        read.release();
    }

    @Test
    @DisplayName("F-09: a table without rows or in one batch of none has a file too")
    void noRows() {
        Path file = directory.resolve("none.arrow");
        Table table = Table.fromColumns(Map.of("n", new int[0]));
        assertEquals(0, table.writeArrow(file));
        Table read = Table.readArrow(file);
        assertEquals(table.schema(), read.schema());
        assertEquals(0, read.rows());
        read.release();
        table.release();
    }

    @Test
    @DisplayName("F-09: a file that is cut off or damaged anywhere is refused or read, never a crash")
    void damaged() throws IOException {
        Path whole = directory.resolve("whole.arrow");
        Table table = Table.of(RandomRoots.ofAllTypes(5, 30, Memory.allocator()));
        table.writeArrow(whole);
        table.release();
        byte[] bytes = Files.readAllBytes(whole);
        Path file = directory.resolve("damaged.arrow");
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            byte[] damaged = bytes.clone();
            if (seed % 3 == 0) {
                damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
            } else {
                for (int i = 0; i < 5; i++) {
                    // the second half of these in the footer
                    int at = seed % 3 == 1 ? random.nextInt(damaged.length) : damaged.length - 1 - random.nextInt(4000);
                    damaged[at] = (byte) random.nextInt();
                }
            }
            Files.write(file, damaged);
            try {
                Table.readArrow(file).release();
            } catch (IllegalArgumentException e) {
                assertTrue(e.getMessage().contains("damaged.arrow cannot be read as an Arrow file"), e.getMessage());
            }
        }
    }

    @Test
    @DisplayName("F-09: a file that is no Arrow file, and one that is not there, are told apart")
    void noFile() throws IOException {
        Path text = Files.writeString(directory.resolve("a.csv"), "a,b\n1,2\n3,4\n");
        var refused = assertThrows(IllegalArgumentException.class, () -> Table.readArrow(text));
        assertTrue(refused.getMessage().contains("not an Arrow message"), refused.getMessage());
        Path missing = directory.resolve("missing.arrow");
        var failed = assertThrows(UncheckedIOException.class, () -> Table.readArrow(missing));
        assertTrue(failed.getMessage().contains("cannot read " + missing), failed.getMessage());
    }

    @Test
    @DisplayName("F-09: a file that cannot be written leaves nothing, and what was there before stays")
    void notWritten() throws IOException {
        Table table = Table.fromColumns(Map.of("n", new int[] {1}));
        Path nowhere = directory.resolve("no/such/directory/a.arrow");
        var failed = assertThrows(UncheckedIOException.class, () -> table.writeArrow(nowhere));
        assertTrue(failed.getMessage().contains("cannot write " + nowhere), failed.getMessage());
        Path occupied = Files.createDirectory(directory.resolve("occupied"));
        Files.writeString(occupied.resolve("file"), "x");
        assertThrows(UncheckedIOException.class, () -> table.writeArrow(occupied));
        try (var left = Files.list(directory)) {
            assertFalse(left.anyMatch(path -> path.toString().endsWith(".partial")));
        }
        table.release();
    }
}
