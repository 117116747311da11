package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.RemoteRunnable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CallsTest {
    // What closures meet: they run in this process, and capture none of it.
    private static volatile CountDownLatch began = new CountDownLatch(1);
    private static volatile CountDownLatch goOn = new CountDownLatch(1);

    private final Pool pool = Pool.named("calls")
            .backend(new InProcess())
            .max(1)
            .maxConcurrency(2)
            .timeout(Duration.ofMillis(300))
            .queueTimeout(Duration.ofMillis(300))
            .open();

    @BeforeEach
    void newLatches() {
        began = new CountDownLatch(1);
        goOn = new CountDownLatch(1);
        // The runner's boot has a limit of its own here; what is loaded on the way must not be what runs out of time.
        assertEquals(1, pool.within(Duration.ofMinutes(1)).call(() -> 1));
    }

    @AfterEach
    void close() {
        goOn.countDown();
        pool.close();
    }

    private static int waits() throws InterruptedException {
        began.countDown();
        goOn.await();
        return 7;
    }

    private static String thread() {
        return Thread.currentThread().getName();
    }

    @Test
    @DisplayName("C-05: within replaces the limit for running")
    void withinReplacesTheLimitForRunning() throws Exception {
        Call<Integer> patient = pool.within(Duration.ofMinutes(1)).submit(CallsTest::waits);
        began.await();
        CallTimedOut late = assertThrows(CallTimedOut.class, () -> pool.call(CallsTest::waits));
        assertEquals(CallTimedOut.Phase.RUN, late.phase());
        goOn.countDown();
        assertEquals(7, patient.join());
    }

    @Test
    @DisplayName("C-05: within replaces the limit for waiting")
    void withinReplacesTheLimitForWaiting() {
        Caller patient = pool.within(Duration.ofMinutes(1));
        List<Call<Integer>> busy = List.of(patient.submit(CallsTest::waits), patient.submit(CallsTest::waits));
        Call<Integer> waiting = patient.submit(() -> 8);
        CallTimedOut late = assertThrows(CallTimedOut.class, () -> pool.call(() -> 9));
        assertEquals(CallTimedOut.Phase.QUEUE, late.phase());
        assertTrue(late.stopped());
        goOn.countDown();
        assertEquals(8, waiting.join());
        busy.forEach(call -> assertEquals(7, call.join()));
    }

    @Test
    @DisplayName("C-06: a call that is cancelled while it waits never begins; one that is over cannot be cancelled")
    void cancelledWhileItWaits() throws Exception {
        Caller patient = pool.within(Duration.ofMinutes(1));
        List<Call<Integer>> busy = List.of(patient.submit(CallsTest::waits), patient.submit(CallsTest::waits));
        Call<Integer> waiting = patient.submit(() -> {
            began = new CountDownLatch(99);
            return 1;
        });
        began.await();
        assertTrue(waiting.cancel());
        assertThrows(CallCancelled.class, waiting::join);
        goOn.countDown();
        busy.forEach(call -> assertEquals(7, call.join()));
        assertFalse(busy.getFirst().cancel());
        assertEquals(2, patient.call(() -> 2));
        assertEquals(0, began.getCount());
    }

    @Test
    @DisplayName("C-06, G-08: a result that lost against a cancel is refused, and holds nothing")
    void aResultThatLostIsRefused() throws Exception {
        Call<Frame> call = pool.within(Duration.ofMinutes(1)).submit(() -> {
            began.countDown();
            while (goOn.getCount() > 0) {
                Thread.onSpinWait(); // deaf to the interrupt
            }
            return Frame.columns(Map.of("x", new int[] {1}));
        });
        began.await();
        assertTrue(call.cancel());
        goOn.countDown();
        assertEquals(3, pool.within(Duration.ofMinutes(1)).call(() -> 3));
        while (pool.runners().stream().mapToLong(RunnerInfo::residentCount).sum() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName(
            "G-03: a call that waits holds the frames that it captured from its capture on, whatever its caller closes")
    void aCallThatWaitsHoldsItsFrames() throws Exception {
        Caller patient = pool.within(Duration.ofMinutes(1));
        Frame frame = patient.call(() -> Frame.columns(Map.of("x", new int[] {1, 2, 3})));
        List<Call<Integer>> busy = List.of(patient.submit(CallsTest::waits), patient.submit(CallsTest::waits));
        began.await();
        Call<Long> waiting = patient.submit(frame::rowCount);
        Call<Long> unwanted = patient.submit(frame::rowCount);
        frame.close();
        while (pool.frames().size() != 1 || pool.frames().getFirst().holders().isEmpty()) {
            Thread.onSpinWait(); // the news of the end has gone out when the list is made
        }
        goOn.countDown();
        busy.forEach(call -> assertEquals(7, call.join()));
        assertEquals(3, waiting.join());
        boolean _ = unwanted.cancel();
        while (!pool.frames().isEmpty()) {
            System.gc(); // what the closure had there
        }
    }

    @Test
    @DisplayName("C-15: dependents run on threads of their own, however the call ends")
    void dependentsRunOnThreadsOfTheirOwn() throws Exception {
        assertDependentOf(pool.submit(() -> 1));
        assertDependentOf(pool.submit(() -> {
            throw new IllegalStateException("it failed");
        }));
        assertDependentOf(pool.submit(CallsTest::waits)); // ends by the runner's clock
        Caller patient = pool.within(Duration.ofMinutes(1));
        Call<Integer> first = patient.submit(CallsTest::waits);
        Call<Integer> second = patient.submit(CallsTest::waits);
        assertDependentOf(pool.submit(() -> 1)); // ends by the books
        goOn.countDown();
        assertEquals(14, first.join() + second.join());
    }

    private static void assertDependentOf(Call<?> call) throws Exception {
        String thread =
                call.handle((value, failure) -> thread()).toCompletableFuture().get(1, TimeUnit.MINUTES);
        assertTrue(thread.startsWith("kiln-outcome-") || thread.equals(thread()), thread);
    }

    @Test
    @DisplayName("C-15: cancelling what depends on a call leaves the call alone")
    void cancellingADependentLeavesTheCallAlone() throws ExecutionException, InterruptedException {
        Call<Integer> call = pool.within(Duration.ofMinutes(1)).submit(CallsTest::waits);
        began.await();
        assertTrue(call.thenApply(x -> x + 1).toCompletableFuture().cancel(true));
        goOn.countDown();
        assertEquals(7, call.toCompletableFuture().get());
    }

    @Test
    @DisplayName("C-03: pools and calls serialized outside of calls are refused")
    void serializedOutsideOfCalls() throws IOException {
        Call<Integer> call = pool.within(Duration.ofMinutes(1)).submit(() -> 1);
        for (Object handle : List.of(pool, pool.unlinked(), call)) {
            try (var out = new ObjectOutputStream(new ByteArrayOutputStream())) {
                assertThrows(NotSerializableException.class, () -> out.writeObject(handle));
            }
        }
        assertInstanceOf(Integer.class, call.join());
    }

    private static final class Sullen extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message today");
        }
    }

    @Test
    @DisplayName("C-04: an exception that cannot even say what it is fails the call as any other does")
    void anExceptionThatCannotSayWhatItIs() {
        CallFailed failed = assertThrows(
                CallFailed.class,
                () -> pool.call(() -> {
                    throw new Sullen();
                }));
        assertTrue(failed.getMessage().contains(Sullen.class.getName()), failed.getMessage());
        assertInstanceOf(Sullen.class, failed.getCause());
    }

    private static final class Bottomless extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public synchronized Throwable getCause() {
            throw new AssertionError("do not ask");
        }
    }

    @Test
    @DisplayName("C-04: an exception that throws when it is asked for its cause costs no call its outcome")
    void anExceptionThatMustNotBeAsked() {
        CallFailed failed = assertThrows(
                CallFailed.class,
                () -> pool.call(() -> {
                    throw new Bottomless();
                }));
        assertTrue(failed.getMessage().contains(Bottomless.class.getName()), failed.getMessage());
        assertEquals(1, pool.call(() -> 1));
    }

    @Test
    @DisplayName("C-03: no work at all is refused at once")
    void noWorkAtAll() {
        RemoteCallable<Integer> nothing = null;
        RemoteRunnable nothingEither = null;
        assertThrows(NullPointerException.class, () -> pool.call(nothing));
        assertThrows(NullPointerException.class, () -> pool.submit(nothing));
        assertThrows(NullPointerException.class, () -> pool.execute(nothingEither));
    }
}
