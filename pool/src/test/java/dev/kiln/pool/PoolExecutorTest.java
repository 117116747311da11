package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.NotTransferable;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("asExecutor")
class PoolExecutorTest {
    // What tasks meet: they run in this process.
    private static volatile CountDownLatch began = new CountDownLatch(1);
    private static volatile CountDownLatch interrupted = new CountDownLatch(1);

    private final Pool pool = Pool.named("executor")
            .backend(new InProcess())
            .max(1)
            .maxConcurrency(1)
            .open();
    private final ExecutorService executor = pool.asExecutor();

    @BeforeEach
    void newLatches() {
        began = new CountDownLatch(1);
        interrupted = new CountDownLatch(1);
    }

    @AfterEach
    void close() {
        executor.shutdownNow();
        pool.close();
    }

    private static <T> Callable<T> task(SerializableCallable<T> task) {
        return task;
    }

    private interface SerializableCallable<T> extends Callable<T>, Serializable {}

    private interface SerializableRunnable extends Runnable, Serializable {}

    private static Callable<Integer> waits() {
        return task(() -> {
            began.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            return 0;
        });
    }

    private static Callable<Integer> fails() {
        return task(() -> {
            throw new IllegalStateException("the task's own");
        });
    }

    @Test
    @DisplayName("a task runs on a runner, and its future has its value")
    void aTaskRunsOnARunner() throws Exception {
        Future<String> runner = executor.submit(
                task(() -> dev.kiln.runner.Runner.current().orElseThrow().id()));
        assertEquals("executor-1", runner.get());
        assertTrue(runner.isDone());
        assertEquals(
                "done", executor.submit((SerializableRunnable) () -> {}, "done").get());
        CountDownLatch here = began;
        executor.execute((SerializableRunnable) () -> began.countDown());
        here.await();
    }

    @Test
    @DisplayName("C-03: a task that cannot cross is refused when it is submitted, with the remedy")
    void aTaskThatCannotCrossIsRefused() {
        NotTransferable refused = assertThrows(NotTransferable.class, () -> executor.submit(() -> 7));
        assertTrue(refused.getMessage().contains("(Callable & java.io.Serializable)"), refused.getMessage());
        assertThrows(NotTransferable.class, () -> executor.execute(() -> {}));
        assertThrows(NotTransferable.class, () -> executor.invokeAll(List.of(task(() -> 1), () -> 2)));
        while (pool.runners().stream().mapToInt(RunnerInfo::activeCalls).sum() > 0) {
            Thread.onSpinWait(); // the first task of invokeAll may have been on its way, and is cancelled
        }
    }

    @Test
    @DisplayName("a future fails with the task's own exception as cause, and with the pool's where the pool failed it")
    void aFutureFailsWithTheTasksOwnException() {
        Future<Integer> failed = executor.submit(fails());
        ExecutionException why = assertThrows(ExecutionException.class, failed::get);
        assertInstanceOf(IllegalStateException.class, why.getCause());
        ExecutorService quick = pool.within(java.time.Duration.ofMillis(50)).asExecutor();
        Future<Integer> late = quick.submit(waits());
        assertInstanceOf(
                CallTimedOut.class,
                assertThrows(ExecutionException.class, late::get).getCause());
    }

    @Test
    @DisplayName("C-15: cancelling a future interrupts the task")
    void cancellingAFutureInterruptsTheTask() throws Exception {
        Future<Integer> waiting = executor.submit(waits());
        began.await();
        assertTrue(waiting.cancel(false));
        interrupted.await();
        assertTrue(waiting.isCancelled());
        assertThrows(CancellationException.class, waiting::get);
    }

    @Test
    @DisplayName("invokeAll waits for all, failed ones too; with a limit it cancels those that are late")
    void invokeAll() throws Exception {
        List<Future<Integer>> all = executor.invokeAll(List.of(task(() -> 1), fails(), task(() -> 3)));
        assertEquals(1, all.get(0).get());
        assertThrows(ExecutionException.class, all.get(1)::get);
        assertEquals(3, all.get(2).get());
        List<Future<Integer>> some = executor.invokeAll(List.of(task(() -> 1), waits()), 300, TimeUnit.MILLISECONDS);
        assertTrue(some.get(1).isCancelled());
        assertTrue(some.stream().allMatch(Future::isDone));
    }

    @Test
    @DisplayName("invokeAny has the first value, cancels the rest, and fails only if all do")
    void invokeAny() throws Exception {
        assertEquals(7, executor.invokeAny(List.of(fails(), task(() -> 7), waits())));
        ExecutionException none =
                assertThrows(ExecutionException.class, () -> executor.invokeAny(List.of(fails(), fails())));
        assertInstanceOf(IllegalStateException.class, none.getCause());
        assertThrows(TimeoutException.class, () -> executor.invokeAny(List.of(waits()), 100, TimeUnit.MILLISECONDS));
        assertThrows(IllegalArgumentException.class, () -> executor.invokeAny(List.<Callable<Integer>>of()));
        assertEquals(1, pool.call(() -> 1), "what was cancelled has left the only slot");
    }

    @Test
    @DisplayName("shutdown lets what was submitted end, and refuses more; the pool stays open")
    void shutdown() throws Exception {
        Future<Integer> before = executor.submit(task(() -> 7));
        executor.shutdown();
        assertTrue(executor.isShutdown());
        assertThrows(RejectedExecutionException.class, () -> executor.submit(task(() -> 8)));
        assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES));
        assertTrue(executor.isTerminated());
        assertEquals(7, before.get());
        assertEquals(9, pool.call(() -> 9));
    }

    @Test
    @DisplayName("shutdownNow interrupts what runs and returns what never began")
    void shutdownNow() throws Exception {
        Future<Integer> running = executor.submit(waits());
        began.await();
        Runnable never = (SerializableRunnable) () -> {};
        Future<?> queued = executor.submit(never);
        assertFalse(executor.awaitTermination(1, TimeUnit.MILLISECONDS));
        List<Runnable> neverBegan = executor.shutdownNow();
        assertEquals(1, neverBegan.size());
        assertSame(never, neverBegan.getFirst());
        assertTrue(running.isCancelled());
        assertTrue(queued.isCancelled());
        interrupted.await();
        assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES));
    }

    @Test
    @DisplayName("a closed pool refuses tasks")
    void aClosedPoolRefusesTasks() {
        pool.close();
        RejectedExecutionException refused =
                assertThrows(RejectedExecutionException.class, () -> executor.submit(task(() -> 1)));
        assertInstanceOf(PoolClosed.class, refused.getCause());
        executor.close();
        assertTrue(executor.isTerminated());
    }
}
