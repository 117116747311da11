package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.runner.wire.Message.Ending;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ExecutionTest {
    private static final int RACES = 2_000;
    private static final Instant DEADLINE = Instant.EPOCH;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
        Thread.interrupted();
    }

    private static Execution execution() {
        return new Execution(new ExecutionId(7, 1), true, DEADLINE, new Home(), nesting());
    }

    private static Nesting nesting() {
        return new Nesting(7, told -> {});
    }

    private record Home() implements RunnerContext {
        @Override
        public String id() {
            return "media-1";
        }

        @Override
        public String pool() {
            return "media";
        }

        @Override
        public String caller() {
            return "media-caller";
        }

        @Override
        public Optional<Instant> deadline() {
            return Optional.empty();
        }

        @Override
        public boolean cancelled() {
            return false;
        }
    }

    @Test
    void aCallTellsWhereItRunsAndUntilWhen() {
        Execution execution = execution();
        assertEquals(7, execution.execution().call());
        assertTrue(execution.linked());
        assertEquals("media-1", execution.id());
        assertEquals("media", execution.pool());
        assertEquals("media-caller", execution.caller());
        assertEquals(Optional.of(DEADLINE), execution.deadline());
        assertEquals(
                Optional.empty(), new Execution(new ExecutionId(7, 1), false, null, new Home(), nesting()).deadline());
    }

    @Test
    void anOutcomeEndsACallOnce() {
        Execution execution = execution();
        execution.entered();
        execution.left();
        assertTrue(execution.finish());
        assertFalse(execution.finish());
        assertFalse(execution.stop(Ending.CANCELLED));
        assertNull(execution.stopped());
        assertNull(execution.overdue());
        assertFalse(execution.cancelled());
    }

    @Test
    @DisplayName("C-05: a call that is stopped is interrupted, and tells why when its thread has left")
    void aCallThatIsStoppedIsInterrupted() {
        Execution execution = execution();
        execution.entered();
        assertFalse(execution.cancelled());
        assertTrue(execution.stop(Ending.TIMED_OUT));
        assertTrue(execution.cancelled());
        assertTrue(Thread.currentThread().isInterrupted());
        execution.left();
        assertFalse(Thread.currentThread().isInterrupted());
        assertFalse(execution.finish());
        assertEquals(Ending.TIMED_OUT, execution.stopped());
        assertNull(execution.stopped());
        assertNull(execution.overdue());
    }

    @Test
    @DisplayName("C-06: the first reason to stop stands")
    void theFirstReasonToStopStands() {
        Execution execution = execution();
        execution.entered();
        assertTrue(execution.stop(Ending.CANCELLED));
        assertFalse(execution.stop(Ending.TIMED_OUT));
        execution.left();
        assertEquals(Ending.CANCELLED, execution.stopped());
    }

    @Test
    @DisplayName("C-05: once the caller was answered without it, the closure's end is not told again")
    void onceOverdueTheEndIsNotToldAgain() {
        Execution execution = execution();
        execution.entered();
        execution.stop(Ending.TIMED_OUT);
        assertEquals(Ending.TIMED_OUT, execution.overdue());
        assertNull(execution.overdue());
        execution.left();
        assertFalse(execution.finish());
        assertNull(execution.stopped());
        assertTrue(execution.cancelled());
    }

    @Test
    void nothingIsOverdueThatWasNotStopped() {
        Execution execution = execution();
        assertNull(execution.overdue());
        assertNull(execution.stopped());
        assertTrue(execution.finish());
    }

    @Test
    @DisplayName("C-06: a call that was stopped before it had a thread is interrupted when it gets one")
    void aCallThatWasStoppedBeforeItHadAThreadIsInterrupted() {
        Execution execution = execution();
        assertTrue(execution.stop(Ending.CANCELLED));
        assertFalse(Thread.currentThread().isInterrupted());
        execution.entered();
        assertTrue(Thread.interrupted());
        execution.left();
        assertEquals(Ending.CANCELLED, execution.stopped());
    }

    @Test
    @DisplayName("C-06: also when its caller was answered before it had a thread")
    void aCallThatWasOverdueBeforeItHadAThreadIsInterrupted() {
        Execution execution = execution();
        execution.stop(Ending.CANCELLED);
        execution.overdue();
        execution.entered();
        assertTrue(Thread.interrupted());
        execution.left();
    }

    @Test
    void noInterruptReachesAThreadThatHasLeft() {
        Execution execution = execution();
        execution.entered();
        execution.left();
        assertTrue(execution.stop(Ending.CANCELLED));
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    @DisplayName("C-06: of outcome and cancel exactly one wins")
    void ofOutcomeAndCancelExactlyOneWins() throws Exception {
        for (int i = 0; i < RACES; i++) {
            Execution execution = execution();
            List<Boolean> won = race(
                    () -> {
                        execution.entered();
                        execution.left();
                        return execution.finish();
                    },
                    () -> execution.stop(Ending.CANCELLED));
            assertTrue(won.get(0) ^ won.get(1), won::toString);
            assertEquals(won.get(1), execution.cancelled());
        }
    }

    @Test
    @DisplayName("C-06: of cancel and deadline exactly one wins, and its reason is told")
    void ofCancelAndDeadlineExactlyOneWins() throws Exception {
        for (int i = 0; i < RACES; i++) {
            Execution execution = execution();
            List<Boolean> won = race(() -> execution.stop(Ending.CANCELLED), () -> execution.stop(Ending.TIMED_OUT));
            assertTrue(won.get(0) ^ won.get(1), won::toString);
            assertEquals(won.get(0) ? Ending.CANCELLED : Ending.TIMED_OUT, execution.stopped());
        }
    }

    @Test
    @DisplayName("C-05: of leaving and the end of the grace exactly one answers the caller")
    void ofLeavingAndTheEndOfTheGraceExactlyOneAnswers() throws Exception {
        for (int i = 0; i < RACES; i++) {
            Execution execution = execution();
            execution.stop(Ending.TIMED_OUT);
            List<Optional<Ending>> answers = race(
                    () -> Optional.ofNullable(execution.stopped()), () -> Optional.ofNullable(execution.overdue()));
            assertTrue(answers.get(0).isPresent() ^ answers.get(1).isPresent(), answers::toString);
        }
    }

    @Test
    void aThreadThatHasLeftIsNeverInterruptedAfterwards() throws Exception {
        for (int i = 0; i < RACES; i++) {
            Execution execution = execution();
            List<Boolean> interrupted = race(
                    () -> {
                        execution.entered();
                        execution.left();
                        boolean finished = execution.finish();
                        // Whatever the other thread does from here on, this thread may be running another call.
                        return finished
                                ? Thread.interrupted()
                                : Thread.currentThread().isInterrupted();
                    },
                    () -> {
                        execution.stop(Ending.CANCELLED);
                        return false;
                    });
            assertEquals(List.of(false, false), interrupted);
        }
    }

    private <T> List<T> race(Callable<T> first, Callable<T> second) throws Exception {
        var start = new CyclicBarrier(2);
        List<Future<T>> running = new ArrayList<>();
        for (Callable<T> runner : List.of(first, second)) {
            running.add(threads.submit(() -> {
                start.await();
                return runner.call();
            }));
        }
        return List.of(running.get(0).get(), running.get(1).get());
    }
}
