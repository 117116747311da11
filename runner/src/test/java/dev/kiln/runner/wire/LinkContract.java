package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message.Cancel;
import dev.kiln.runner.wire.Message.Execute;
import dev.kiln.runner.wire.Message.Gc;
import dev.kiln.runner.wire.Message.Heartbeat;
import dev.kiln.runner.wire.Message.SlotFreed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every transport of a {@link Link} promises. */
abstract class LinkContract {
    private final Samples samples = new Samples(new Random(1));
    private final Recorder near = new Recorder();
    private final Recorder far = new Recorder();

    private final Meeting meeting = new Meeting();

    /** Makes the way to this host. */
    abstract Carrier.Dialer dialer(Carrier.Host host) throws Exception;

    /** Whether the transport loses connections by itself. */
    boolean isFaulty() {
        return false;
    }

    /** Connects two listeners. */
    final Meeting.Ends connect(Link.Listener first, Link.Listener second) throws Exception {
        if (dialer == null) {
            dialer = dialer(meeting);
        }
        return meeting.connect(first, second, dialer);
    }

    private Carrier.Dialer dialer;

    /** Ends what the transport runs, so that no listener is called afterwards. */
    abstract void stop() throws Exception;

    @AfterEach
    void stopAndCheckTheOrderOfCalls() throws Exception {
        stop();
        near.assertOrder();
        far.assertOrder();
    }

    @Test
    @DisplayName("W-01: messages of every kind arrive as they were sent, in both directions")
    void messagesOfEveryKindArriveInBothDirections() throws Exception {
        connect(near, far);
        List<Message> there = samples.ofEveryKind();
        List<Message> back = samples.ofEveryKind();
        there.forEach(near.link()::send);
        back.forEach(far.link()::send);
        assertEquals(contents(there), contents(far.next(there.size())));
        assertEquals(contents(back), contents(near.next(back.size())));
    }

    private static List<Object> contents(List<Message> messages) {
        return messages.stream().<Object>map(m -> Samples.content((Record) m)).toList();
    }

