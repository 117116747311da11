package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.NotTransferable;
import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.Runner;
import dev.kiln.runner.RunnerContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("C-11: nested calls")
class NestedCallsTest extends NestedCallsFixture {
    private static String here() {
        return Runner.current().map(RunnerContext::id).orElse("nowhere");
    }

    private static int depth(Pool pool, int left) {
        return left == 0 ? 0 : 1 + pool.call(() -> depth(pool, left - 1));
    }

    private static int fibonacci(Pool pool, int n) {
        if (n < 2) {
            return n;
        }
        Call<Integer> other = pool.submit(() -> fibonacci(pool, n - 1));
        return pool.call(() -> fibonacci(pool, n - 2)) + other.join();
    }

    @Test
    @DisplayName("C-03: a pool crosses as its name: on a runner it is a view, back home it is the pool itself")
    void aPoolCrossesAsItsName() {
        Pool here = pool;
        assertEquals("nest", pool.call(here::name));
        assertSame(pool, pool.call(() -> here));
        assertTrue(pool.call(() -> {
            SEEN.add(here);
            return here.toString().equals("Pool[nest]");
        }));
        assertNotSame(pool, SEEN.remove());
        Caller quick = pool.within(Duration.ofSeconds(30)).idempotent();
        assertEquals(3, pool.call(() -> quick.call(() -> 3)));
        assertEquals(quick, pool.call(() -> quick));
    }

    @Test
    @DisplayName("C-03: a pool that is not the one that it is sent through is refused, saying so")
    void anotherPoolIsRefused() {
        try (Pool other = Pool.named("other").backend(new InProcess()).open()) {
            NotTransferable refused = assertThrows(NotTransferable.class, () -> pool.call(other::name));
            assertTrue(refused.getMessage().contains("pool other is not the pool"), refused.getMessage());
            Caller view = other.unlinked();
            assertThrows(NotTransferable.class, () -> pool.call(() -> view.call(() -> 1)));
        }
    }

    @Test
    @DisplayName("five calls deep in one slot of one runner: whoever waits lends it")
    void fiveDeepInOneSlot() {
        Pool here = pool;
        assertEquals(5, depth(pool, 5));
        assertEquals(5, pool.call(() -> depth(here, 5)));
        assertEquals(1, pool.stats().boots());
    }

    @Test
    @DisplayName("a recursion in all its width over two runners of two slots ends, and no third runner is booted")
    void recursionOverTwoRunnersOfTwoSlots() {
        reopen(2, 2);
        assertEquals(55, fibonacci(pool, 10));
        assertEquals(2, pool.stats().boots());
    }

    private static final AtomicInteger UNDER_WAY = new AtomicInteger();
    private static final AtomicInteger MOST = new AtomicInteger();

    @Test
    @DisplayName(
            "what has begun goes on before more begins: of many calls that nest in one slot one is under way at a time")
    void whatHasBegunGoesOn() throws Exception {
        Pool here = pool;
        UNDER_WAY.set(0);
        MOST.set(0);
        List<Call<Integer>> calls = new ArrayList<>();
        Call<Integer> first = pool.submit(NestedCallsFixture::waits);
        began.await();
        for (int i = 0; i < 30; i++) {
            calls.add(pool.submit(() -> {
                MOST.accumulateAndGet(UNDER_WAY.incrementAndGet(), Math::max);
                int sum = 0;
                for (int step = 0; step < 5; step++) {
                    sum += here.call(() -> 1);
                }
                UNDER_WAY.decrementAndGet();
                return sum;
            }));
        }
        goOn.countDown();
        assertEquals(7, first.join());
        for (Call<Integer> call : calls) {
            assertEquals(5, call.join());
        }
        assertEquals(1, MOST.get());
    }

    @Test
    @DisplayName("threads of a call's own make calls of that call, and lend its slot as it does")
    void threadsOfACallsOwn() {
        Pool here = pool;
        assertEquals(6, pool.call(() -> {
            List<CompletableFuture<Integer>> parts = new ArrayList<>();
            for (int i = 1; i <= 3; i++) {
                int part = i;
                parts.add(CompletableFuture.supplyAsync(() -> here.call(() -> part)));
            }
            return parts.stream().mapToInt(CompletableFuture::join).sum();
        }));
    }

    @Test
    @DisplayName("submit, futures made from it, execute and executors work on a runner, too")
    void theOtherWaysToCall() throws Exception {
        Pool here = pool;
        assertEquals(8, pool.call(() -> here.submit(() -> 7)
                .thenApply(x -> x + 1)
                .toCompletableFuture()
                .join()));
        assertEquals("nest-1", pool.call(() -> {
            Call<Integer> call = here.submit(() -> 7);
            return call.join(Duration.ofMinutes(1)) == 7 ? call.runner().orElse("none") : "wrong";
        }));
        pool.call(() -> {
            here.execute(() -> SEEN.add(here()));
            return 0;
        });
        assertEquals("nest-1", SEEN.take());
        assertEquals(3, pool.call(() -> {
            try (var executor = here.asExecutor()) {
                return executor.submit((java.util.concurrent.Callable<Integer> & java.io.Serializable) () -> 3)
                        .get();
            }
        }));
    }

