package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.runner.Runner;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a nested call has from the call that made it, and how it ends. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("C-11: how nested calls end")
class NestedEndsTest extends NestedCallsFixture {
    @Test
    @DisplayName(
            "a nested call never has more time than the call that made it has left, unless it is unlinked or forgotten")
    void theDeadlineIsInherited() throws Exception {
        pool.close();
        pool = Pool.named("nest")
                .backend(new InProcess())
                .max(1)
                .timeout(Duration.ofHours(1))
                .open();
        Pool here = pool;
        List<Optional<Instant>> deadlines = pool.within(Duration.ofMinutes(1))
                .call(() -> List.of(
                        here.call(() -> Runner.current().orElseThrow().deadline()),
                        here.within(Duration.ofMinutes(30))
                                .submit(() -> Runner.current().orElseThrow().deadline())
                                .join(),
                        here.unlinked()
                                .call(() -> Runner.current().orElseThrow().deadline())));
        Instant soon = Instant.now().plus(Duration.ofMinutes(2));
        assertTrue(deadlines.get(0).orElseThrow().isBefore(soon));
        assertTrue(deadlines.get(1).orElseThrow().isBefore(soon));
        assertTrue(deadlines.get(2).orElseThrow().isAfter(soon));
        pool.within(Duration.ofMinutes(1))
                .execute(() -> here.execute(
                        () -> SEEN.add(Runner.current().orElseThrow().deadline())));
        assertEquals(Optional.empty(), SEEN.take());
    }

    @Test
    @DisplayName("C-06: cancelling a call cancels those that it made, whether it waits for them or not")
    void cancelIsInherited() throws Exception {
        Pool here = pool;
        Call<Integer> waiting = pool.submit(() -> here.call(NestedCallsFixture::waits));
        began.await();
        waiting.cancel();
        interrupted.await();

        reopen(2, 1);
        newLatches();
        Pool again = pool;
        Call<Boolean> notWaiting = pool.submit(() -> {
            again.submit(NestedCallsFixture::waits);
            return new CountDownLatch(1).await(1, TimeUnit.HOURS);
        });
        began.await();
        notWaiting.cancel();
        interrupted.await();
        assertEquals(1, pool.call(() -> 1));
    }

    @Test
    @DisplayName("unlinked() calls go on without the call that made them")
    void unlinkedCallsGoOn() throws Exception {
        reopen(2, 1);
        Pool here = pool;
        Call<Boolean> parent = pool.submit(() -> {
            here.unlinked().submit(() -> SEEN.add(waits()));
            return new CountDownLatch(1).await(1, TimeUnit.HOURS);
        });
        began.await();
        parent.cancel();
        goOn.countDown();
        assertEquals(7, SEEN.take());
        assertEquals(1, interrupted.getCount());
    }

    @Test
    @DisplayName("C-15: interrupting a thread that waits for a nested call cancels that, and sets the flag again")
    void interruptCancelsTheNestedCall() throws Exception {
        Pool here = pool;
        assertEquals("CallCancelled true", pool.call(() -> {
            Thread caller = Thread.currentThread();
            Thread.ofVirtual().start(() -> {
                try {
                    began.await();
                    caller.interrupt();
                } catch (InterruptedException e) {
                    SEEN.add(e);
                }
            });
            try {
                return "" + here.call(NestedCallsFixture::waits);
            } catch (CallCancelled e) {
                return "CallCancelled " + Thread.interrupted();
            }
        }));
        interrupted.await();
    }

    @Test
    @DisplayName("P-26: a runner stays as long as somebody there waits for a nested call")
    void aRunnerStaysForItsCalls() throws ExecutionException, InterruptedException {
        pool.close();
        pool = Pool.named("nest")
                .backend(new InProcess())
                .max(2)
                .singleUse(true)
                .open();
        Pool here = pool;
        pool.call(() -> {
            java.util.concurrent.CompletionStage<?> _ =
                    here.submit(NestedCallsFixture::waits).thenAccept(SEEN::add);
            began.await();
            return 0;
        });
        goOn.countDown();
        assertEquals(7, SEEN.take());
    }
}
