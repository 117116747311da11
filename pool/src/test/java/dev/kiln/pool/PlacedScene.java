package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.runner.Runner;
import dev.kiln.runner.RunnerContext;
import dev.kiln.runner.wire.Uninterrupted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** What the tests of placed objects share: a pool of two runners with one slot each, in this process, and an object. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class PlacedScene {
    static final AtomicInteger POOLS = new AtomicInteger();

    // What objects wait for and tell: runners are in this process, and objects share nothing else with it.
    static volatile CountDownLatch began = new CountDownLatch(1);
    static volatile CountDownLatch goOn = new CountDownLatch(1);
    static volatile CountDownLatch closed = new CountDownLatch(1);
    static final AtomicInteger INSIDE = new AtomicInteger();
    static final AtomicInteger MADE = new AtomicInteger();

    final KillableRunners runners = new KillableRunners();
    final Pool pool = Pool.named("placed" + POOLS.incrementAndGet())
            .max(2)
            .maxConcurrency(1)
            .backend(runners)
            .open();
    final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeEach
    void start() {
        began = new CountDownLatch(1);
        goOn = new CountDownLatch(1);
        closed = new CountDownLatch(1);
        INSIDE.set(0);
        MADE.set(0);
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        pool.close();
        threads.close();
    }

    record Word(String text) {}

    interface Counter {
        int add(int more);

        int value();

        List<Word> words(List<Word> words);

        String where();

        int waits() throws InterruptedException;

        int hangs();

        int alone() throws InterruptedException;

        void fails(Throwable how) throws IOException;

        default int twice(int more) {
            add(more);
            return add(more);
        }
    }

    static final class MyCounter implements Counter, AutoCloseable {
        private int value;

        MyCounter(int value) {
            this.value = value;
            MADE.incrementAndGet();
        }

        @Override
        public int add(int more) {
            value += more;
            return value;
        }

        @Override
        public int value() {
            return value;
        }

        @Override
        public List<Word> words(List<Word> words) {
            return words.reversed();
        }

        @Override
        public String where() {
            return Runner.current().map(RunnerContext::id).orElse("nowhere");
        }

        @Override
        public int waits() throws InterruptedException {
            began.countDown();
            goOn.await();
            return value;
        }

        @Override
        public int hangs() {
            began.countDown();
            Uninterrupted.await(() -> goOn.await()); // read again after each interrupt
            return value;
        }

        @Override
        public int alone() throws InterruptedException {
            int others = INSIDE.getAndIncrement();
            began.countDown();
            began.await();
            INSIDE.decrementAndGet();
            return others;
        }

        @Override
        public void fails(Throwable how) throws IOException {
            PlacedScene.<IOException>sneakily(how);
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void sneakily(Throwable how) throws T {
        throw (T) how;
    }

    @SuppressWarnings("serial") // that is what is wanted
    static final class UncrossableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("unused")
        final Thread thread = Thread.currentThread();
    }

    @SuppressWarnings("serial") // that is what is wanted
    static final class UncrossableList extends ArrayList<Word> {
        @SuppressWarnings("unused")
        final Thread thread = Thread.currentThread();
    }

    static void untilSo(String what, BooleanSupplier isSo) {
        while (!isSo.getAsBoolean()) {
            LockSupport.parkNanos(1_000_000); // the test's own limit of time ends it
        }
        assertTrue(isSo.getAsBoolean(), what);
    }
}
