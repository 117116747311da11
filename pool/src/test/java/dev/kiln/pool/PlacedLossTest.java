package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Placed objects whose runners die or have to go. */
class PlacedLossTest extends PlacedScene {

    @Test
    @DisplayName("O-03: without restarts an object is lost with its runner: the method that runs, and every next use")
    void withoutRestartsAnObjectIsLost() throws Exception {
        Placed<Counter> placed = pool.place(Counter.class, () -> new MyCounter(0));
        Future<Integer> running = threads.submit(() -> placed.get().hangs());
        began.await();
        runners.kill(placed.runner().orElseThrow());
        assertInstanceOf(
                RunnerLost.class,
                assertThrows(ExecutionException.class, running::get).getCause());
        for (int time = 1; time <= 2; time++) {
            RunnerLost lost = assertThrows(RunnerLost.class, () -> placed.get().value());
            assertTrue(lost.getMessage().contains("object 1 (Counter)"), lost.getMessage());
            assertTrue(lost.getMessage().contains("placed without restarts"), lost.getMessage());
        }
        assertEquals(1, MADE.get());
        assertEquals(7, pool.call(() -> 7));
        placed.close();
    }

    @Test
    @DisplayName("O-03: with restarts(2) the factory runs again elsewhere, twice; a method that was running never does")
    void withRestartsTheFactoryRunsAgain() throws Exception {
        try (Placed<Counter> placed = pool.restarts(2).place(Counter.class, () -> new MyCounter(10))) {
            Counter counter = placed.get();
            assertEquals(11, counter.add(1));
            Future<Integer> running = threads.submit(counter::hangs);
            began.await();
            runners.kill(placed.runner().orElseThrow());
            assertInstanceOf(
                    RunnerLost.class,
                    assertThrows(ExecutionException.class, running::get).getCause());
            assertEquals(12, counter.add(2)); // waits for the object, which is a new one
            runners.kill(placed.runner().orElseThrow());
            untilSo("it is noticed", () -> MADE.get() == 3 && placed.runner().isPresent());
            assertEquals(13, counter.add(3));
            runners.kill(placed.runner().orElseThrow());
            untilSo("it is lost", () -> placed.runner().isEmpty());
            RunnerLost lost = assertThrows(RunnerLost.class, counter::value);
            assertTrue(lost.getMessage().contains("made again 2 times"), lost.getMessage());
            assertEquals(3, MADE.get());
        }
    }

    @Test
    @DisplayName("O-03, C-12: through an idempotent view a method that was running runs again on the new object")
    void anIdempotentMethodRunsAgain() throws Exception {
        try (Placed<Counter> placed = pool.idempotent().restarts(1).place(Counter.class, () -> new MyCounter(4))) {
            Future<Integer> running = threads.submit(() -> placed.get().hangs());
            began.await();
            String first = placed.runner().orElseThrow();
            runners.kill(first);
            untilSo(
                    "it is elsewhere",
                    () -> placed.runner().filter(now -> !now.equals(first)).isPresent());
            goOn.countDown();
            assertEquals(4, running.get());
            assertEquals(2, MADE.get());
        }
    }

