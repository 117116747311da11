package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameLost;
import dev.kiln.pool.BootFailed;
import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolClosed;
import dev.kiln.pool.RunnerInfo;
import dev.kiln.pool.RunnerState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The pool's size over time, against real processes. */
@ExtendWith(LeavesNothing.class)
class PoolIT {

    @TempDir
    Path folder;

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    private static Set<Long> pids(Pool pool) {
        return pool.runners().stream().map(runner -> runner.pid().orElse(-1)).collect(Collectors.toSet());
    }

    @Test
    @DisplayName("P-01: a name is unique among the open pools of a process, and free again after close")
    void names() {
        try (Pool first = Pool.named("unique").open()) {
            IllegalStateException refused = assertThrows(
                    IllegalStateException.class, () -> Pool.named("unique").open());
            assertTrue(refused.getMessage().contains("unique"));
            assertEquals("unique", first.name());
        }
        Pool.named("unique").open().close();
    }

    @Test
    @DisplayName("P-02: the first min runners are up when open returns, with nothing called yet")
    void minRunners() {
        try (Pool pool = Pool.named("min").min(2).max(3).open()) {
            assertEquals(2, pool.stats().ready());
            assertEquals(2, pids(pool).size());
            assertTrue(pool.runners().stream().allMatch(runner -> runner.state() == RunnerState.READY));
        }
    }

    @Test
    @DisplayName("P-02: one failed boot fails open and leaves no process behind")
    void failedOpen() {
        BootFailed failed = assertThrows(BootFailed.class, () -> Pool.named("failing")
                .min(2)
                .jvmOptions(List.of("-XX:NoSuchOption"))
                .open());
        assertTrue(failed.getMessage().contains("NoSuchOption"), failed.getMessage());
        Pool.named("failing").open().close(); // the name is free again
    }

