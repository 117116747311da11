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
import dev.kiln.runner.RunnerContext;
import dev.kiln.runner.wire.Uninterrupted;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PlacedTest {
    private static final AtomicInteger POOLS = new AtomicInteger();

    // What objects wait for and tell: runners are in this process, and objects share nothing else with it.
    private static volatile CountDownLatch began = new CountDownLatch(1);
    private static volatile CountDownLatch goOn = new CountDownLatch(1);
    private static volatile CountDownLatch closed = new CountDownLatch(1);
    private static final AtomicInteger INSIDE = new AtomicInteger();
    private static final AtomicInteger MADE = new AtomicInteger();

    private final KillableRunners runners = new KillableRunners();
    private final Pool pool = Pool.named("placed" + POOLS.incrementAndGet())
            .max(2)
            .maxConcurrency(1)
            .backend(runners)
            .open();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

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
            PlacedTest.<IOException>sneakily(how);
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
        private final Thread thread = Thread.currentThread();
    }

    @SuppressWarnings("serial") // that is what is wanted
    static final class UncrossableList extends ArrayList<Word> {
        @SuppressWarnings("unused")
        private final Thread thread = Thread.currentThread();
    }

    private static void untilSo(String what, BooleanSupplier isSo) {
        while (!isSo.getAsBoolean()) {
            LockSupport.parkNanos(1_000_000); // the test's own limit of time ends it
        }
        assertTrue(isSo.getAsBoolean(), what);
    }

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
        assertEquals(0, placedObjects());
        assertEquals(7, pool.call(() -> 7));
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
        assertEquals(0, placedObjects());
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
        assertEquals(0, placedObjects());
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
    @DisplayName("O-03: without restarts an object is lost with its runner: the method that runs, and every next use")
    void withoutRestartsAnObjectIsLost() throws Exception {
        Placed<Counter> placed = pool.place(Counter.class, () -> new MyCounter(0));
        Future<Integer> running = threads.submit(() -> placed.get().hangs());
        began.await();
        runners.kill(placed.runner().orElseThrow());
        assertInstanceOf(
                RunnerLost.class,
                assertThrows(ExecutionException.class, running::get).getCause());
        for (int time = 1; time <= 2; time++) {
            RunnerLost lost = assertThrows(RunnerLost.class, () -> placed.get().value());
            assertTrue(lost.getMessage().contains("object 1 (Counter)"), lost.getMessage());
            assertTrue(lost.getMessage().contains("placed without restarts"), lost.getMessage());
        }
        assertEquals(1, MADE.get());
        assertEquals(7, pool.call(() -> 7));
        placed.close();
    }

    @Test
    @DisplayName("O-03: with restarts(2) the factory runs again elsewhere, twice; a method that was running never does")
    void withRestartsTheFactoryRunsAgain() throws Exception {
        try (Placed<Counter> placed = pool.restarts(2).place(Counter.class, () -> new MyCounter(10))) {
            Counter counter = placed.get();
            assertEquals(11, counter.add(1));
            Future<Integer> running = threads.submit(counter::hangs);
            began.await();
            runners.kill(placed.runner().orElseThrow());
            assertInstanceOf(
                    RunnerLost.class,
                    assertThrows(ExecutionException.class, running::get).getCause());
            assertEquals(12, counter.add(2)); // waits for the object, which is a new one
            runners.kill(placed.runner().orElseThrow());
            untilSo("it is noticed", () -> MADE.get() == 3 && placed.runner().isPresent());
            assertEquals(13, counter.add(3));
            runners.kill(placed.runner().orElseThrow());
            untilSo("it is lost", () -> placed.runner().isEmpty());
            RunnerLost lost = assertThrows(RunnerLost.class, counter::value);
            assertTrue(lost.getMessage().contains("made again 2 times"), lost.getMessage());
            assertEquals(3, MADE.get());
        }
    }

    @Test
    @DisplayName("O-03, C-12: through an idempotent view a method that was running runs again on the new object")
    void anIdempotentMethodRunsAgain() throws Exception {
        try (Placed<Counter> placed = pool.idempotent().restarts(1).place(Counter.class, () -> new MyCounter(4))) {
            Future<Integer> running = threads.submit(() -> placed.get().hangs());
            began.await();
            String first = placed.runner().orElseThrow();
            runners.kill(first);
            untilSo(
                    "it is elsewhere",
                    () -> placed.runner().filter(now -> !now.equals(first)).isPresent());
            goOn.countDown();
            assertEquals(4, running.get());
            assertEquals(2, MADE.get());
        }
    }

    @Test
    @DisplayName("O-03: with checkpoint and restore the state that was kept last comes back")
    void whatWasKeptComesBack() {
        try (Placed<Counter> placed = pool.restarts(2)
                .checkpoint(MyCounter::value)
                .restore(MyCounter::new)
                .place(Counter.class, () -> new MyCounter(0))) {
            Counter counter = placed.get();
            counter.add(41);
            placed.checkpoint();
            counter.add(1000); // not kept
            String first = placed.runner().orElseThrow();
            runners.kill(first);
            untilSo(
                    "it is elsewhere",
                    () -> placed.runner().filter(now -> !now.equals(first)).isPresent());
            assertEquals(42, counter.add(1));
        }
        Placed<Counter> without = pool.restarts(1).place(Counter.class, () -> new MyCounter(0));
        assertThrows(IllegalStateException.class, without::checkpoint);
        without.close();
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> pool.checkpoint(MyCounter::value)
                        .restore(MyCounter::new)
                        .place(Counter.class, () -> new MyCounter(0)));
        assertTrue(refused.getMessage().contains("restarts"), refused.getMessage());
    }

    @Test
    @DisplayName("O-03: a checkpoint that fails leaves the one before")
    void aFailedCheckpointLeavesTheOneBefore() {
        try (Placed<Counter> placed = pool.restarts(1)
                .checkpoint((MyCounter counter) -> {
                    if (counter.value() > 5) {
                        throw new IOException("full");
                    }
                    return counter.value();
                })
                .restore(value -> new MyCounter(value))
                .place(Counter.class, () -> new MyCounter(0))) {
            placed.get().add(5);
            placed.checkpoint();
            placed.get().add(1);
            assertInstanceOf(
                    IOException.class,
                    assertThrows(CallFailed.class, placed::checkpoint).getCause());
            String first = placed.runner().orElseThrow();
            runners.kill(first);
            untilSo(
                    "it is elsewhere",
                    () -> placed.runner().filter(now -> !now.equals(first)).isPresent());
            assertEquals(5, placed.get().value());
        }
    }

    @Test
    @DisplayName("O-03: at the interval checkpoints are taken without being asked for")
    void checkpointsAreTakenAtTheInterval() {
        try (Placed<Counter> placed = pool.restarts(1)
                .checkpoint(Duration.ofMillis(1), (MyCounter counter) -> {
                    if (counter.value() > 0) {
                        began.countDown();
                    }
                    return counter.value();
                })
                .restore(MyCounter::new)
                .place(Counter.class, () -> new MyCounter(0))) {
            placed.get().add(7);
            untilSo("one was taken", () -> began.getCount() == 0);
            placed.checkpoint(); // after that, whose result is here by then
            String first = placed.runner().orElseThrow();
            runners.kill(first);
            untilSo(
                    "it is elsewhere",
                    () -> placed.runner().filter(now -> !now.equals(first)).isPresent());
            assertEquals(7, placed.get().value());
        }
    }

    @Test
    @DisplayName("O-03, C-05: before its runner goes an object with restarts moves, with its last state")
    void anObjectMovesBeforeItsRunnerGoes() {
        Placed<Counter> other = pool.place(Counter.class, () -> new MyCounter(0));
        Placed<Counter> moving = pool.restarts(1)
                .checkpoint(MyCounter::value)
                .restore(MyCounter::new)
                .place(Counter.class, () -> new MyCounter(0));
        assertEquals(Optional.of(pool.name() + "-2"), moving.runner());
        moving.get().add(3);
        pool.resize(0, 1); // of two busy runners the younger goes
        untilSo("it is on its way", () -> moving.runner().isEmpty());
        other.close();
        assertEquals(3, moving.get().value());
        assertEquals(Optional.of(pool.name() + "-1"), moving.runner());
        moving.close();
    }

    @Test
    @DisplayName("O-03: when its runner goes an object without restarts is lost, and says so")
    void anObjectIsLostWhenItsRunnerGoes() throws Exception {
        Placed<Counter> other = pool.place(Counter.class, () -> new MyCounter(0));
        Placed<Counter> staying = pool.place(Counter.class, () -> new MyCounter(0));
        pool.resize(0, 1); // of two busy runners the younger goes
        closed.await();
        RunnerLost lost = assertThrows(RunnerLost.class, () -> staying.get().value());
        assertTrue(lost.getMessage().contains("takes no more work and was told to end"), lost.getMessage());
        assertEquals(0, other.get().value());
        other.close();
    }

    @Test
    @DisplayName("O-03, P-28: a placed object of a closed pool is closed with it, and its use is PoolClosed")
    void aClosedPoolClosesItsObjects() throws Exception {
        Placed<Counter> placed = pool.restarts(5).place(Counter.class, () -> new MyCounter(0));
        pool.close();
        closed.await();
        assertThrows(PoolClosed.class, () -> placed.get().value());
        assertThrows(PoolClosed.class, () -> pool.place(Counter.class, () -> new MyCounter(0)));
        assertEquals(1, MADE.get());
        placed.close();
    }
}
