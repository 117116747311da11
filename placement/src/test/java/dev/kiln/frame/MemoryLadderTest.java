package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.arrow.vector.BigIntVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NothingLeft.class)
class MemoryLadderTest {

    private static final long MIB = 1 << 20;
    private static final long BUDGET = 32 * MIB;
    private static final int ROWS = (int) (4 * MIB / Long.BYTES);
    private static final Path MEMORY = Path.of("/dev/shm");

    @TempDir
    Path directory;

    private final List<Table> tables = new ArrayList<>();
    private MemoryBudget budget = openBudget("");

    private MemoryBudget openBudget(String spillDirectory) {
        return MemoryBudget.open(new MemoryLimits(BUDGET, 0.7, 0.85, spillDirectory, 1, true), false);
    }

    @BeforeEach
    void spillHere() {
        budget.close();
        budget = openBudget(directory.toString());
    }

    @AfterEach
    void end() throws IOException {
        tables.forEach(Table::release);
        budget.close();
        assertEquals(0, SpillFile.count(), "files of released tables");
        assertEquals(0, SpillFile.mapped(), "mappings of released tables");
        try (Stream<Path> left = Files.walk(directory)) {
            assertEquals(List.of(), left.filter(Files::isRegularFile).toList());
        }
    }

    /** Four MiB of longs, as large arrays are: born in a segment. */
    private Table longs(long first) {
        long[] values = new long[ROWS];
        Arrays.setAll(values, row -> first + row);
        Table table = Table.fromColumns(Map.of("n", values));
        tables.add(table);
        return table;
    }

    private static long sum(Table table) {
        long sum = 0;
        for (int batch = 0; batch < table.batchCount(); batch++) {
            sum += table.read(batch, root -> {
                BigIntVector vector = (BigIntVector) root.getVector(0);
                long of = 0;
                for (int row = 0; row < vector.getValueCount(); row++) {
                    of += vector.get(row);
                }
                return of;
            });
        }
        return sum;
    }

    private static long sumOf(long first) {
        return ROWS * first + (long) ROWS * (ROWS - 1) / 2;
    }

    @Test
    @DisplayName("F-13: more tables than the budget go to disk as they are made, and read as they were written")
    void spills() {
        for (int i = 0; i < 20; i++) {
            longs(i);
            assertTrue(Memory.budgeted() <= BUDGET, () -> Memory.budgeted() + " bytes in memory");
        }
        assertTrue(SpillFile.count() >= 12, SpillFile.count() + " files");
        for (int i = 0; i < 20; i++) {
            assertEquals(sumOf(i), sum(tables.get(i)));
        }
    }

    @Test
    @DisplayName("F-13: nothing goes to disk below spillAt; above it no more than brings it below again")
    void spillAt() {
        long mark = (long) (BUDGET * MemoryLimits.SPILL_AT);
        while (Memory.budgeted() + 4 * MIB + 64 <= mark) {
            longs(1);
            assertEquals(0, SpillFile.count());
        }
        longs(2);
        longs(3);
        assertTrue(SpillFile.count() >= 1 && SpillFile.count() <= 2, SpillFile.count() + " files");
        assertTrue(Memory.budgeted() <= mark, () -> Memory.budgeted() + " bytes in memory");
        assertTrue(tables.getFirst().storage().isSpilled());
    }

    @Test
    @DisplayName("F-13: it pauses above pauseAt, as soon as what is there cannot go to disk, and not before")
    void pauseAt() {
        long mark = (long) (BUDGET * MemoryLimits.PAUSE_AT);
        boolean paused = false;
        for (int i = 0; i < 7; i++) {
            assertFalse(paused, "the last one was enough");
            longs(i).storage().pin("me");
            paused = Memory.budgeted() > mark;
            assertEquals(paused, budget.isPaused());
        }
        assertTrue(paused);
        tables.getFirst().storage().unpin("me");
        longs(8); // which the first one makes room for
        assertTrue(budget.isPaused());
        tables.removeLast().release();
        assertFalse(budget.isPaused());
    }