    @Test
    void manyThreadsSendAtOnceAndEachOnesMessagesStayInOrder() throws Exception {
        connect(near, far);
        int threads = 8;
        int each = 2_000;
        var start = new CyclicBarrier(threads);
        List<Thread> senders = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            int number = thread;
            Link link = thread % 2 == 0 ? near.link() : far.link();
            senders.add(Thread.ofPlatform().start(() -> {
                awaitAt(start);
                for (int i = 0; i < each; i++) {
                    link.send(new Execute(i, 1, Samples.AUTHOR, true, number, Map.of(), new byte[i % 300]));
                }
            }));
        }
        for (Recorder recorder : List.of(near, far)) {
            Map<Long, Long> nextOf = new HashMap<>();
            for (Message message : recorder.next(threads / 2 * each)) {
                var execute = (Execute) message;
                assertEquals(nextOf.getOrDefault(execute.timeoutMillis(), 0L), execute.call());
                nextOf.put(execute.timeoutMillis(), execute.call() + 1);
            }
        }
        for (Thread sender : senders) {
            sender.join();
        }
    }

    private static void awaitAt(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("C-13: large and small messages of several threads arrive whole")
    void largeAndSmallMessagesOfSeveralThreadsArriveWhole() throws Exception {
        connect(near, far);
        Map<Long, byte[]> large = new HashMap<>();
        List<Thread> senders = new ArrayList<>();
        for (long number = 0; number < 4; number++) {
            byte[] work = samples.bytes(3_000_000 + (int) number);
            large.put(number, work);
            long call = number;
            Link link = near.link();
            senders.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 3; i++) {
                    link.send(new Execute(call, 1, Samples.AUTHOR, true, 0, Map.of(), work));
                    link.send(new SlotFreed(call));
                }
            }));
        }
        int whole = 0;
        for (Message message : far.next(4 * 3 * 2)) {
            if (message instanceof Execute execute) {
                assertArrayEquals(large.get(execute.call()), execute.work());
                whole++;
            }
        }
        assertEquals(12, whole);
        for (Thread sender : senders) {
            sender.join();
        }
    }

    @Test
    @DisplayName("G-03: garbage collection is never overtaken, however large it is")
    void garbageCollectionIsNeverOvertaken() throws Exception {
        connect(near, far);
        for (int round = 0; round < 5; round++) {
            near.link().send(new Gc(new ProcessRef("owner", round), samples.update(30_000)));
            near.link().send(new Cancel(round, 1));
        }
        for (int round = 0; round < 5; round++) {
            assertEquals(round, ((Gc) far.next()).to().incarnation());
            assertEquals(new Cancel(round, 1), far.next());
        }
    }

    @Test
    @DisplayName("C-15: interrupting a thread that sends neither closes the link nor loses the flag")
    void interruptingASenderDoesNotCloseTheLink() throws Exception {
        connect(near, far);
        Link link = near.link();
        boolean[] flagWasKept = {false};
        Thread sender = Thread.ofPlatform().start(() -> {
            Thread.currentThread().interrupt();
            for (int i = 0; i < 200; i++) {
                link.send(new Execute(i, 1, Samples.AUTHOR, true, 0, Map.of(), new byte[50_000]));
            }
            flagWasKept[0] = Thread.currentThread().isInterrupted();
        });
        while (sender.isAlive()) {
            sender.interrupt();
            Thread.onSpinWait();
        }
        far.next(200);
        far.link().send(new Heartbeat());
        assertEquals(new Heartbeat(), near.next());
        assertTrue(flagWasKept[0]);
        assertFalse(near.isClosed() || far.isClosed());
    }

    @Test
    void closingOneEndTellsBothWithAReason() throws Exception {
        connect(near, far);
        near.link().send(new Cancel(1, 1));
        assertEquals(new Cancel(1, 1), far.next());
        near.link().close();
        near.link().close();
        assertEquals("closed here", near.closedBecause());
        assertPeerHasClosed(far);
    }

    /** The other side says that it closes the link, or, if that was lost, refuses to go on. */
    private void assertPeerHasClosed(Recorder recorder) throws Exception {
        String reason = recorder.closedBecause();
        if (!isFaulty() || !reason.startsWith("the other side does not go on: ")) {
            assertEquals("the other side closed it", reason);
        }
    }

    @Test
    void bothEndsMayBeClosedAtOnceByManyThreads() throws Exception {
        connect(near, far);
        Link first = near.link();
        Link second = far.link();
        var start = new CyclicBarrier(8);
        List<Thread> closers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Link link = i % 2 == 0 ? first : second;
            closers.add(Thread.ofPlatform().start(() -> {
                awaitAt(start);
                link.close();
            }));
        }
        for (Thread closer : closers) {
            closer.join();
        }
        near.closedBecause();
        far.closedBecause(); // once each: see the check of the order of calls
    }

    @Test
    void whatWasSentBeforeTheCloseArrivesBeforeIt() throws Exception {
        connect(near, far);
        for (int i = 0; i < 100; i++) {
            near.link().send(new Cancel(i, 1));
        }
        near.link().close();
        assertEquals(100, far.next(100).size());
        far.closedBecause();
    }

    @Test
    void whatIsSentOnAClosedLinkIsDropped() throws Exception {
        connect(near, far);
        near.link().close();
        far.closedBecause();
        near.link().send(new Heartbeat());
        far.link().send(new Heartbeat());
        near.closedBecause();
        assertTrue(near.link().flushed() && far.link().flushed());
        assertFalse(near.hasMore() || far.hasMore());
    }

    @Test
    void aLinkIsFlushedOnceItsMessagesHaveArrived() throws Exception {
        connect(near, far);
        near.link().send(new Execute(1, 1, Samples.AUTHOR, true, 0, Map.of(), new byte[5_000_000]));
        assertFalse(near.link().flushed());
        far.next();
        awaitFlushed(near.link());
    }

    private static void awaitFlushed(Link link) {
        while (!link.flushed()) {
            Thread.onSpinWait();
        }
    }

    @Test
    @DisplayName("C-14: what is sent goes on where it was when a connection is lost, in both directions")
    void theLinkGoesOnOverAnotherConnection() throws Exception {
        connect(near, far);
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 20; i++) {
                near.link().send(new Execute(i, 1, Samples.AUTHOR, true, 0, Map.of(), samples.bytes(100_000)));
                far.link().send(new Execute(i, 1, Samples.AUTHOR, true, 0, Map.of(), samples.bytes(100)));
            }
            (round % 2 == 0 ? near : far).link().cut("the test cut it");
            if (!isFaulty()) { // otherwise it may have been cut already
                near.nextInterruption();
                far.nextInterruption();
            }
            near.link().send(new Cancel(round, 1)); // without a connection, or already over the next
            assertEquals(21, far.next(21).size());
            assertEquals(20, near.next(20).size());
        }
        awaitFlushed(near.link());
        awaitFlushed(far.link());
        assertFalse(near.hasMore() || far.hasMore());
        assertTrue(isFaulty() || (near.resumptions() == 10 && far.resumptions() == 10));
    }

    @Test
    @DisplayName("C-14: both ends learn of a close that happens without a connection")
    void aCloseWithoutAConnectionIsLearnedToo() throws Exception {
        Meeting.Ends ends = connect(near, far);
        near.link();
        far.link();
        ends.first().cut("the test cut it");
        ends.first().close();
        assertEquals("closed here", near.closedBecause());
        assertTrue(
                List.of("the other side does not go on: there is no such session", "the other side closed it")
                        .contains(far.closedBecause()),
                far.closedBecause());
    }

    @Test
    void aListenerThatFailsClosesTheLink() throws Exception {
        var failing = new Recorder() {
            @Override
            public void received(Link link, Message message) {
                super.received(link, message);
                throw new IllegalStateException("no");
            }
        };
        connect(near, failing);
        near.link().send(new Cancel(1, 1));
        assertEquals(
                "closed here: a message could not be handled: java.lang.IllegalStateException: no",
                failing.closedBecause());
        near.closedBecause();
        failing.assertOrder();
    }

    @Test
    void anErrorInAListenerClosesTheLinkToo() throws Exception {
        var failing = new Recorder() {
            @Override
            public void received(Link link, Message message) {
                super.received(link, message);
                throw new NoClassDefFoundError("Missing");
            }
        };
        connect(near, failing);
        near.link().send(new Heartbeat());
        assertTrue(failing.closedBecause().endsWith("NoClassDefFoundError: Missing"), failing.closedBecause());
        near.closedBecause();
        failing.assertOrder();
    }
}
