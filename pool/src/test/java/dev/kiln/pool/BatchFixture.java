package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A pool of one slot in this process, and what the closures of tests meet there: they capture none of it. */
abstract class BatchFixture {
    static volatile CountDownLatch began = new CountDownLatch(1);
    static volatile CountDownLatch goOn = new CountDownLatch(1);

    final Pool pool = Pool.named("batches")
            .backend(new InProcess())
            .max(1)
            .maxConcurrency(1)
            .open();

    interface Store {
        Frame load(int n);
    }

    @BeforeEach
    void newLatches() {
        began = new CountDownLatch(1);
        goOn = new CountDownLatch(1);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    static Frame made(int n) {
        return Frame.columns(Map.of("n", new int[] {n, n + 1}));
    }

    static int waits() throws InterruptedException {
        began.countDown();
        goOn.await();
        return 1;
    }

    long held() {
        return pool.runners().stream().mapToLong(RunnerInfo::residentCount).sum();
    }

    static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    static void assertReleased(String batch, Frame frame) {
        var refused = assertThrows(IllegalStateException.class, frame::compute);
        assertTrue(String.valueOf(refused.getMessage()).contains("batch " + batch), refused::getMessage);
        assertTrue(String.valueOf(refused.getMessage()).contains("batch.keep("), refused::getMessage);
    }
}
