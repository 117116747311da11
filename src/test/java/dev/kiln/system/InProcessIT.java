package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Backends;
import dev.kiln.pool.CallFailed;
import dev.kiln.pool.CallTimedOut;
import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolBuilder;
import dev.kiln.pool.RunnerInfo;
import dev.kiln.runner.Runner;
import dev.kiln.runner.RunnerContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runners that are threads of this process behave as those that are processes, codec included. */
@ExtendWith(LeavesNothing.class)
@DisplayName("P-06: the in-process backend")
class InProcessIT {

    record Row(int x) {}

    private static PoolBuilder pool(String name) {
        return Pool.named(name).backend(Backends.inProcess());
    }

    @Test
    @DisplayName("C-02: values cross by value here too, and a runner is no other process")
    void callsCrossByValue() {
        try (Pool pool = pool("inside").min(1).max(2).open()) {
            List<Integer> mine = new ArrayList<>(List.of(1, 2, 3));
            List<Integer> theirs = pool.call(() -> mine);
            assertEquals(mine, theirs);
            assertNotSame(mine, theirs);
            assertEquals(ProcessHandle.current().pid(), pool.call(() -> ProcessHandle.current()
                    .pid()));
            assertEquals(
                    "inside-1",
                    pool.call(() -> Runner.current().map(RunnerContext::id).orElse("nowhere")));
            assertTrue(Runner.current().isEmpty());
            CallFailed failed = assertThrows(
                    CallFailed.class,
                    () -> pool.call(() -> {
                        throw new IllegalStateException("boom");
                    }));
            assertInstanceOf(IllegalStateException.class, failed.getCause());
        }
    }

    @Test
    @DisplayName("F-01, F-05, G-02: frames stay with their runner, are worked on there, and are freed when dropped")
    void framesStay() {
        try (Pool pool = pool("insiders")
                .max(1)
                .idleShutdownAfter(Duration.ofMillis(200))
                .open()) {
            Map<String, List<Frame>> result =
                    pool.call(() -> Map.of("frames", List.of(Frame.columns(Map.of("x", new int[] {3, 1, 2})))));
            Frame frame = result.get("frames").getFirst();
            assertTrue(frame.isRemote());
            assertEquals("insiders-1", frame.owner());
            assertEquals(
                    List.of(new Row(3), new Row(2)),
                    frame.filter("x > 1").sort("-x").toRows(Row.class));
            Frame.closeAll(result);
            Eventually.soon("it is freed", () -> {
                System.gc();
                return pool.runners().stream()
                                .mapToLong(RunnerInfo::residentCount)
                                .sum()
                        == 0;
            });
            Eventually.soon("idle, the runner goes", () -> pool.runners().isEmpty());
        }
    }

    @Test
    @DisplayName("C-05, P-28: deadlines interrupt, and close ends everything")
    void deadlines() {
        try (Pool pool = pool("late").max(1).timeout(Duration.ofMillis(200)).open()) {
            CallTimedOut late = assertThrows(
                    CallTimedOut.class, () -> pool.call(() -> new CountDownLatch(1).await(1, TimeUnit.HOURS)));
            assertEquals(CallTimedOut.Phase.RUN, late.phase());
            assertTrue(late.stopped());
        }
        Eventually.soon("no thread of the pool is left", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread ->
                        thread.getName().startsWith("kiln-") && thread.getName().contains("late")));
    }
}