    @Test
    @DisplayName("P-03, P-21: the pool grows from 0 to max on demand, and not beyond")
    void growth() {
        try (Pool pool = Pool.named("grow").max(2).maxConcurrency(1).open()) {
            assertEquals(List.of(), pool.runners());
            List<Call<Long>> calls = IntStream.range(0, 6)
                    .mapToObj(i -> pool.submit(() -> {
                        new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS);
                        return pid();
                    }))
                    .toList();
            Set<Long> pids = new HashSet<>();
            calls.forEach(call -> pids.add(call.join()));
            assertEquals(2, pids.size());
            assertEquals(2, pool.stats().boots());
        }
    }

    @Test
    @DisplayName("P-23: a runner that comes up serves as many waiting calls as it has slots")
    void oneRunnerServesTwo() {
        try (Pool pool = Pool.named("slots").max(1).maxConcurrency(2).open()) {
            Call<Long> first = pool.submit(PoolIT::meet);
            Call<Long> second = pool.submit(PoolIT::meet);
            assertEquals(first.join(), second.join());
            assertEquals(1, pool.stats().boots());
        }
    }

    private static final CountDownLatch MEETING = new CountDownLatch(2);

    /** Returns only once two calls are in here at the same time, in the same process. */
    private static long meet() throws InterruptedException {
        MEETING.countDown();
        MEETING.await();
        return pid();
    }

    @Test
    @DisplayName("P-03: resize grows at once and retires the surplus, idle runners first")
    void resize() {
        try (Pool pool = Pool.named("resize").max(1).open()) {
            pool.call(() -> 1);
            pool.resize(3, 3);
            Eventually.soon("three are ready", () -> pool.stats().ready() == 3);
            pool.resize(0, 1);
            Eventually.soon("two have gone", () -> pool.runners().size() == 1);
            assertThrows(IllegalArgumentException.class, () -> pool.resize(2, 1));
            assertEquals(1, pool.call(() -> 1));
        }
    }

    @Test
    @DisplayName("P-04: frames take no slot, but keep their runner; strictSlots gives each call's frames its slot")
    void framesAndSlots() {
        try (Pool pool = Pool.named("loose")
                .max(1)
                .maxConcurrency(1)
                .idleShutdownAfter(Duration.ofMillis(200))
                .open()) {
            Frame held = pool.call(() -> Frame.columns(Map.of("x", new int[] {1})));
            assertEquals(2, pool.call(() -> 2), "the slot is free although the frame is held");
            held.close();
            Eventually.soon("idle without the frame, the runner goes", () -> pool.runners()
                    .isEmpty());
        }
        try (Pool pool =
                Pool.named("strict").max(1).maxConcurrency(1).strictSlots(true).open()) {
            Frame held = pool.call(() -> Frame.columns(Map.of("x", new int[] {1})));
            Call<Integer> next = pool.submit(() -> 2);
            assertThrows(dev.kiln.pool.CallTimedOut.class, () -> next.join(Duration.ofMillis(300)));
            held.close();
            assertEquals(2, next.join());
        }
    }

    @Test
    @DisplayName("P-05: a single-use runner takes one call, and goes once what that returned is released")
    void singleUse() {
        try (Pool pool = Pool.named("once").max(2).singleUse(true).open()) {
            long first = pool.call(PoolIT::pid);
            long second = pool.call(PoolIT::pid);
            assertNotEquals(first, second);
            Eventually.soon("both have gone", () -> pool.runners().isEmpty());
            Frame held = pool.call(() -> Frame.columns(Map.of("x", new int[] {1})));
            assertEquals(1, held.rowCount());
            assertFalse(pool.runners().isEmpty(), "the frame keeps its runner");
            held.close();
            Eventually.soon("it has gone, too", () -> pool.runners().isEmpty());
        }
    }

    @Test
    @DisplayName("P-11, G-02: an idle runner goes; one with held frames does not, and does once they are gone")
    void idleShutdown() {
        try (Pool pool = Pool.named("idle")
                .max(1)
                .idleShutdownAfter(Duration.ofMillis(300))
                .open()) {
            Frame frame = pool.call(() -> Frame.columns(Map.of("x", new long[100])));
            long pid = pool.runners().getFirst().pid().orElseThrow();
            assertThrows(
                    AssertionError.class,
                    () -> Eventually.within(Duration.ofSeconds(2), "it must not go", () -> pool.runners()
                            .isEmpty()));
            frame.close();
            Eventually.soon("the runner goes", () -> pool.runners().isEmpty());
            Eventually.soon("its process goes", () -> ProcessHandle.of(pid).isEmpty());
        }
    }

    @Test
    @DisplayName("P-11: a check on the runner may veto the idle shutdown, and is asked again")
    void idleVeto() throws Exception {
        Path asked = folder.resolve("asked");
        Path allowed = folder.resolve("allowed");
        String askedName = asked.toString();
        String allowedName = allowed.toString();
        try (Pool pool = Pool.named("veto")
                .max(1)
                .idleShutdownAfter(Duration.ofMillis(200), () -> {
                    Files.writeString(
                            Path.of(askedName),
                            "x",
                            java.nio.file.StandardOpenOption.CREATE,
                            java.nio.file.StandardOpenOption.APPEND);
                    return Files.exists(Path.of(allowedName));
                })
                .open()) {
            pool.call(() -> 1);
            Eventually.soon("it was asked twice", () -> asked.toFile().length() >= 2);
            assertEquals(1, pool.runners().size());
            Files.createFile(allowed);
            Eventually.soon("it goes", () -> pool.runners().isEmpty());
        }
    }

    @Test
    @DisplayName("P-12: min runners stay, unless minIdleShutdownAfter is given")
    void minStays() {
        try (Pool pool = Pool.named("keep")
                .min(1)
                .max(2)
                .maxConcurrency(1)
                .idleShutdownAfter(Duration.ofMillis(200))
                .open()) {
            Call<Boolean> busy = pool.submit(() -> new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS));
            pool.call(() -> 1);
            busy.join();
            Eventually.soon("the surplus goes", () -> pool.runners().size() == 1);
            assertThrows(
                    AssertionError.class,
                    () -> Eventually.within(Duration.ofSeconds(1), "the last stays", () -> pool.runners()
                            .isEmpty()));
        }
    }

    @Test
    @DisplayName("P-28: close fails what waits, lets what runs end, loses open frames with PoolClosed as cause")
    void close() {
        Pool pool = Pool.named("closing").max(1).maxConcurrency(1).open();
        Frame frame = pool.call(() -> Frame.columns(Map.of("x", new int[] {1, 2, 3})));
        Call<Integer> running = pool.submit(() -> {
            new CountDownLatch(1).await(500, TimeUnit.MILLISECONDS);
            return 11;
        });
        Call<Integer> waiting = pool.submit(() -> 12);
        Eventually.soon("the first runs", () -> running.runner().isPresent());
        List<RunnerInfo> before = pool.runners();
        pool.close();
        pool.close();
        assertEquals(11, running.join());
        assertThrows(PoolClosed.class, waiting::join);
        assertThrows(PoolClosed.class, () -> pool.call(() -> 1));
        FrameLost lost = assertThrows(FrameLost.class, () -> frame.toRows(Row.class));
        assertInstanceOf(PoolClosed.class, lost.getCause());
        assertTrue(ProcessHandle.of(before.getFirst().pid().orElseThrow()).isEmpty());
        assertEquals(List.of(), pool.runners());
        assertEquals(
                List.of(),
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("kiln-") && name.contains("closing"))
                        .toList());
    }

    record Row(int x) {}

    @Test
    @DisplayName("P-28, P-10: what still runs after shutdownTimeout is killed, and fails with PoolClosed")
    void closeKills() {
        Pool pool = Pool.named("killing")
                .max(1)
                .shutdownTimeout(Duration.ofMillis(300))
                .open();
        Call<Integer> stuck = pool.within(Duration.ofHours(1)).submit(() -> {
            while (true) {
                Thread.onSpinWait();
            }
        });
        Eventually.soon("it runs", () -> stuck.runner().isPresent());
        pool.close();
        assertThrows(PoolClosed.class, stuck::join);
    }
}
