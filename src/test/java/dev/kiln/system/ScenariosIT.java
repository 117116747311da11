package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.KilnException;
import dev.kiln.frame.Frame;
import dev.kiln.pool.Call;
import dev.kiln.pool.CallTimedOut;
import dev.kiln.pool.GrowOutcome;
import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolClosed;
import dev.kiln.pool.PoolListener;
import dev.kiln.pool.RunnerInfo;
import dev.kiln.pool.RunnerLost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whole stories with real runner processes, as they were told about pools that got them wrong. */
@ExtendWith(LeavesNothing.class)
class ScenariosIT {

    @TempDir
    Path folder;

    record Row(int x) {}

    private static Set<Long> pids(Pool pool) {
        return pool.runners().stream().map(runner -> runner.pid().orElse(-1)).collect(Collectors.toSet());
    }

    private static boolean forever() throws InterruptedException {
        return new CountDownLatch(1).await(1, TimeUnit.HOURS);
    }

    @Test
    @DisplayName("P-02, P-04, P-09, P-21: one runner at first, a second for the third call, none for the fifth")
    void growthAndQueue() throws Exception {
        var gate = Gate.in(folder);
        try (Pool pool =
                Pool.named("one-to-two").min(1).max(2).maxConcurrency(2).open()) {
            Set<Long> first = pids(pool);
            assertEquals(1, first.size());
            assertEquals(1, pool.stats().boots());

            Call<Long> one = pool.submit(() -> gate.pass("one"));
            Call<Long> two = pool.submit(() -> gate.pass("two"));
            gate.awaitBegun("one");
            gate.awaitBegun("two");
            assertEquals(first, pids(pool), "two calls fit on the first runner");
            assertEquals(0, pool.stats().booting());

            Call<Long> three = pool.submit(() -> gate.pass("three"));
            Call<Long> four = pool.submit(() -> gate.pass("four"));
            gate.awaitBegun("three");
            gate.awaitBegun("four");
            Set<Long> both = pids(pool);
            assertEquals(2, both.size());
            assertTrue(both.containsAll(first));

            Call<Long> patient = pool.within(Duration.ofHours(1)).submit(() -> gate.pass("patient"));
            CallTimedOut late = assertThrows(CallTimedOut.class, () -> pool.within(Duration.ofMillis(100))
                    .call(() -> gate.pass("hasty")));
            assertEquals(CallTimedOut.Phase.QUEUE, late.phase());
            assertTrue(late.stopped());
            assertFalse(gate.begun("patient"), "all slots are taken");

            gate.open();
            List<Long> ran = List.of(one.join(), two.join(), three.join(), four.join(), patient.join());
            assertEquals(both, Set.copyOf(ran));
            assertEquals(first, new HashSet<>(ran.subList(0, 2)));
            assertFalse(gate.begun("hasty"), "a call out of time never runs");
            assertEquals(both, pids(pool), "the same two runners throughout");
            assertEquals(2, pool.stats().boots());
        }
    }

    @Test
    @DisplayName("P-21, P-23: three executions at once on at most two runners of one slot boot exactly two")
    void threeExecutions() {
        Gate trace = Gate.in(folder);
        try (Pool pool = Pool.named("three").max(2).maxConcurrency(1).open()) {
            for (String who : List.of("a", "b", "c")) {
                pool.execute(() -> {
                    assertFalse(new CountDownLatch(1).await(500, TimeUnit.MILLISECONDS));
                    trace.open();
                    trace.pass(who);
                });
            }
            for (String who : List.of("a", "b", "c")) {
                Eventually.soon(who + " is done", () -> trace.done(who));
            }
            assertEquals(2, pool.runners().size());
            assertEquals(2, pool.stats().boots());
            assertEquals(0, pool.stats().booting());
        }
    }

    /** Throws when it is told something of a kind for the first time. */
    private static final class Clumsy implements PoolListener {
        final Set<String> told = ConcurrentHashMap.newKeySet();

        private void tell(String news) {
            if (told.add(news)) {
                throw new IllegalStateException("a listener that throws at the first " + news);
            }
        }

        @Override
        public void onGrowStart(String pool, int count) {
            tell("growStart");
        }

        @Override
        public void onGrowEnd(String pool, int count, GrowOutcome outcome) {
            tell("growEnd");
        }

        @Override
        public void onShrink(String pool, int count, String reason) {
            tell("shrink");
        }

        @Override
        public void onCallFailed(String pool, long call, KilnException failure) {
            tell("callFailed");
        }
    }

    @Test
    @DisplayName("P-15: a listener that throws harms no growth, no shrinking and no call")
    void clumsyListener() {
        var clumsy = new Clumsy();
        try (Pool pool = Pool.named("clumsy")
                .max(2)
                .maxConcurrency(1)
                .idleShutdownAfter(Duration.ofMillis(100))
                .listener(clumsy)
                .open()) {
            long first = pool.call(Pid::here);
            Call<Boolean> lost = pool.submit(ScenariosIT::forever);
            Eventually.soon("it runs", () -> lost.runner().isPresent());
            assertNotEquals(first, pool.call(Pid::here), "it grows for the call that waits");
            Pid.killHard(first);
            assertThrows(RunnerLost.class, lost::join);
            Eventually.soon("it shrinks", () -> pool.runners().isEmpty());
            assertEquals(1, pool.call(() -> 1), "it grows again");
            Eventually.soon("all was told: " + clumsy.told, () -> clumsy.told.size() == 4);
        }
    }