    @Test
    @DisplayName("F-13: the least recently used go first, pinned ones never, and those that are being read stay")
    void order() {
        Table pinned = longs(0);
        pinned.storage().pin("me");
        Table read = longs(1);
        Table old = longs(2);
        Table used = longs(3);
        try (var view = read.batch(0)) {
            assertEquals(sumOf(3), sum(used));
            while (SpillFile.count() == 0) {
                longs(9);
            }
            assertTrue(old.storage().isSpilled());
            assertFalse(used.storage().isSpilled());
            for (int i = 0; i < 10; i++) {
                longs(9);
            }
            assertTrue(used.storage().isSpilled());
            assertFalse(pinned.storage().isSpilled());
            assertFalse(read.storage().isSpilled());
            assertEquals(ROWS, view.getRowCount());
        }
        pinned.storage().unpin("me");
        for (int i = 0; i < 10; i++) {
            longs(9);
        }
        assertTrue(pinned.storage().isSpilled());
        assertTrue(read.storage().isSpilled());
    }

    @Test
    @DisplayName("F-13: a pin brings a table back from the disk")
    void pinBringsBack() throws IOException {
        Table table = longs(5);
        table.storage().spill(new SpillFolder(directory));
        assertTrue(table.storage().isSpilled());
        table.storage().pin("me");
        assertFalse(table.storage().isSpilled());
        assertEquals(0, SpillFile.count());
        table.storage().spill(new SpillFolder(directory));
        assertFalse(table.storage().isSpilled());
        assertEquals(sumOf(5), sum(table));
    }

    @Test
    @DisplayName("F-13: what one table is too large for goes to disk while it is made, whatever made it")
    void largerThanTheBudget() {
        long[] values = new long[(int) (2 * BUDGET / Long.BYTES)];
        Arrays.fill(values, 3);
        Table fromArrays = Table.fromColumns(Map.of("n", values));
        tables.add(fromArrays);
        assertTrue(fromArrays.storage().isSpilled());
        assertEquals(3L * values.length, sum(fromArrays));

        List<byte[]> messages = new ArrayList<>();
        for (int batch = 0; batch < fromArrays.batchCount(); batch++) {
            messages.add(fromArrays.batchMessage(batch, 0, fromArrays.batchRows(batch)));
        }
        Table received = Table.fromMessages(fromArrays.schemaMessage(), messages);
        tables.add(received);
        assertTrue(received.storage().isSpilled());
        assertEquals(3L * values.length, sum(received));

        Path file = directory.resolve("copy");
        fromArrays.writeArrow(file);
        Table read = Table.readArrow(file);
        tables.add(read);
        assertTrue(read.storage().isSpilled());
        assertEquals(3L * values.length, sum(read));
        assertTrue(Memory.budgeted() <= BUDGET, () -> Memory.budgeted() + " bytes in memory");
        assertTrue(file.toFile().delete());
    }

    @Test
    @DisplayName("F-13: every type survives the way to disk and back, and its file is one that readArrow reads")
    void everyType() throws IOException {
        Table table = Table.of(RandomRoots.ofAllTypes(7, 3000, Memory.allocator()));
        tables.add(table);
        var expected = Contents.of(table);
        table.storage().spill(new SpillFolder(directory));
        assertTrue(table.storage().isSpilled());
        assertEquals(expected, Contents.of(table));
        Table again = Table.readArrow(Path.of(table.share().path()));
        tables.add(again);
        assertEquals(expected, Contents.of(again));
    }

    @Test
    @DisplayName("F-13: a mapping of a spilled table is given up when it is idle, and made again by its next use")
    void givenUp() throws IOException {
        Table table = longs(1);
        table.storage().spill(new SpillFolder(directory));
        assertEquals(1, SpillFile.mapped());
        try (var view = table.batch(0)) {
            table.storage().giveUp();
            assertEquals(1, SpillFile.mapped(), "it is being read");
            assertEquals(ROWS, view.getRowCount());
        }
        table.storage().giveUp();
        assertEquals(0, SpillFile.mapped());
        assertEquals(sumOf(1), sum(table));
        table.storage().giveUp();
        table.storage().giveUp();
    }

    @Test
    @DisplayName("F-13: another process maps a spilled table's file, and reads on when the table is freed")
    void shared() throws IOException {
        Table table = longs(4);
        table.storage().spill(new SpillFolder(directory));
        SharedTable image = table.share();
        Table mapped = Table.map(image);
        tables.add(mapped);
        tables.remove(table);
        table.release();
        assertEquals(sumOf(4), sum(mapped));
        assertThrows(CannotMap.class, () -> Table.map(image));
    }