    @Test
    @DisplayName("C-04: what a nested closure throws arrives at the one that called it, and at home inside that")
    void whatANestedClosureThrows() {
        Pool here = pool;
        CallFailed outer = assertThrows(
                CallFailed.class,
                () -> pool.call(() -> {
                    try {
                        return here.call(() -> {
                            throw new IllegalStateException("deep down");
                        });
                    } catch (CallFailed e) {
                        SEEN.add(e);
                        throw e;
                    }
                }));
        CallFailed inner = assertInstanceOf(CallFailed.class, outer.getCause());
        assertEquals(
                "deep down",
                assertInstanceOf(IllegalStateException.class, inner.getCause()).getMessage());
        CallFailed there = assertInstanceOf(CallFailed.class, SEEN.remove());
        assertTrue(java.util.Arrays.stream(there.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(NestedCallsTest.class.getName())));
    }

    @Test
    @DisplayName("X: how the pool fails a nested call is thrown there as the same type")
    void howThePoolFailsANestedCall() {
        Pool here = pool;
        assertEquals("QUEUE true", pool.call(() -> {
            Call<Integer> late = here.within(Duration.ofMillis(1)).submit(NestedCallsFixture::waits);
            while (!late.toCompletableFuture().isDone()) {
                Thread.onSpinWait(); // not waiting: the only slot is not lent
            }
            try {
                return "" + late.join();
            } catch (CallTimedOut e) {
                assertTrue(java.util.Arrays.stream(e.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(NestedCallsTest.class.getName())));
                return e.phase() + " " + e.stopped();
            }
        }));
        NotTransferable refused = assertInstanceOf(
                NotTransferable.class,
                assertThrows(
                                CallFailed.class,
                                () -> pool.call(() -> {
                                    Object lock = new Object();
                                    return here.call(lock::hashCode);
                                }))
                        .getCause());
        assertFalse(refused.path().isEmpty());
    }

    @Test
    @DisplayName("G-08, C-06: frames of nested results stay where they are, whoever names them, and go when dropped")
    void framesOfNestedResults() throws Exception {
        reopen(2, 1);
        Pool here = pool;
        Frame frame = pool.call(() -> {
            Frame mine = Frame.columns(Map.of("x", new int[] {1, 2, 3}));
            Frame theirs = here.call(() -> mine.filter("x > 1").compute());
            SEEN.add(theirs.rowCount());
            return theirs;
        });
        assertEquals(2L, SEEN.take());
        assertEquals(2, frame.rowCount());
        frame.close();
        assertThrows(PoolException.class, () -> pool.within(Duration.ofMillis(300))
                .call(() -> here.unlinked().call(() -> {
                    goOn.await();
                    return Frame.columns(Map.of("x", new int[] {1}));
                })));
        goOn.countDown();
        while (pool.runners().stream().mapToLong(RunnerInfo::residentCount).sum() > 0) {
            System.gc();
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName("P-20: near and keyed choose the runner of nested calls, too; a frame of this runner is here")
    void placesOfNestedCalls() {
        reopen(2, 2);
        Pool here = pool;
        Frame frame = pool.call(() -> Frame.columns(Map.of("x", new int[] {1})));
        for (int i = 0; i < 4; i++) {
            assertEquals(frame.owner(), pool.call(() -> here.near(frame).call(NestedCallsTest::here)));
            assertTrue(pool.call(() -> {
                Frame mine = Frame.columns(Map.of("x", new int[] {1}));
                return here().equals(here.near(mine).call(NestedCallsTest::here));
            }));
        }
        Set<String> one = new HashSet<>();
        RemoteCallable<String> keyed = () -> here.keyed("k").call(NestedCallsTest::here);
        for (int i = 0; i < 4; i++) {
            one.add(pool.call(keyed));
        }
        assertEquals(1, one.size(), one.toString());
    }

    @Test
    @DisplayName("what only the caller can do is refused on a runner, saying so")
    void whatOnlyTheCallerCanDo() {
        Pool here = pool;
        List<String> refusals = pool.call(() -> {
            List<String> said = new ArrayList<>();
            for (Runnable what : List.<Runnable>of(here::close, here::runners, here::stats, () -> here.resize(0, 2))) {
                said.add(assertThrows(IllegalStateException.class, what::run).getMessage());
            }
            return said;
        });
        assertTrue(refusals.stream().allMatch(text -> text.contains("view of pool nest")), refusals.toString());
    }
}
