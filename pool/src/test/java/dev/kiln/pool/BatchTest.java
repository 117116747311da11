package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameRefused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchTest {
    // What closures meet: they run in this process, and capture none of it.
    private static volatile CountDownLatch began = new CountDownLatch(1);
    private static volatile CountDownLatch goOn = new CountDownLatch(1);

    private final Pool pool = Pool.named("batches")
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

    private static Frame made(int n) {
        return Frame.columns(Map.of("n", new int[] {n, n + 1}));
    }

    private static int waits() throws InterruptedException {
        began.countDown();
        goOn.await();
        return 1;
    }

    private long held() {
        return pool.runners().stream().mapToLong(RunnerInfo::residentCount).sum();
    }

    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    private static void assertReleased(String batch, Frame frame) {
        var refused = assertThrows(IllegalStateException.class, frame::compute);
        assertTrue(String.valueOf(refused.getMessage()).contains("batch " + batch), refused::getMessage);
        assertTrue(String.valueOf(refused.getMessage()).contains("batch.keep("), refused::getMessage);
    }

    @Test
    @DisplayName("B-01, B-02: what a batch made is gone at its end, what it kept lives, and later use names keep")
    void releasesAndKeeps() {
        List<Frame> dropped = new ArrayList<>();
        Optional<Frame> kept = Batch.run("nightly", Duration.ofMinutes(5), batch -> {
            List<Frame> all = pool.call(() -> List.of(made(1), made(2), made(3)));
            dropped.addAll(all);
            dropped.add(Frame.columns(Map.of("here", new int[] {1})));
            return batch.keep(Optional.of(all.getFirst().filter("n > 1")));
        });
        until(() -> held() == 1);
        assertEquals(1, kept.orElseThrow().rowCount(), "the source of what was still to be computed is kept");
        for (Frame each : dropped) {
            assertThrows(IllegalStateException.class, each::compute);
        }
        kept.orElseThrow().close();
        until(() -> held() == 0);
    }

    @Test
    @DisplayName("B-01: a batch whose body throws releases as much, and the exception comes through")
    void releasesAfterAnException() {
        List<Frame> made = new ArrayList<>();
        assertThrows(
                ArithmeticException.class,
                () -> Batch.run("nightly", batch -> {
                    made.add(pool.call(() -> made(1)));
                    throw new ArithmeticException("no");
                }));
        until(() -> held() == 0);
        assertThrows(IllegalStateException.class, made.getFirst()::rowCount);
    }

    @Test
    @DisplayName("B-01: without a bound batch, what comes of an operation is in that of its first operand")
    void firstOperand() {
        Batch batch = Batch.open("explicit");
        Frame source = pool.in(batch).call(() -> made(1));
        Frame derived = source.filter("n > 1").compute();
        assertTrue(Batch.current().isEmpty());
        assertEquals(3, batch.status().frames());
        batch.close();
        assertReleased(batch.id(), derived);
        assertReleased(batch.id(), source);
        until(() -> held() == 0);
    }

    @Test
    @DisplayName("B-02: delete releases what was kept, too; without automatic release nothing goes before that")
    void delete() {
        Batch keeping = Batch.open("keeping");
        Frame kept = keeping.keep(pool.in(keeping).call(() -> made(1)));
        Batch loose = Batch.named("loose").automaticRelease(false).open();
        Frame stays = pool.in(loose).call(() -> made(2));
        keeping.close();
        loose.close();
        assertEquals(2, kept.rowCount() + stays.rowCount() - 2);
        keeping.delete();
        loose.delete();
        assertReleased(keeping.id(), kept);
        assertReleased(loose.id(), stays);
        until(() -> held() == 0);
    }

    @Test
    @DisplayName("B-03: batches nest: what the inner one kept goes with the outer one, on any thread")
    void nested() throws InterruptedException {
        List<Frame> inner = new ArrayList<>();
        Batch.run("outer", outer -> {
            Batch.run("inner", within -> {
                Thread thread =
                        Thread.ofVirtual().start(() -> within.bind(batch -> inner.add(pool.call(() -> made(1)))));
                thread.join();
                inner.add(within.keep(pool.call(() -> made(2))));
                assertEquals(within.id(), Batch.current().orElseThrow().id());
                return null;
            });
            assertThrows(IllegalStateException.class, inner.getFirst()::rowCount);
            assertEquals(2, inner.getLast().rowCount());
            assertEquals(outer.id(), Batch.current().orElseThrow().id());
            return null;
        });
        assertThrows(IllegalStateException.class, inner.getLast()::rowCount);
        until(() -> held() == 0);
    }

    @Test
    @DisplayName("B-04: a frame moves to another batch, and a batch is ended by its id from work on a runner")
    void transferAndEnd() {
        Batch one = Batch.named("one").id("the one").open();
        Batch two = Batch.open("two");
        Frame moved = one.transfer(pool.in(one).call(() -> made(1)), two);
        pool.call(() -> {
            Batch.end("the one");
            return null;
        });
        until(() -> one.status().state() == BatchStatus.State.DONE);
        assertEquals(2, moved.rowCount());
        two.close();
        assertReleased(two.id(), moved);
    }

    @Test
    @DisplayName(
            "B-01, B-03: work on a runner finds the batch of its call, keeps in it, and its nested calls inherit it")
    void onARunner() {
        Batch batch = Batch.open("there");
        Pool captured = pool;
        List<Frame> result = pool.in(batch).call(() -> {
            Frame kept = Batch.current().orElseThrow().keep(made(1));
            Frame nested =
                    captured.call(() -> made(Batch.current().orElseThrow().id().equals("?") ? 0 : 2));
            return List.of(kept, nested, made(3));
        });
        assertEquals(2, batch.status().calls().done(), "the nested call is one of the batch");
        batch.close();
        assertEquals(2, result.getFirst().rowCount(), "it was kept where it was made");
        assertReleased(batch.id(), result.getLast());
        result.getFirst().close();
    }

    @Test
    @DisplayName("B-05: cancel ends what runs and what waits, and the status says how the calls were")
    void cancel() throws InterruptedException {
        Batch batch = Batch.named("long").priority(3).open();
        Call<Integer> running = pool.in(batch).submit(BatchTest::waits);
        began.await();
        Call<Integer> queued = pool.in(batch).submit(BatchTest::waits);
        BatchStatus before = batch.status();
        assertEquals(new BatchStatus.Calls(1, 1, 0, 0, 0), before.calls());
        assertEquals(BatchStatus.State.RUNNING, before.state());
        assertEquals(3, before.priority());
        batch.cancel();
        assertThrows(CallCancelled.class, running::join);
        assertThrows(CallCancelled.class, queued::join);
        BatchStatus after = batch.status();
        assertEquals(BatchStatus.State.CANCELLED, after.state());
        assertEquals(new BatchStatus.Calls(0, 0, 0, 0, 2), after.calls());
        assertThrows(IllegalStateException.class, () -> pool.in(batch).call(() -> 1));
        assertEquals(1, pool.call(() -> 1), "the slot is free again");
    }

    @Test
    @DisplayName("B-05: the status goes from queued to running to done, and counts calls, frames, bytes and time")
    void status() throws InterruptedException {
        Call<Integer> occupant = pool.submit(BatchTest::waits);
        began.await();
        Batch batch = Batch.named("counted").id("its id").priority(4).open();
        assertEquals(BatchStatus.State.RUNNING, batch.status().state(), "it waits for nothing");
        Call<Frame> call = pool.in(batch).submit(() -> made(1));
        Call<Frame> fails = pool.in(batch).submit(() -> {
            throw new ArithmeticException("no");
        });
        BatchStatus queued = batch.status();
        assertEquals(BatchStatus.State.QUEUED, queued.state());
        assertEquals(new BatchStatus.Calls(2, 0, 0, 0, 0), queued.calls());
        goOn.countDown();
        long bytes = call.join().byteSize();
        assertThrows(CallFailed.class, fails::join);
        BatchStatus running = Batch.status("its id").orElseThrow();
        assertEquals(BatchStatus.State.RUNNING, running.state());
        assertEquals(new BatchStatus.Calls(0, 0, 1, 1, 0), running.calls());
        assertEquals(
                List.of("its id", "counted", 4, 1, 0, bytes),
                List.of(
                        running.id(),
                        running.name(),
                        running.priority(),
                        running.frames(),
                        running.objects(),
                        running.bytes()));
        assertTrue(queued.elapsed().compareTo(running.elapsed()) < 0);
        batch.close();
        BatchStatus done = batch.status();
        assertEquals(BatchStatus.State.DONE, done.state());
        assertEquals(List.of(0, 0L), List.of(done.frames(), done.bytes()));
        assertEquals(done.elapsed(), batch.status().elapsed(), "the time stands still");
        assertTrue(Batch.status("its id").isEmpty());
        assertEquals(1, occupant.join());
    }

    @Test
    @DisplayName("B-04: a batch is cancelled by its id from any thread; an id of none is no matter")
    void cancelById() throws InterruptedException {
        Batch batch = Batch.named("cancelled").id("by its id").open();
        Call<Integer> running = pool.in(batch).submit(BatchTest::waits);
        began.await();
        Thread thread = Thread.ofVirtual().start(() -> {
            Batch.cancel("nobody's");
            Batch.cancel("by its id");
        });
        thread.join();
        assertThrows(CallCancelled.class, running::join);
        assertEquals(BatchStatus.State.CANCELLED, batch.status().state());
    }

    @Test
    @DisplayName("B-05: a batch out of time ends as failed, with its calls and its body")
    void timeout() {
        List<Batch> seen = new ArrayList<>();
        assertThrows(
                CallTimedOut.class,
                () -> Batch.run("short", Duration.ofMillis(300), batch -> {
                    seen.add(batch);
                    return pool.call(BatchTest::waits);
                }));
        assertThrows(
                CallTimedOut.class,
                () -> Batch.run("short", Duration.ofMillis(50), batch -> {
                    seen.add(batch);
                    new CountDownLatch(1).await(); // no call: the body itself
                    return 1;
                }));
        assertFalse(Thread.interrupted(), "no interrupt is left behind");
        until(() -> seen.stream().allMatch(batch -> batch.status().state() == BatchStatus.State.FAILED));
    }

    @Test
    @DisplayName("B-05: progress that the work reports gives a part and a remaining time")
    void progress() {
        Batch batch = Batch.open("steps");
        assertTrue(batch.status().progress().isEmpty());
        pool.in(batch).call(() -> {
            Batch.progress(1, 4);
            return null;
        });
        assertEquals(1.0, batch.status().progress().orElseThrow(), "a call that has returned is done");
        batch.bind(bound -> {
            Batch.progress(0, 4);
            return null;
        });
        until(() -> batch.status().progress().orElseThrow() == 0.5);
        assertTrue(batch.status().remaining().isPresent());
        assertThrows(IllegalArgumentException.class, () -> Batch.progress(5, 4));
        batch.close();
    }

    @Test
    @DisplayName("B-05: more bytes than a batch may have are refused, and those that it has stay")
    void bytesLimit() {
        try (Batch batch = Batch.named("small").maxBytes(100).open()) {
            Frame first = pool.in(batch).call(() -> made(1));
            assertThrows(
                    FrameRefused.class, () -> pool.in(batch).call(() -> Frame.columns(Map.of("n", new long[1000]))));
            assertEquals(2, first.rowCount());
            until(() -> held() == 1);
        }
    }

    @Test
    @DisplayName("P-22, B-05: calls of a batch with a higher priority go before those that came earlier")
    void priority() throws InterruptedException {
        Call<Integer> occupant = pool.submit(BatchTest::waits);
        began.await();
        try (Batch urgent = Batch.named("urgent").priority(1).open();
                Batch idle = Batch.named("idle").priority(-1).open()) {
            Call<Long> last = pool.in(idle).submit(System::nanoTime);
            Call<Long> second = pool.submit(System::nanoTime);
            Call<Long> first = pool.in(urgent).submit(System::nanoTime);
            goOn.countDown();
            assertTrue(first.join() - second.join() < 0);
            assertTrue(second.join() - last.join() < 0);
        }
        assertEquals(1, occupant.join());
    }

    @Test
    @DisplayName(
            "B-01, B-06: a placed object goes with its batch; two batches on one object do not free each other's data")
    void placedObjects() {
        Batch around = Batch.open("around");
        Store store = pool.in(around).place(Store.class, () -> BatchTest::made).get();
        Frame[] frames = new Frame[2];
        Batch one = Batch.open("one");
        Batch two = Batch.open("two");
        one.bind(batch -> frames[0] = store.load(1));
        two.bind(batch -> frames[1] = store.load(2));
        one.close();
        assertReleased(one.id(), frames[0]);
        assertEquals(2, frames[1].rowCount());
        assertEquals(1, around.status().objects());
        two.close();
        around.close();
        var refused = assertThrows(IllegalStateException.class, () -> store.load(3));
        assertTrue(String.valueOf(refused.getMessage()).contains("batch " + around.id()), refused::getMessage);
        until(() -> held() == 0);
    }

    @Test
    @DisplayName("B-05: a batch's calls are on so many runners of a pool as it may have")
    void runnerLimit() {
        try (Pool wide = Pool.named("wide")
                        .backend(new InProcess())
                        .max(4)
                        .maxConcurrency(1)
                        .open();
                Batch batch = Batch.named("narrow").maxRunners(2).open()) {
            List<Call<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                calls.add(wide.in(batch).submit(BatchTest::waits));
            }
            until(() -> batch.status().calls().running() == 2);
            Call<Integer> other = wide.submit(BatchTest::waits);
            until(() -> wide.runners().size() == 3 && other.runner().isPresent());
            assertEquals(2, batch.status().calls().running());
            goOn.countDown();
            calls.forEach(Call::join);
            assertTrue(calls.stream()
                            .map(call -> call.runner().orElseThrow())
                            .distinct()
                            .count()
                    <= 2);
        }
    }

    @Test
    @DisplayName("B-03: an end on one thread while another makes things in the batch leaves nothing behind")
    void endWhileOthersMake() throws InterruptedException, ExecutionException {
        for (int round = 0; round < 20; round++) {
            Batch batch = Batch.open("raced");
            var maker = new FutureTask<Throwable>(() -> {
                try {
                    while (true) {
                        pool.in(batch).call(() -> made(1)).filter("n > 1");
                    }
                } catch (RuntimeException e) {
                    return e;
                }
            });
            Thread.ofVirtual().start(maker);
            until(() -> batch.status().calls().done() > 2);
            batch.close();
            Throwable end = maker.get();
            assertTrue(end instanceof IllegalStateException || end instanceof CallCancelled, end::toString);
        }
        assertInstanceOf(Integer.class, pool.call(() -> 1));
        until(() -> held() == 0);
    }
}
