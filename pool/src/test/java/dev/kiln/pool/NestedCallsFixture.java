package dev.kiln.pool;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A pool of threads in this process, and what the closures of tests meet there: they capture none of it. */
abstract class NestedCallsFixture {
    static volatile CountDownLatch began = new CountDownLatch(1);
    static volatile CountDownLatch interrupted = new CountDownLatch(1);
    static volatile CountDownLatch goOn = new CountDownLatch(1);
    static final LinkedBlockingQueue<Object> SEEN = new LinkedBlockingQueue<>();

    Pool pool = open(1, 1);

    static Pool open(int max, int maxConcurrency) {
        return Pool.named("nest")
                .backend(new InProcess())
                .max(max)
                .maxConcurrency(maxConcurrency)
                .open();
    }

    @BeforeEach
    void newLatches() {
        began = new CountDownLatch(1);
        interrupted = new CountDownLatch(1);
        goOn = new CountDownLatch(1);
        SEEN.clear();
    }

    @AfterEach
    void close() {
        goOn.countDown();
        pool.close();
    }

    void reopen(int max, int maxConcurrency) {
        pool.close();
        pool = open(max, maxConcurrency);
    }

    static int waits() throws InterruptedException {
        began.countDown();
        try {
            goOn.await();
        } catch (InterruptedException e) {
            interrupted.countDown();
            throw e;
        }
        return 7;
    }
}
