package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NothingLeft.class)
class MemoryTest {

    private static final long MIB = 1 << 20;

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong collections = new AtomicLong();
    private Duration collectionTakes = Duration.ZERO;
    private final GcPressure pressure = new GcPressure(nanos::get, () -> {
        collections.incrementAndGet();
        nanos.addAndGet(collectionTakes.toNanos());
    });

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    @DisplayName("G-07: more than 64 MiB on top ask for one collection, what is just being made not among them")
    void growth() {
        pressure.grew(1000 * MIB);
        assertEquals(0, collections.get(), "nobody can have forgotten it yet");
        pressure.grew(1);
        assertEquals(1, collections.get());
        pass(Duration.ofSeconds(1));
        pressure.grew(250 * MIB);
        pressure.grew(1);
        assertEquals(1, collections.get(), "counted anew, and a quarter of all is needed");
        pressure.grew(100 * MIB);
        pressure.grew(1);
        assertEquals(2, collections.get());
    }

    @Test
    @DisplayName("G-07: what is closed promptly causes no collection, however much it is")
    void promptly() {
        for (int i = 0; i < 1000; i++) {
            pressure.grew(500 * MIB);
            pressure.shrank(500 * MIB);
            pass(Duration.ofSeconds(1));
        }
        assertEquals(0, collections.get());
        assertEquals(0, pressure.live());
    }

    @Test
    @DisplayName("G-07: garbage that takes the place of what was closed is noticed")
    void lowWater() {
        pressure.grew(1000 * MIB);
        pressure.grew(0);
        assertEquals(1, collections.get());
        pass(Duration.ofSeconds(1));
        pressure.shrank(1000 * MIB);
        pressure.grew(65 * MIB);
        pressure.grew(0);
        assertEquals(2, collections.get());
    }

    @Test
    @DisplayName("G-07: collections are at least 250 ms apart, and 20 times as long as the last one took")
    void pauses() {
        pressure.grew(65 * MIB);
        pressure.grew(65 * MIB);
        assertEquals(1, collections.get());
        pass(Duration.ofMillis(249));
        pressure.grew(65 * MIB);
        assertEquals(1, collections.get());
        pass(Duration.ofMillis(1));
        collectionTakes = Duration.ofSeconds(2);
        pressure.grew(1);
        assertEquals(2, collections.get());
        assertEquals(2, pressure.requests());
        pass(Duration.ofSeconds(39));
        pressure.grew(1000 * MIB);
        pressure.grew(0);
        assertEquals(2, collections.get());
        pass(Duration.ofSeconds(1));
        pressure.grew(0);
        assertEquals(3, collections.get());
    }

    @Test
    @DisplayName("F-13: every table, segment, mapping and buffer is counted while it is there")
    void counts() {
        Memory.Usage before = Memory.usage();
        long resident = Memory.residentBytes();
        Table small = Table.fromColumns(Map.of("n", new int[1000]));
        assertEquals(before.privateTables() + 1, Memory.usage().privateTables());
        assertEquals(before.privateBytes() + 4125, Memory.usage().privateBytes());
        assertTrue(Memory.usage().bufferBytes() >= before.bufferBytes() + 4125);
        assertEquals(resident + 4125, Memory.residentBytes());
        Table mapped = Table.map(small.share());
        Memory.Usage shared = Memory.usage();
        assertEquals(before.privateTables(), shared.privateTables());
        assertEquals(before.segments() + 1, shared.segments());
        assertTrue(shared.segmentBytes() >= before.segmentBytes() + 4125);
        assertEquals(before.mappings() + 1, shared.mappings());
        small.release();
        mapped.release();
        assertEquals(before.segments(), Memory.usage().segments());
        assertEquals(before.segmentBytes(), Memory.usage().segmentBytes());
        assertEquals(before.mappings(), Memory.usage().mappings());
        assertEquals(resident, Memory.residentBytes());
    }

