package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("P-19: runners of one process share threads and do not notice")
class RunnerThreadsTest {
    private final RunnerThreads threads = RunnerThreads.shared("test");

    private CallThreads open() {
        return CallThreads.open(false, "p-1", threads.calls());
    }

    @Test
    void theEndOfOneInterruptsItsClosuresAndNoOther() throws Exception {
        var began = new CountDownLatch(2);
        var goOn = new CountDownLatch(1);
        var ofOne = new CompletableFuture<Boolean>();
        var ofOther = new CompletableFuture<Boolean>();
        CallThreads one = open();
        CallThreads other = open();
        one.execute(() -> ofOne.complete(waited(began, goOn)));
        other.execute(() -> ofOther.complete(waited(began, goOn)));
        began.await();
        one.close();
        assertFalse(ofOne.get());
        goOn.countDown();
        assertEquals(true, ofOther.get());
        assertThrows(RejectedExecutionException.class, () -> one.execute(() -> {}));
        other.close();
    }

    private static boolean waited(CountDownLatch began, CountDownLatch goOn) {
        began.countDown();
        try {
            goOn.await();
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Test
    void whoeverJoinsAfterAllHaveLeftHasTicks() throws InterruptedException {
        var ticks = new Semaphore(0);
        Runnable first = ticks::release;
        threads.joined(first);
        ticks.acquire(2);
        threads.left(first);
        var later = new Semaphore(0);
        Runnable second = later::release;
        threads.joined(second);
        later.acquire(2);
        threads.left(second);
    }

    @Test
    void oneWhoseTickFailsDoesNotEndThoseOfOthers() throws InterruptedException {
        var ticks = new Semaphore(0);
        Runnable failing = () -> {
            throw new AssertionError("as if memory had run out");
        };
        Runnable good = ticks::release;
        threads.joined(failing);
        threads.joined(good);
        ticks.acquire(2);
        threads.left(failing);
        threads.left(good);
    }

    @Test
    void anEndedRunnersThreadsTakeNothingMore() throws InterruptedException, ExecutionException {
        RunnerThreads own = RunnerThreads.of("p-1");
        Runnable tick = () -> {};
        own.joined(tick);
        var ran = new CompletableFuture<Boolean>();
        own.books().execute(() -> ran.complete(true));
        assertEquals(true, ran.get());
        own.left(tick);
        assertThrows(RejectedExecutionException.class, () -> own.books().execute(() -> {}));
    }
}