    @Test
    @DisplayName(
            "F-13: when nothing can go to disk a table is refused, naming the budget; and taken again when there is room")
    void refuses() {
        FrameRefused refused = assertThrows(FrameRefused.class, () -> {
            while (true) {
                longs(1).storage().pin("me");
            }
        });
        assertTrue(refused.getMessage().contains("memoryBudget of " + BUDGET), refused.getMessage());
        assertTrue(refused.getMessage().contains("unpin"), refused.getMessage());
        assertTrue(budget.isPaused(), "most of it is pinned");
        tables.removeLast().release();
        tables.removeLast().release();
        assertFalse(budget.isPaused());
        assertEquals(sumOf(8), sum(longs(8)));
    }

    @Test
    @DisplayName(
            "F-13: a table on disk is shared though no segment has room for it; a private one goes to disk to be shared")
    void sharedWithoutRoom() {
        Map<String, Object> words = new LinkedHashMap<>();
        words.put("s", java.util.Collections.nCopies(100_000, "twenty characters or so"));
        Table small = Table.fromColumns(words);
        tables.add(small);
        assertEquals(1, NothingLeft.added().privateTables());
        assertThrows(FrameRefused.class, () -> {
            while (true) {
                longs(1).storage().pin("me");
            }
        });
        Table mapped = Table.map(small.share());
        tables.add(mapped);
        assertEquals(Contents.of(small), Contents.of(mapped));
    }

    @Test
    @DisplayName("F-13: an interrupt does not keep tables from the disk, nor is it lost")
    void interrupted() {
        Thread.currentThread().interrupt();
        for (int i = 0; i < 10; i++) {
            longs(i);
        }
        assertTrue(SpillFile.count() > 0);
        assertEquals(sumOf(0), sum(tables.getFirst()));
        assertTrue(Thread.interrupted());
    }

    @Test
    @DisplayName("F-13: tables are read, shared and moved by many threads at once")
    void manyThreads() throws InterruptedException {
        for (int i = 0; i < 8; i++) {
            longs(i);
        }
        List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            int seed = thread;
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    var random = new java.util.Random(seed);
                    for (int round = 0; round < 60; round++) {
                        int at = random.nextInt(8);
                        Storage storage = tables.get(at).storage();
                        switch (random.nextInt(5)) {
                            case 0 -> storage.spill(new SpillFolder(directory));
                            case 1 -> storage.giveUp();
                            case 2 -> tables.get(at).share();
                            case 3 -> {
                                storage.pin(seed);
                                storage.unpin(seed);
                            }
                            default -> assertEquals(sumOf(at), sum(tables.get(at)));
                        }
                    }
                } catch (Throwable e) {
                    failures.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), failures);
    }

    static boolean hasMemoryFileSystem() {
        try {
            return Files.isWritable(MEMORY) && SpillFolder.isInMemory(MEMORY);
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    @EnabledIf("hasMemoryFileSystem")
    @DisplayName("P-18: a spill directory in memory is refused, and so is one that is none")
    void inMemory() {
        var tmpfs = assertThrows(IllegalArgumentException.class, () -> openBudget(MEMORY.toString()));
        assertTrue(tmpfs.getMessage().contains("spillDirectory must be on a disk, was /dev/shm"), tmpfs.getMessage());
        var none = assertThrows(IllegalArgumentException.class, () -> openBudget("/no/such/place"));
        assertTrue(none.getMessage().contains("/no/such/place"), none.getMessage());
    }

    @Test
    @DisplayName("P-18: budgets and shares that make no sense are refused, by name")
    void limits() {
        String[] messages = {
            refusal(() -> new MemoryLimits(5, 0.7, 0.85, "", 1, true)),
            refusal(() -> new MemoryLimits(BUDGET, 0.9, 0.85, "", 1, true)),
            refusal(() -> new MemoryLimits(BUDGET, 0.7, 1.1, "", 1, true)),
            refusal(() -> new MemoryLimits(Long.MAX_VALUE, 0.7, 0.85, "", 1, true).check())
        };
        assertTrue(messages[0].startsWith("memoryBudget must be at least"), messages[0]);
        assertTrue(messages[1].startsWith("spillAt must be above 0 and at most pauseAt (0.85), was 0.9"), messages[1]);
        assertTrue(messages[2].startsWith("pauseAt must be above 0 and at most 1, was 1.1"), messages[2]);
        assertTrue(messages[3].startsWith("memoryBudget must be at most this machine's memory"), messages[3]);
        assertEquals(MemoryLimits.machineBytes() / 8, MemoryLimits.defaults(4).budgetBytes());
    }

    private static String refusal(Runnable what) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, what::run).getMessage());
    }
}
