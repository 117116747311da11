package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameLost;
import dev.kiln.frame.NotTransferable;
import dev.kiln.frame.Resident;
import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolClosed;
import dev.kiln.pool.RunnerInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Values that stay on runners which are real processes. */
@ExtendWith(LeavesNothing.class)
class ResidentIT {

    @TempDir
    Path folder;

    /** Cannot cross, and leaves a trace when it is closed. */
    static final class Index implements AutoCloseable {
        private final long[] squares =
                LongStream.range(0, 1_000).map(n -> n * n).toArray();
        private final Path trace;

        Index(String trace) {
            this.trace = Path.of(trace);
        }

        long at(int n) {
            return squares[n];
        }

        @Override
        public void close() {
            try {
                Files.writeString(trace, Long.toString(Pid.here()));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private static long residents(Pool pool) {
        return pool.runners().stream().mapToLong(RunnerInfo::residentCount).sum();
    }

    private static long pid(Pool pool, String runner) {
        return pool.runners().stream()
                .filter(info -> info.id().equals(runner))
                .findFirst()
                .orElseThrow()
                .pid()
                .orElseThrow();
    }

    @Test
    @DisplayName("F-12, P-20: a resident is used where it lives, by near, and closed when its last holder is gone")
    void isUsedWhereItLives() throws IOException {
        String trace = folder.resolve("closed").toString();
        try (Pool pool = Pool.named("res-near").min(2).max(2).open()) {
            Map<String, List<Resident<Index>>> made =
                    pool.call(() -> Map.of("index", List.of(Resident.of(new Index(trace)))));
            Resident<Index> index = made.get("index").getFirst();
            long home = pid(pool, index.owner());
            for (int i = 0; i < 20; i++) {
                int n = i;
                long[] answer =
                        pool.near(index).call(() -> new long[] {index.get().at(n), Pid.here()});
                assertEquals((long) n * n, answer[0]);
                assertEquals(home, answer[1]);
            }
            assertEquals(1, residents(pool));
            Frame.closeAll(made);
            Eventually.soon("the value is closed, on its runner", () -> Files.exists(Path.of(trace)));
            Eventually.soon("nothing is held", () -> residents(pool) == 0);
            assertEquals(home, Long.parseLong(Files.readString(Path.of(trace))));
            assertEquals("pong", pool.call(() -> "pong"));
        }
    }

    @Test
    @DisplayName("F-12, P-04, P-11: a resident takes no slot, and keeps its runner alive beyond its idle time")
    void keepsItsRunnerAlive() {
        String trace = folder.resolve("closed").toString();
        try (Pool pool = Pool.named("res-idle")
                .max(1)
                .maxConcurrency(1)
                .idleShutdownAfter(Duration.ofMillis(300))
                .open()) {
            Resident<Index> index = pool.call(() -> Resident.of(new Index(trace)));
            String owner = index.owner();
            assertEquals(4L, pool.near(index).call(() -> index.get().at(2)));
            long quiet = System.nanoTime() + Duration.ofSeconds(2).toNanos();
            Eventually.soon("the idle time has passed several times", () -> System.nanoTime() > quiet);
            assertEquals(
                    List.of(owner), pool.runners().stream().map(RunnerInfo::id).toList());
            assertFalse(Files.exists(Path.of(trace)));
            index.close();
            Eventually.soon("the runner has gone", () -> pool.runners().isEmpty());
            assertTrue(Files.exists(Path.of(trace)), "it closed the value first");
        }
    }

    @Test
    @DisplayName("F-12, P-05: a single-use runner goes when its resident is let go of, and closes it")
    void singleUse() {
        String trace = folder.resolve("closed").toString();
        try (Pool pool = Pool.named("res-single").max(2).singleUse(true).open()) {
            Resident<Index> index = pool.call(() -> Resident.of(new Index(trace)));
            assertEquals(1, residents(pool));
            index.close();
            Eventually.soon("the runner has gone", () -> pool.runners().isEmpty());
            assertTrue(Files.exists(Path.of(trace)), "it closed the value first");
        }
    }

    @Test
    @DisplayName("F-12, F-10: kill -9 of its runner makes a resident FrameLost; near it is refused as lost")
    void isLostWithItsRunner() {
        String trace = folder.resolve("closed").toString();
        try (Pool pool = Pool.named("res-kill").max(2).open()) {
            Resident<Index> index = pool.call(() -> Resident.of(new Index(trace)));
            ProcessHandle.of(pid(pool, index.owner())).orElseThrow().destroyForcibly();
            Eventually.soon("it is lost", () -> {
                try {
                    index.get();
                    throw new AssertionError("it is elsewhere");
                } catch (FrameLost e) {
                    return true;
                } catch (IllegalStateException e) {
                    return false;
                }
            });
            assertThrows(FrameLost.class, () -> pool.near(index).call(() -> 1));
            assertEquals("pong", pool.call(() -> "pong"));
        }
    }

    @Test
    @DisplayName("F-12, P-28: closing the pool closes the values that are still held there")
    void poolCloses() throws IOException {
        String trace = folder.resolve("closed").toString();
        Resident<Index> index;
        try (Pool pool = Pool.named("res-close").max(1).open()) {
            index = pool.call(() -> Resident.of(new Index(trace)));
        }
        assertTrue(Files.exists(Path.of(trace)));
        FrameLost lost = assertThrows(FrameLost.class, index::get);
        assertTrue(lost.getCause() instanceof PoolClosed, () -> "" + lost.getCause());
    }

    @Test
    @DisplayName("F-12: pool.put sends a resident whose value can cross, and refuses one whose value cannot")
    void put() {
        try (Pool pool = Pool.named("res-put").max(1).open()) {
            Resident<Index> local =
                    Resident.of(new Index(folder.resolve("closed").toString()));
            NotTransferable refused = assertThrows(NotTransferable.class, () -> pool.put(Map.of("a", local)));
            assertTrue(refused.getMessage().contains("is not Serializable"), refused::getMessage);
            assertTrue(refused.getMessage().contains("pool.call(() -> Resident.of("), refused::getMessage);
            assertEquals(0, pool.runners().size(), "refused before any runner was started");
            try (Resident<String> there = pool.put(Resident.of("text"))) {
                assertEquals("TEXT", pool.near(there).call(() -> there.get().toUpperCase(java.util.Locale.ROOT)));
                assertTrue(there.isRemote());
            }
        }
    }

    @Test
    @DisplayName("F-12, P-04: with strictSlots a resident keeps the slot of the call that returned it")
    void strictSlots() {
        try (Pool pool = Pool.named("res-strict")
                .max(1)
                .maxConcurrency(1)
                .strictSlots(true)
                .open()) {
            String trace = folder.resolve("closed").toString();
            Resident<Index> index = pool.call(() -> Resident.of(new Index(trace)));
            var waiting = pool.submit(Pid::here);
            Eventually.soon("the call waits", () -> pool.stats().queued() == 1);
            index.close();
            assertTrue(waiting.join() > 0);
        }
    }
}