    @Test
    @DisplayName("C-05: work that ignores its interrupt is answered for while the others on its runner go on")
    void unstoppable() throws Exception {
        var gate = Gate.in(folder);
        try (Pool pool = Pool.named("deaf")
                .max(1)
                .maxConcurrency(4)
                .shutdownTimeout(Duration.ofSeconds(4))
                .open()) {
            Call<Long> other = pool.submit(() -> gate.pass("other"));
            gate.awaitBegun("other");
            CallTimedOut late = assertThrows(CallTimedOut.class, () -> pool.within(Duration.ofMillis(300))
                    .call(() -> gate.ignoreInterrupts("deaf")));
            assertEquals(CallTimedOut.Phase.RUN, late.phase());
            assertFalse(late.stopped());
            assertTrue(gate.begun("deaf"));
            assertFalse(gate.done("other"));
            Call<Long> next = pool.submit(Pid::here);
            gate.open();
            long pid = other.join();
            Eventually.soon("the process is gone", () -> Pid.ended(pid));
            assertNotEquals(pid, next.join(), "the runner takes no more work");
        }
    }

    private static volatile boolean needed; // on the runner

    @Test
    @DisplayName("P-11: the idle check runs on the runner, and sees what calls left there")
    void idleVeto() {
        try (Pool pool = Pool.named("veto-there")
                .max(1)
                .idleShutdownAfter(Duration.ofMillis(100), () -> !needed)
                .open()) {
            long pid = pool.call(() -> {
                needed = true;
                return Pid.here();
            });
            assertThrows(
                    AssertionError.class,
                    () -> Eventually.within(Duration.ofSeconds(1), "it must not go", () -> pool.runners()
                            .isEmpty()));
            assertFalse(needed, "here nobody set it");
            pool.execute(() -> needed = false);
            Eventually.soon("it goes", () -> pool.runners().isEmpty());
            Eventually.soon("and its process", () -> Pid.ended(pid));
        }
    }

    @Test
    @DisplayName("R-05: losing one runner disconnects no other: their calls, frames and processes go on")
    void independence() throws Exception {
        var gate = Gate.in(folder);
        try (Pool pool = Pool.named("apart").min(3).max(3).maxConcurrency(1).open()) {
            List<Call<Frame>> frames = IntStream.range(0, 3)
                    .mapToObj(i -> pool.submit(() -> {
                        // Long enough that each of the three runners makes one.
                        assertFalse(new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS));
                        return Frame.columns(Map.of("x", new int[] {i}));
                    }))
                    .toList();
            List<Frame> made = frames.stream().map(Call::join).toList();
            assertEquals(3, made.stream().map(Frame::owner).distinct().count());
            List<Call<Long>> calls = IntStream.range(0, 3)
                    .mapToObj(i -> pool.submit(() -> gate.pass("call-" + i)))
                    .toList();
            IntStream.range(0, 3).forEach(i -> gate.awaitBegun("call-" + i));
            String victim = calls.getFirst().runner().orElseThrow();
            RunnerInfo doomed = pool.runners().stream()
                    .filter(runner -> runner.id().equals(victim))
                    .findFirst()
                    .orElseThrow();
            Set<Long> others = pids(pool);
            others.remove(doomed.pid().orElseThrow());

            Pid.killHard(doomed.pid().orElseThrow());
            assertThrows(RunnerLost.class, calls.getFirst()::join);
            for (Frame frame : made) {
                if (!frame.owner().equals(victim)) {
                    assertEquals(1, frame.toRows(Row.class).size(), "a frame on another runner");
                }
            }
            gate.open();
            assertEquals(
                    others,
                    new HashSet<>(List.of(calls.get(1).join(), calls.get(2).join())));
            Eventually.soon("min is restored", () -> pool.stats().ready() == 3);
            assertTrue(pids(pool).containsAll(others));
            assertEquals(1, pool.stats().losses());
            Frame.closeAll(made);
        }
    }

    @Test
    @DisplayName("P-28: close with calls that run and calls that wait leaves no thread and no descriptor behind")
    void closeLeavesNothing() throws Exception {
        openBusyAndClose(); // what the JVM keeps for itself after a first time is there now
        int descriptors = Leftovers.descriptors();
        openBusyAndClose();
        Eventually.soon("no thread is left: " + Leftovers.threads(), () -> Leftovers.threads()
                .isEmpty());
        Eventually.soon("no descriptor is left", () -> Leftovers.descriptors() <= descriptors);
    }

    private static void openBusyAndClose() throws InterruptedException {
        Pool pool = Pool.named("busy")
                .min(2)
                .max(2)
                .maxConcurrency(2)
                .shutdownTimeout(Duration.ofMillis(200))
                .open();
        Frame frame = pool.call(() -> Frame.columns(Map.of("x", new int[] {1})));
        List<Call<Boolean>> calls = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            calls.add(pool.submit(ScenariosIT::forever));
        }
        pool.execute(ScenariosIT::forever);
        assertFalse(Leftovers.threads().isEmpty());
        Eventually.soon("four run", () -> pool.stats().running() == 4);
        Thread second = Thread.ofPlatform().start(pool::close);
        pool.close();
        second.join();
        for (Call<Boolean> call : calls) {
            assertThrows(PoolClosed.class, call::join);
        }
        frame.close();
        assertEquals(List.of(), pool.runners());
    }
}
