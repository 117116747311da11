package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameRefused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What can be asked of a batch and said to it while it is open. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchControlTest extends BatchFixture {
    @Test
    @DisplayName("B-05: cancel ends what runs and what waits, and the status says how the calls were")
    void cancel() throws InterruptedException {
        Batch batch = Batch.named("long").priority(3).open();
        Call<Integer> running = pool.in(batch).submit(BatchFixture::waits);
        began.await();
        Call<Integer> queued = pool.in(batch).submit(BatchFixture::waits);
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
        Call<Integer> occupant = pool.submit(BatchFixture::waits);
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
        Call<Integer> running = pool.in(batch).submit(BatchFixture::waits);
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
                    return pool.call(BatchFixture::waits);
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
        Call<Integer> occupant = pool.submit(BatchFixture::waits);
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
                calls.add(wide.in(batch).submit(BatchFixture::waits));
            }
            until(() -> batch.status().calls().running() == 2);
            Call<Integer> other = wide.submit(BatchFixture::waits);
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
}