    @Test
    @DisplayName("O-03: with checkpoint and restore the state that was kept last comes back")
    void whatWasKeptComesBack() {
        try (Placed<Counter> placed = pool.restarts(2)
                .checkpoint(MyCounter::value)
                .restore(MyCounter::new)
                .place(Counter.class, () -> new MyCounter(0))) {
            Counter counter = placed.get();
            counter.add(41);
            placed.checkpoint();
            counter.add(1000); // not kept
            String first = placed.runner().orElseThrow();
            runners.kill(first);
            untilSo(
                    "it is elsewhere",
                    () -> placed.runner().filter(now -> !now.equals(first)).isPresent());
            assertEquals(42, counter.add(1));
        }
        Placed<Counter> without = pool.restarts(1).place(Counter.class, () -> new MyCounter(0));
        assertThrows(IllegalStateException.class, without::checkpoint);
        without.close();
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> pool.checkpoint(MyCounter::value)
                        .restore(MyCounter::new)
                        .place(Counter.class, () -> new MyCounter(0)));
        assertTrue(refused.getMessage().contains("restarts"), refused.getMessage());
    }

    @Test
    @DisplayName("O-03: a checkpoint that fails leaves the one before")
    void aFailedCheckpointLeavesTheOneBefore() {
        try (Placed<Counter> placed = pool.restarts(1)
                .checkpoint((MyCounter counter) -> {
                    if (counter.value() > 5) {
                        throw new IOException("full");
                    }
                    return counter.value();
                })
                .restore(value -> new MyCounter(value))
                .place(Counter.class, () -> new MyCounter(0))) {
            placed.get().add(5);
            placed.checkpoint();
            placed.get().add(1);
            assertInstanceOf(
                    IOException.class,
                    assertThrows(CallFailed.class, placed::checkpoint).getCause());
            String first = placed.runner().orElseThrow();
            runners.kill(first);
            untilSo(
                    "it is elsewhere",
                    () -> placed.runner().filter(now -> !now.equals(first)).isPresent());
            assertEquals(5, placed.get().value());
        }
    }

    @Test
    @DisplayName("O-03: at the interval checkpoints are taken without being asked for")
    void checkpointsAreTakenAtTheInterval() {
        try (Placed<Counter> placed = pool.restarts(1)
                .checkpoint(Duration.ofMillis(1), (MyCounter counter) -> {
                    if (counter.value() > 0) {
                        began.countDown();
                    }
                    return counter.value();
                })
                .restore(MyCounter::new)
                .place(Counter.class, () -> new MyCounter(0))) {
            placed.get().add(7);
            untilSo("one was taken", () -> began.getCount() == 0);
            placed.checkpoint(); // after that, whose result is here by then
            String first = placed.runner().orElseThrow();
            runners.kill(first);
            untilSo(
                    "it is elsewhere",
                    () -> placed.runner().filter(now -> !now.equals(first)).isPresent());
            assertEquals(7, placed.get().value());
        }
    }

    @Test
    @DisplayName("O-03, C-05: before its runner goes an object with restarts moves, with its last state")
    void anObjectMovesBeforeItsRunnerGoes() {
        Placed<Counter> other = pool.place(Counter.class, () -> new MyCounter(0));
        Placed<Counter> moving = pool.restarts(1)
                .checkpoint(MyCounter::value)
                .restore(MyCounter::new)
                .place(Counter.class, () -> new MyCounter(0));
        assertEquals(Optional.of(pool.name() + "-2"), moving.runner());
        moving.get().add(3);
        pool.resize(0, 1); // of two busy runners the younger goes
        untilSo("it is on its way", () -> moving.runner().isEmpty());
        other.close();
        assertEquals(3, moving.get().value());
        assertEquals(Optional.of(pool.name() + "-1"), moving.runner());
        moving.close();
    }

    @Test
    @DisplayName("O-03: when its runner goes an object without restarts is lost, and says so")
    void anObjectIsLostWhenItsRunnerGoes() throws Exception {
        Placed<Counter> other = pool.place(Counter.class, () -> new MyCounter(0));
        Placed<Counter> staying = pool.place(Counter.class, () -> new MyCounter(0));
        pool.resize(0, 1); // of two busy runners the younger goes
        closed.await();
        RunnerLost lost = assertThrows(RunnerLost.class, () -> staying.get().value());
        assertTrue(lost.getMessage().contains("takes no more work and was told to end"), lost.getMessage());
        assertEquals(0, other.get().value());
        other.close();
    }

    @Test
    @DisplayName("O-03, P-28: a placed object of a closed pool is closed with it, and its use is PoolClosed")
    void aClosedPoolClosesItsObjects() throws Exception {
        Placed<Counter> placed = pool.restarts(5).place(Counter.class, () -> new MyCounter(0));
        pool.close();
        closed.await();
        assertThrows(PoolClosed.class, () -> placed.get().value());
        assertThrows(PoolClosed.class, () -> pool.place(Counter.class, () -> new MyCounter(0)));
        assertEquals(1, MADE.get());
        placed.close();
    }

    @Test
    @DisplayName("C-05, O-03: an object whose method does not stop is made again from what was kept, not waited for")
    void anObjectWhoseMethodDoesNotStopIsMadeAgain() {
        try (Pool stuck = Pool.named("stuck" + POOLS.incrementAndGet())
                .timeout(Duration.ofSeconds(1))
                .shutdownTimeout(Duration.ofMinutes(10))
                .max(2)
                .backend(Backends.inProcess())
                .open()) {
            Placed<Counter> placed = stuck.restarts(1)
                    .checkpoint(MyCounter::value)
                    .restore(MyCounter::new)
                    .place(Counter.class, () -> new MyCounter(0));
            placed.get().add(5);
            placed.checkpoint();
            CallTimedOut late =
                    assertThrows(CallTimedOut.class, () -> placed.get().hangs());
            assertFalse(late.stopped());
            assertEquals(6, placed.get().add(1));
            goOn.countDown();
        }
    }
}