    @Test
    @DisplayName(
            "F-13: the budget covers private tables, segments, mappings until they are unmapped, and what the engine gives out")
    void budgeted() {
        long before = Memory.budgeted();
        Table small = Table.fromColumns(Map.of("n", new int[1000]));
        assertEquals(before + 4125, Memory.budgeted());
        Table large = Table.fromColumns(Map.of("n", new byte[(int) (4 * MIB)]));
        long withLarge = Memory.budgeted();
        assertTrue(withLarge >= before + 4125 + 4 * MIB, () -> withLarge - before + " bytes");
        Table mapped = Table.map(large.share());
        assertTrue(Memory.budgeted() < withLarge + MIB, "it is mapped from here: counted once");
        MappingEntry elsewhere = new MappingEntry(MIB, false); // as of a segment of another process
        elsewhere.used();
        assertTrue(Memory.budgeted() >= withLarge + MIB);
        elsewhere.unused();
        assertTrue(Memory.budgeted() >= withLarge + MIB, "in use no more, but mapped");
        elsewhere.unmapped();
        long withoutEngine = Memory.budgeted();
        assertTrue(withoutEngine < withLarge + MIB);
        try (var result = Session.ALLOCATOR.buffer(MIB)) {
            assertTrue(Memory.budgeted() >= withoutEngine + result.capacity());
        }
        List.of(mapped, large, small).forEach(Table::release);
        until(() -> {
            System.gc();
            return Memory.budgeted() <= before;
        });
    }

    @Test
    @DisplayName(
            "F-13: budget, engine and heap that are more together than the machine has are warned about at boot, each by name")
    void sumAtBoot() {
        long machine = MemoryLimits.machineBytes();
        List<String> warned = warnings(() -> open(machine, true));
        assertEquals(1, warned.size(), warned::toString);
        for (String part : List.of(
                "memoryBudget (" + machine + ")",
                "engine's limit (" + machine / 4,
                Database.MEMORY_PROPERTY,
                "heap (" + Runtime.getRuntime().maxMemory(),
                "machine's " + machine)) {
            assertTrue(warned.getFirst().contains(part), warned.getFirst());
        }
        assertEquals(
                List.of(), warnings(() -> open(machine, false)), "engine and heap are not there for this one alone");
        open(MemoryLimits.LEAST_BUDGET, true, 8);
        assertEquals(machine / 4 / 8, Database.memoryLimit(), "the engine's is shared by the runners of the machine");
        long rest = machine - machine / 4 - Runtime.getRuntime().maxMemory();
        assertEquals(List.of(), warnings(() -> open(Math.max(MemoryLimits.LEAST_BUDGET, rest / 2), true)));
    }

    private static void open(long budget, boolean ownProcess) {
        open(budget, ownProcess, 1);
    }

    private static void open(long budget, boolean ownProcess, int sharers) {
        MemoryBudget.open(new MemoryLimits(budget, 0.7, 0.85, "", sharers, true), ownProcess)
                .close();
    }

    private static List<String> warnings(Runnable what) {
        List<String> warned = new ArrayList<>();
        Logger logger = Logger.getLogger(MemoryBudget.class.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord said) {
                warned.add(said.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        try {
            what.run();
        } finally {
            logger.removeHandler(handler);
        }
        return warned;
    }

    @Test
    @DisplayName("G-02: a mapping that nobody closed goes with the collector, and so does a segment")
    void unreachable() {
        Memory.Usage before = Memory.usage();
        forget();
        until(() -> {
            System.gc();
            Memory.Usage now = Memory.usage();
            return now.segments() == before.segments()
                    && now.mappings() == before.mappings()
                    && now.mappedBytes() <= before.mappedBytes();
        });
    }

    /** In a method of its own, so that nothing of it is in a local variable any more. */
    private static void forget() {
        Table table = Table.fromColumns(Map.of("n", new int[1_000_000]));
        Table mapped = Table.map(table.share());
        assertTrue(mapped.rows() == table.rows());
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "still in use: " + Memory.usage());
            Thread.onSpinWait();
        }
    }
}
