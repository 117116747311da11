package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.NotTransferable;
import dev.kiln.frame.RemoteFailure;
import dev.kiln.runner.Runner;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PlacedTest extends PlacedScene {

    @Test
    @DisplayName(
            "O-01: a proxy's methods run on the runner, default ones too; values cross, and the proxy is an object here")
    void aProxysMethodsRunOnTheRunner() {
        try (Placed<Counter> placed = pool.place(Counter.class, () -> new MyCounter(5))) {
            Counter counter = placed.get();
            assertSame(counter, placed.get());
            assertEquals(7, counter.add(2));
            assertEquals(27, counter.twice(10));
            assertEquals(List.of(new Word("b"), new Word("a")), counter.words(List.of(new Word("a"), new Word("b"))));
            assertEquals(Optional.of(counter.where()), placed.runner());
            assertEquals(pool.name() + "-1", counter.where());
            assertEquals(counter, counter);
            assertNotEquals(counter, new MyCounter(27));
            assertEquals(System.identityHashCode(counter), counter.hashCode());
            assertEquals(
                    "object 1 (Counter) of pool " + pool.name() + " on runner " + pool.name() + "-1",
                    counter.toString());
            NotTransferable refused = assertThrows(NotTransferable.class, () -> counter.words(new UncrossableList()));
            assertTrue(refused.path().startsWith("arguments[0]"), refused.path());
        }
    }

    @Test
    @DisplayName("O-01: methods run one at a time, in the order in which they are called")
    void methodsRunOneAtATime() throws Exception {
        began.countDown();
        try (Placed<Counter> placed = pool.place(Counter.class, () -> new MyCounter(0))) {
            List<Future<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                calls.add(threads.submit(() -> placed.get().alone()));
            }
            for (Future<Integer> call : calls) {
                assertEquals(0, call.get());
            }
        }
    }

    @Test
    @DisplayName("O-01: methods of an object that is placed concurrent run at the same time")
    void concurrentMethodsRunTogether() throws Exception {
        began = new CountDownLatch(2);
        try (Placed<Counter> placed = pool.concurrent().place(Counter.class, () -> new MyCounter(0))) {
            Future<Integer> first = threads.submit(() -> placed.get().alone());
            assertEquals(1, placed.get().alone() + first.get());
        }
    }

    @Test
    @DisplayName(
            "O-01: a method throws its own exception, with both stacks, if it may; else CallFailed has it as cause")
    void aMethodThrowsItsOwnException() {
        try (Placed<Counter> placed = pool.place(Counter.class, () -> new MyCounter(0))) {
            Counter counter = placed.get();
            IOException declared = assertThrows(IOException.class, () -> counter.fails(new IOException("no disk")));
            assertEquals("no disk", declared.getMessage());
            String stack = List.of(declared.getStackTrace()).toString();
            assertTrue(stack.contains("MyCounter.fails") || stack.contains("aMethodThrowsItsOwnException"), stack);
            assertTrue(stack.contains("called here:"), stack);
            assertThrows(IllegalStateException.class, () -> counter.fails(new IllegalStateException("unchecked")));
            assertThrows(AssertionError.class, () -> counter.fails(new AssertionError("an error")));

            CallFailed undeclared =
                    assertThrows(CallFailed.class, () -> counter.fails(new InterruptedException("undeclared")));
            assertInstanceOf(InterruptedException.class, undeclared.getCause());
            assertInstanceOf(
                    StackOverflowError.class,
                    assertThrows(CallFailed.class, () -> counter.fails(new StackOverflowError()))
                            .getCause());
            assertEquals(0, counter.value());
        }
        Placed<Picky> picky = pool.place(Picky.class, () -> () -> {
            throw new UncrossableException();
        });
        CallFailed pictured = assertThrows(CallFailed.class, () -> picky.get().fail());
        assertInstanceOf(RemoteFailure.class, pictured.getCause());
        picky.close();
    }

    interface Picky extends Serializable {
        void fail();
    }

    interface Streaming {
        InputStream open();
    }

    interface Nested {
        void use(Thread[][] threads);
    }

    interface Plain {
        void use(Mutable value);
    }

    static class Mutable {}

    sealed interface Closed permits OnlyOne {}

    record OnlyOne() implements Closed {}

    @Test
    @DisplayName("O-01: what cannot be called through a proxy, or from afar, is refused, naming the method")
    void typesThatCannotBeUsedAreRefused() {
        assertRefused("place needs an interface", MyCounter.class);
        assertRefused("not sealed", Closed.class);
        assertRefused("its method open returns java.io.InputStream", Streaming.class);
        assertRefused("its method use takes java.lang.Thread[][], and a java.lang.Thread cannot cross", Nested.class);
        assertRefused("its method use takes " + Mutable.class.getTypeName(), Plain.class);
        assertEquals(0, pool.runners().size());
    }

    private void assertRefused(String why, Class<?> type) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> pool.place(type, () -> null));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    @Test
    @DisplayName("O-01, C-03: a factory that captures what cannot cross, or makes nothing fit, is refused")
    void factoriesThatCannotBeUsedAreRefused() {
        Thread here = Thread.currentThread();
        NotTransferable captured = assertThrows(
                NotTransferable.class, () -> pool.place(Counter.class, () -> new MyCounter((int) here.threadId())));
        assertTrue(captured.path().startsWith("factory"), captured.path());
        CallFailed none = assertThrows(CallFailed.class, () -> pool.place(Counter.class, () -> null));
        assertTrue(none.getCause().getMessage().endsWith("returned null"), none.getMessage());
        CallFailed other = assertThrows(CallFailed.class, () -> pool.restarts(1)
                .checkpoint((Object o) -> o)
                .restore(o -> o)
                .place(Counter.class, () -> "text"));
        assertTrue(other.getCause().getMessage().contains("returned a java.lang.String"), other.getMessage());
        untilNothingIsPlaced();
        assertEquals(7, pool.call(() -> 7));
    }

    /** What a runner tells of itself comes soon after it is so. */
    private void untilNothingIsPlaced() {
        while (placedObjects() > 0) {
            Thread.onSpinWait();
        }
    }

    private int placedObjects() {
        return pool.runners().stream().mapToInt(RunnerInfo::placedObjects).sum();
    }

    @Test
    @DisplayName("O-02, P-04: a placed object takes a slot until it is closed; its methods take none")
    void aPlacedObjectTakesASlot() throws Exception {
        pool.resize(0, 1);
        Placed<Counter> placed = pool.place(Counter.class, () -> new MyCounter(0));
        assertEquals(1, placedObjects());
        Call<Integer> waiting = pool.submit(() -> 7);
        assertEquals(1, placed.get().add(1));
        CallTimedOut full = assertThrows(
                CallTimedOut.class, () -> pool.within(Duration.ofMillis(1)).call(() -> 8));
        assertEquals(CallTimedOut.Phase.QUEUE, full.phase());
        assertEquals(Optional.empty(), waiting.runner());
        placed.close();
        placed.close();
        assertEquals(7, waiting.join());
        closed.await();
        untilNothingIsPlaced();
        IllegalStateException over =
                assertThrows(IllegalStateException.class, () -> placed.get().add(1));
        assertTrue(over.getMessage().contains("is closed"), over.getMessage());
        assertEquals(Optional.empty(), placed.runner());
    }

    @Test
    @DisplayName("O-02, C-08: an object whose placing ran out of time is not kept, and its slot is free")
    void anObjectThatCameTooLateIsNotKept() throws Exception {
        pool.resize(0, 1);
        assertEquals(7, pool.call(() -> 7)); // its runner is up
        CallTimedOut late = assertThrows(
                CallTimedOut.class, () -> pool.within(Duration.ofSeconds(1)).place(Counter.class, () -> {
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        began.countDown(); // it heard it, and makes one all the same
                    }
                    return new MyCounter(0);
                }));
        assertEquals(CallTimedOut.Phase.RUN, late.phase());
        closed.await();
        untilNothingIsPlaced();
        assertEquals(7, pool.call(() -> 7));
    }

    @Test
    @DisplayName("C-15: a method is cancelled by interrupting its caller, and who waits for its turn too")
    void methodsAreCancelled() throws Exception {
        try (Placed<Counter> placed = pool.place(Counter.class, () -> new MyCounter(3))) {
            List<Future<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                calls.add(threads.submit(() -> assertThrows(
                                CallCancelled.class, () -> placed.get().waits())
                        .getMessage()
                        .length()));
            }
            began.await();
            calls.forEach(call -> call.cancel(true));
            assertEquals(3, placed.get().value());
        }
    }

    @Test
    @DisplayName("O-01, C-05: methods obey the pool's time limit; who waits for its turn has the queue's")
    void methodsObeyTimeLimits() throws Exception {
        try (Pool hasty = Pool.named("hasty" + POOLS.incrementAndGet())
                .timeout(Duration.ofSeconds(1))
                .queueTimeout(Duration.ofSeconds(20))
                .max(1)
                .backend(Backends.inProcess())
                .open()) {
            Placed<Counter> placed = hasty.place(Counter.class, () -> new MyCounter(3));
            Future<CallTimedOut> running = threads.submit(
                    () -> assertThrows(CallTimedOut.class, () -> placed.get().waits()));
            began.await();
            assertEquals(3, placed.get().value());
            assertEquals(CallTimedOut.Phase.RUN, running.get().phase());
            assertTrue(running.get().stopped());
        }
    }

    @Test
    @DisplayName("P-05, O-02: a runner of one call goes when the object that it placed is let go")
    void aRunnerOfOneCallKeepsItsObject() {
        try (Pool single = Pool.named("single" + POOLS.incrementAndGet())
                .singleUse(true)
                .max(1)
                .backend(Backends.inProcess())
                .open()) {
            Placed<Counter> placed = single.place(Counter.class, () -> new MyCounter(0));
            assertEquals(1, placed.get().add(1));
            assertEquals(2, placed.get().add(1));
            String first = placed.runner().orElseThrow();
            placed.close();
            assertNotEquals(
                    first, single.call(() -> Runner.current().orElseThrow().id()));
        }
    }
}
