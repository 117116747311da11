package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameRefused;
import dev.kiln.runner.Runner;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Operations on frames of runners, which end when their time is over and when nobody waits for them any more. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FrameOperationsTest {
    private static final String ENDLESS =
            "select count(*) as n from this, range(1000000) a(i), range(100000000) b(j) where (x * a.i * b.j) % 7 = 8";

    /** Long enough for an operation that ends. */
    private static final Duration LIMIT = Duration.ofSeconds(2);

    // What closures meet: they run in this process, and capture none of it.
    private static volatile CountDownLatch began = new CountDownLatch(1);
    private static volatile CountDownLatch goOn = new CountDownLatch(1);

    private final Pool pool = Pool.named("operations")
            .backend(new InProcess())
            .min(3)
            .max(3)
            .maxConcurrency(1)
            .timeout(LIMIT)
            .bootTimeout(Duration.ofMinutes(1))
            .open();
    private final Caller patient = pool.within(Duration.ofMinutes(1));
    private Frame frame;

    @BeforeEach
    void make() {
        began = new CountDownLatch(1);
        goOn = new CountDownLatch(1);
        frame = patient.call(() -> Frame.readSql("select range::integer as x from range(1000)"));
    }

    @AfterEach
    void close() {
        goOn.countDown();
        pool.close();
    }

    private static boolean engineRuns() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().startsWith("kiln-engine-"))
                .flatMap(entry -> Arrays.stream(entry.getValue()))
                .anyMatch(call -> call.getMethodName().equals("duckdb_jdbc_execute"));
    }

    private static void awaitEngine(boolean running) {
        while (engineRuns() != running) {
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName("F-14: an operation obeys the pool's timeout, and its statement ends where it runs")
    void obeysTheTimeout() {
        Frame endless = frame.sql(ENDLESS);
        CallTimedOut late = assertThrows(CallTimedOut.class, endless::collect);
        assertEquals(CallTimedOut.Phase.RUN, late.phase());
        for (String part : new String[] {frame.owner(), "the pool's timeout (" + LIMIT + ")"}) {
            assertTrue(late.getMessage().contains(part), late::getMessage);
        }
        awaitEngine(false);
        assertEquals(999, frame.filter("x > 0").rowCount());
    }

    @Test
    @DisplayName("F-14: an operation that is interrupted is cancelled, and its statement ends where it runs")
    void endsOnInterrupt() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean flag = new AtomicBoolean();
        Frame endless = frame.sql(ENDLESS);
        Thread waiting = Thread.ofPlatform().start(() -> {
            try {
                endless.collect();
            } catch (Throwable e) {
                failure.set(e);
            }
            flag.set(Thread.currentThread().isInterrupted());
        });
        awaitEngine(true);
        waiting.interrupt();
        waiting.join();
        assertInstanceOf(CallCancelled.class, failure.get());
        assertTrue(flag.get(), "the flag is set again");
        awaitEngine(false);
    }

    @Test
    @DisplayName(
            "F-14: in a closure an operation obeys the call's remaining time, here and on a frame of another runner")
    void obeysTheDeadline() throws InterruptedException {
        Frame asked = frame;
        Caller quick = pool.within(Duration.ofSeconds(1));
        assertTimedOut(() -> quick.near(asked).call(() -> asked.sql(ENDLESS).rowCount()));
        Call<String> busy = patient.near(frame).submit(FrameOperationsTest::waits);
        began.await();
        assertTimedOut(() -> quick.call(() -> {
            assertTrue(asked.isRemote());
            return asked.sql(ENDLESS).rowCount();
        }));
        goOn.countDown();
        assertEquals(frame.owner(), busy.join());
    }

    private static void assertTimedOut(Runnable call) {
        CallTimedOut late = assertThrows(CallTimedOut.class, call::run);
        assertEquals(CallTimedOut.Phase.RUN, late.phase());
        assertTrue(late.stopped(), "the statement ended within the time of grace");
        awaitEngine(false);
    }

    private static String waits() throws InterruptedException {
        began.countDown();
        goOn.await();
        return Runner.current().orElseThrow().id();
    }

    private long holding() {
        return pool.runners().stream()
                .filter(runner -> runner.residentCount() > 0)
                .count();
    }

    @Test
    @DisplayName("F-09: broadcast to so many runners gives as many a copy, and more than there are is refused")
    void broadcastToSome() {
        frame.close();
        Frame local = Frame.columns(Map.of("x", new int[] {1, 2}));
        Frame two = pool.broadcast(local, 2);
        while (holding() != 2) { // the one that had the frame before hears soon that it is closed
            Thread.onSpinWait();
        }
        assertTrue(two.isRemote());
        assertEquals(2, two.rowCount());
        assertThrows(FrameRefused.class, () -> pool.broadcast(local, 4));
    }
}
