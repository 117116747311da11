package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.MemoryLimits;
import dev.kiln.frame.OperandPolicy;
import dev.kiln.frame.SpaceOptions;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message.Cancel;
import dev.kiln.runner.wire.Message.Ended;
import dev.kiln.runner.wire.Message.Ending;
import dev.kiln.runner.wire.Message.Execute;
import dev.kiln.runner.wire.Message.Release;
import dev.kiln.runner.wire.Message.Retire;
import dev.kiln.runner.wire.Message.RetireAnswer;
import dev.kiln.runner.wire.Message.Returned;
import dev.kiln.runner.wire.Message.Shutdown;
import dev.kiln.runner.wire.Message.SlotFreed;
import dev.kiln.runner.wire.Message.Threw;
import dev.kiln.runner.wire.RunnerSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Placed objects as their runner has them, by what it is told and what it answers. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ObjectHostTest {
    private static final ProcessRef CALLER = new ProcessRef("p-caller", 1);
    private static final ProcessRef SELF = new ProcessRef("p-1", 1);

    // What objects wait for and tell: they are made anew by the runner and capture nothing.
    private static volatile CountDownLatch began = new CountDownLatch(1);
    private static volatile CountDownLatch goOn = new CountDownLatch(1);
    private static final AtomicInteger CLOSED = new AtomicInteger();
    private static final AtomicInteger INSIDE = new AtomicInteger();

    private final FakeLink link = new FakeLink();
    private final LinkedBlockingQueue<Object> sent = link.events;
    private final CompletableFuture<String> exit = new CompletableFuture<>();
    private final FrameSpace caller = FrameSpace.open(CALLER, new NoPeers(), SpaceOptions.defaults());
    private RunnerNode node;

    record Row(int x) {}

    interface Tally {
        int add(int more);

        List<Integer> history();

        default int twice(int more) {
            add(more);
            return add(more);
        }

        int waits() throws InterruptedException;

        int together() throws InterruptedException;

        void fails() throws IOException;
    }

    static final class MyTally implements Tally, AutoCloseable {
        private final List<Integer> history = new ArrayList<>();

        MyTally(int start) {
            history.add(start);
        }

        @Override
        public int add(int more) {
            history.add(history.getLast() + more);
            return history.getLast();
        }

        @Override
        public List<Integer> history() {
            return history;
        }

        @Override
        public int waits() throws InterruptedException {
            began.countDown();
            goOn.await();
            return add(1);
        }

        @Override
        public int together() throws InterruptedException {
            int others = INSIDE.getAndIncrement();
            began.countDown();
            began.await();
            INSIDE.decrementAndGet();
            return others;
        }

        @Override
        public void fails() throws IOException {
            throw new IOException("no disk");
        }

        @Override
        public void close() {
            CLOSED.incrementAndGet();
            throw new IllegalStateException("closing fails, and that harms nothing");
        }
    }

    @BeforeEach
    void start() {
        began = new CountDownLatch(1);
        goOn = new CountDownLatch(1);
        CLOSED.set(0);
        INSIDE.set(0);
        Duration minute = Duration.ofMinutes(1);
        node = new RunnerNode(
                new RunnerSettings(
                        "p",
                        CALLER,
                        SELF,
                        minute,
                        minute,
                        minute,
                        minute,
                        true,
                        false,
                        false,
                        false,
                        MemoryLimits.defaults(1),
                        OperandPolicy.SMALLER_MOVES,
                        false),
                link,
                exit::complete);
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        node.stop("the test is over");
        caller.close();
    }

    private void send(long call, Object work) {
        node.received(link, new Execute(call, 1, CALLER, true, 0, Map.of(), packed(work)));
    }

    private byte[] packed(Object work) {
        try (var parcel = caller.packWork(work)) {
            return parcel.bytes();
        }
    }

    private static ObjectRecipe tally(int start, boolean concurrent) {
        RemoteFunction<MyTally, Object> checkpoint = MyTally::history;
        RemoteFunction<List<Integer>, Tally> restore = history -> new MyTally(history.getLast());
        return place(() -> new MyTally(start), concurrent, checkpoint, restore);
    }

    @SuppressWarnings("unchecked") // as the pool does: what restore takes is what checkpoint gave
    private static ObjectRecipe place(
            RemoteCallable<?> factory,
            boolean concurrent,
            @Nullable RemoteFunction<?, ?> checkpoint,
            @Nullable RemoteFunction<?, ?> restore) {
        return new ObjectRecipe(
                Tally.class,
                factory,
                concurrent,
                (RemoteFunction<Object, @Nullable Object>) checkpoint,
                (RemoteFunction<@Nullable Object, ?>) restore);
    }

    private void invoke(long call, long object, String method, Object... arguments) throws Exception {
        Class<?>[] types = arguments.length == 0 ? new Class<?>[0] : new Class<?>[] {int.class};
        String signature = ObjectWork.Invoke.signature(Tally.class.getMethod(method, types));
        send(call, new ObjectWork.Invoke(object, signature, arguments));
    }

    private @Nullable Object value() throws InterruptedException {
        return caller.unpack(assertInstanceOf(Returned.class, sent.take()).result(), SELF);
    }

    private Throwable failure() throws InterruptedException {
        return (Throwable)
                caller.unpack(assertInstanceOf(Threw.class, sent.take()).failure(), SELF);
    }

    private void make(long call, long object, ObjectRecipe recipe, byte @Nullable [] state) {
        send(call, new ObjectWork.Make(object, packed(recipe), state));
    }

    private void placed(long call, long object, ObjectRecipe recipe, byte @Nullable [] state)
            throws InterruptedException {
        make(call, object, recipe, state);
        Returned returned = assertInstanceOf(Returned.class, sent.take());
        assertTrue(returned.holdsSlot());
        assertNull(caller.unpack(returned.result(), SELF));
    }

    @Test
    @DisplayName("O-01, O-02: an object is placed, keeps its slot, and its methods work on it, default ones too")
    void methodsWorkOnTheObject() throws Exception {
        placed(1, 1001, tally(5, false), null);
        invoke(2, 1001, "add", 2);
        assertEquals(7, value());
        invoke(3, 1001, "twice", 10);
        assertEquals(27, value());
        invoke(4, 1001, "history");
        assertEquals(List.of(5, 7, 17, 27), value());
    }

    @Test
    @DisplayName("O-01: what a method throws is sent home as it is")
    void whatAMethodThrowsIsSentHome() throws Exception {
        placed(1, 1001, tally(5, false), null);
        invoke(2, 1001, "fails");
        assertEquals("java.io.IOException: no disk", failure().toString());
        send(3, new ObjectWork.Invoke(1001, "nothing()V", new Object[0]));
        assertTrue(failure().getMessage().contains("has no method nothing()V"));
        invoke(4, 1001, "add", 1);
        assertEquals(6, value());
    }

    @Test
    @DisplayName("O-01: methods take turns, and who waits for its turn can be cancelled")
    void methodsTakeTurns() throws Exception {
        placed(1, 1001, tally(0, false), null);
        invoke(2, 1001, "waits");
        began.await();
        invoke(3, 1001, "add", 10);
        node.received(link, new Cancel(3, 1));
        assertEquals(new Ended(3, 1, Ending.CANCELLED, true), sent.take());
        assertInstanceOf(InterruptedException.class, failure());
        goOn.countDown();
        assertEquals(1, value());
        invoke(4, 1001, "add", 100);
        assertEquals(101, value());
    }

    @Test
    @DisplayName("O-01: methods of a concurrent object run at the same time")
    void methodsOfAConcurrentObjectRunTogether() throws Exception {
        began = new CountDownLatch(2);
        placed(1, 1001, tally(0, true), null);
        invoke(2, 1001, "together");
        invoke(3, 1001, "together");
        assertEquals(1, (Integer) value() + (Integer) value());
    }

    @Test
    @DisplayName("O-02: a released object is closed after what waits for its turn, then its slot is free, once")
    void aReleasedObjectIsClosed() throws Exception {
        placed(1, 1001, tally(0, false), null);
        invoke(2, 1001, "waits");
        began.await();
        node.received(link, new Release(1));
        node.received(link, new Release(1));
        invoke(3, 1001, "add", 1);
        assertTrue(failure().getMessage().contains("object 1001 is not on runner p-1 any more"));
        assertEquals(0, CLOSED.get());
        goOn.countDown();
        List<Object> last = List.of(sent.take(), sent.take()); // on two threads, so in any order
        assertTrue(last.contains(new SlotFreed(1)), last::toString);
        assertTrue(last.stream().anyMatch(Returned.class::isInstance), last::toString);
        assertEquals(1, CLOSED.get());
        node.received(link, new Release(1));
        node.received(link, new Retire(new byte[0]));
        assertEquals(new RetireAnswer(true), sent.take());
        exit.get();
    }

    @Test
    @DisplayName("O-02: a runner with a placed object is not idle")
    void aRunnerWithAnObjectIsNotIdle() throws Exception {
        placed(1, 1001, tally(0, false), null);
        node.received(link, new Retire(new byte[0]));
        assertEquals(new RetireAnswer(false), sent.take());
        invoke(2, 1001, "add", 1);
        assertEquals(1, value());
    }

    @Test
    @DisplayName("P-10: a runner that is told to end closes its objects first")
    void aRunnerThatEndsClosesItsObjects() throws Exception {
        placed(1, 1001, tally(0, false), null);
        placed(2, 1002, tally(0, true), null);
        node.received(link, new Shutdown(60_000));
        assertEquals("told to end", exit.get());
        assertEquals(2, CLOSED.get());
        assertEquals(List.of("closed"), new ArrayList<>(sent));
    }

    @Test
    @DisplayName("C-08: an object whose placing was cancelled, or failed, is not there")
    void anObjectThatCameTooLateIsNotThere() throws Exception {
        make(
                1,
                1001,
                place(
                        () -> {
                            began.countDown();
                            boolean waiting = true;
                            while (waiting) {
                                try {
                                    goOn.await();
                                    waiting = false;
                                } catch (InterruptedException e) {
                                    goOn.countDown(); // heard, and made all the same
                                }
                            }
                            return new MyTally(0);
                        },
                        false,
                        null,
                        null),
                null);
        began.await();
        node.received(link, new Cancel(1, 1));
        assertEquals(new Ended(1, 1, Ending.CANCELLED, true), sent.take());
        assertFalse(assertInstanceOf(Returned.class, sent.take()).holdsSlot());

        make(2, 1002, place(() -> null, false, null, null), null);
        assertEquals(
                "the factory of a placed " + Tally.class.getName() + " returned null",
                failure().getMessage());
        make(3, 1003, place(() -> "text", false, null, null), null);
        assertTrue(failure().getMessage().endsWith("returned a java.lang.String, which does not implement it"));

        node.received(link, new Shutdown(60_000));
        exit.get();
        assertEquals(1, CLOSED.get());
    }

    @Test
    @DisplayName("O-03: what is kept of an object makes it again, on any runner, frames included")
    void whatIsKeptMakesItAgain() throws Exception {
        ObjectRecipe place = tally(5, false);
        placed(1, 1001, place, null);
        invoke(2, 1001, "add", 2);
        assertEquals(7, value());
        send(3, new ObjectWork.Save(1001, false));
        byte[] state = (byte[]) value();
        placed(4, 1001, place, state); // under its own number
        invoke(5, 1001, "history");
        assertEquals(List.of(7), value());

        placed(6, 1006, place(() -> new MyTally(0), false, null, null), null);
        send(7, new ObjectWork.Save(1006, false));
        assertTrue(failure().getMessage().contains("without checkpoint and restore"));
    }

    @Test
    @DisplayName("O-03: what is kept needs its runner no more: frames in it are whole")
    void whatIsKeptIsWhole() {
        byte[] bytes;
        try (Frame frame = Frame.columns(Map.of("x", new int[] {3, 1, 2}))) {
            bytes = caller.packWhole(List.of(frame, "and more"));
        }
        assertEquals(0, caller.residentCount());
        try (FrameSpace other = FrameSpace.open(SELF, new NoPeers(), SpaceOptions.defaults())) {
            for (int time = 1; time <= 2; time++) {
                var read = (List<?>) other.unpack(bytes, CALLER);
                try (Frame frame = (Frame) read.getFirst()) {
                    assertFalse(frame.isRemote());
                    assertEquals(List.of(new Row(3), new Row(1), new Row(2)), frame.toRows(Row.class));
                }
            }
        }
    }
}
