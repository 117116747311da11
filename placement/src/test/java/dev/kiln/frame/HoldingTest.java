package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@SuppressWarnings("serial")
class HoldingTest {

    private final Hub hub = new Hub();
    private final FrameSpace n2 = hub.runner("n2");
    private final FrameSpace n3 = hub.runner("n3");

    private static final List<Object> KEPT = new ArrayList<>();

    @AfterEach
    void forget() {
        Frame.closeAll(KEPT);
        KEPT.clear();
        hub.close();
    }

    @AfterAll
    static void collectGarbage() {
        Hub.collectGarbage();
    }

    private static Frame keep(Frame frame) {
        KEPT.add(frame);
        return frame;
    }

    /** Closes what the test's runners have kept, as a user's code there would. */
    private static void drop() {
        Frame.closeAll(KEPT);
        KEPT.clear();
    }

    private Frame made() {
        return hub.call(n2, () -> frame("x", list(1, 2)));
    }

    @Test
    @DisplayName("G-01: a frame lives while any process holds it; handles of one process count as one")
    void livesWhileHeld() {
        Frame handle = made();
        List<Frame> again =
                hub.call(n2, () -> List.of(handle, handle.select("x").compute()));
        hub.settle();
        handle.close();
        hub.settle();
        assertEquals(list(1, 2), column(again.getFirst(), "x"));
        again.forEach(Frame::close);
        hub.settle();
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("G-01: two processes hold it, each for itself")
    void countsProcesses() {
        Frame handle = made();
        hub.call(n3, () -> keep(handle).rowCount());
        handle.close();
        hub.settle();
        assertEquals(list(1, 2), column((Frame) KEPT.getFirst(), "x"));
        drop();
        hub.settle();
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("G-03: a handle that a call has kept survives the caller's, without a message in between")
    void holdsBeforeTheResult() {
        Frame handle = made();
        hub.settle();
        // the parcel is closed at the end of the call, and the release sent before anything else is delivered
        hub.call(n3, () -> keep(handle).rowCount());
        handle.close();
        hub.caller().tick();
        hub.settle();
        assertEquals(1, n2.residentCount());
        assertEquals(list(1, 2), column((Frame) KEPT.getFirst(), "x"));
    }

    @Test
    @DisplayName("G-03: a handle that is passed on in a result is held by its sender until its receiver holds it")
    void passesHandlesOn() {
        Frame handle = made();
        hub.call(n3, () -> keep(handle).rowCount());
        handle.close();
        hub.settle();
        Frame back = hub.call(n3, () -> (Frame) KEPT.getFirst());
        drop();
        n3.tick();
        hub.caller().tick();
        hub.deliver(hub.caller(), n3);
        assertEquals(1, n3.residentCount(), "n3 holds on, since n2 has not heard of the caller");
        assertEquals(1, n2.residentCount());
        hub.settle();
        assertEquals("n2", back.owner());
        assertEquals(list(1, 2), column(back, "x"));
        assertEquals(0, n3.residentCount());
        back.close();
        hub.settle();
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("G-02: one hundred thousand releases cost a few messages")
    void batchesReleases() {
        Frame one = made();
        Schema schema = one.schema();
        List<Frame> many = hub.call(n2, () -> Many.frames(100_000));
        hub.settle();
        assertEquals(100_001, n2.residentCount());
        assertEquals(schema, many.getLast().schema());
        long before = hub.told();
        Frame.closeAll(many);
        hub.settle();
        assertEquals(list(1, 2), column(one, "x"));
        assertEquals(1, n2.residentCount());
        assertTrue(hub.told() - before <= 4, () -> (hub.told() - before) + " messages");
    }

    static final class Many {
        static List<Frame> frames(int count) {
            Schema schema = frame("x", list(1)).schema();
            List<Frame> frames = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                frames.add(Frame.adopt(Table.empty(schema)));
            }
            return frames;
        }
    }

    @Test
    @DisplayName("G-04: duplicates of every message are harmless, and lost ones are told again")
    void survivesTheLink() {
        hub.duplicate();
        Frame handle = made();
        hub.settle();
        hub.drop();
        handle.close();
        hub.settle();
        assertEquals(1, n2.residentCount());
        hub.mend();
        hub.sleep(3);
        hub.settle();
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("G-05: a holder that is silent for longer than its lease loses its holds, others do not")
    void endsLeases() {
        Frame silent = made();
        Frame kept = hub.call(n3, () -> frame("x", list(3)));
        hub.settle();
        hub.sleep(19);
        n2.tick();
        assertEquals(1, n2.residentCount());
        n3.heard(hub.caller().self());
        hub.sleep(2);
        n2.tick();
        n3.tick();
        assertEquals(0, n2.residentCount());
        assertEquals(1, n3.residentCount());
        assertEquals(list(3), column(kept, "x"));
        assertThrows(FrameLost.class, silent::collect);
    }

    @Test
    @DisplayName("G-05: who comes back after its lease finds its old handles lost, with the reason")
    void fencesThePast() {
        Frame old = made();
        hub.settle();
        hub.sleep(21);
        n2.tick();
        Frame recent = hub.call(n2, () -> frame("x", list(4)));
        hub.settle(); // the owner's answer to the next Update
        FrameLost lost = assertThrows(FrameLost.class, old::collect);
        assertTrue(lost.getCause().getMessage().contains("has not heard of"), () -> "" + lost.getCause());
        assertThrows(FrameLost.class, recent::collect);
        old.close();
        hub.settle();
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("G-06: the asker dies before its first hold: the frame is freed")
    void freesWhatNobodyGot() {
        n2.packResult(frame("x", list(1)), hub.caller().self());
        assertEquals(1, n2.residentCount());
        hub.kill(hub.caller());
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("G-06: the asker dies while others hold: the frame stays; the last holder dies: it is freed")
    void outlivesItsAsker() {
        Frame handle = made();
        hub.call(n3, () -> keep(handle).rowCount());
        hub.settle();
        hub.kill(hub.caller());
        n2.tick();
        assertEquals(1, n2.residentCount());
        hub.kill(n3);
        n2.tick();
        assertEquals(0, n2.residentCount());
    }

    record Broken(Frame frame, Object other) {}

    @Test
    @DisplayName("G-08: a result that cannot cross leaves no frame behind")
    void leavesNothingOfFailedResults() {
        assertThrows(
                NotTransferable.class,
                () -> n2.packResult(
                        List.of(frame("x", list(1)).filter("x > 0"), new Broken(frame("x", list(2)), new Thread())),
                        hub.caller().self()));
        assertEquals(0, n2.residentCount());
        assertThrows(
                QueryFailed.class,
                () -> n2.packResult(
                        List.of(frame("x", list(1)), frame("x", list("a")).mutate("y = x::int")),
                        hub.caller().self()));
        assertEquals(0, n2.residentCount());
    }

    static final class Unreadable implements Serializable {
        private void readObject(ObjectInputStream in) throws IOException {
            throw new IOException("not here");
        }
    }

    @Test
    @DisplayName("G-08: a result that cannot be read, or that nobody waits for, leaves no frame behind")
    void leavesNothingOfUnreadResults() {
        byte[] unreadable = n2.packResult(
                        List.of(frame("x", list(1)), Map.of("k", frame("x", list(2))), new Unreadable()),
                        hub.caller().self())
                .bytes();
        assertThrows(NotTransferable.class, () -> hub.unpack(unreadable, n2, hub.caller()));
        byte[] late = n2.packResult(frame("x", list(3)), hub.caller().self()).bytes();
        hub.caller().refuse(late, n2.self());
        assertEquals(3, n2.residentCount());
        hub.settle();
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("G-08: a failed question leaves no frame behind")
    void leavesNothingOfFailedQuestions() {
        Frame handle = made();
        Frame local = frame("x", list(3));
        assertThrows(
                QueryFailed.class,
                () -> handle.concatRows(local).filter("x / 'a' > 1").compute());
        hub.settle();
        assertEquals(1, n2.residentCount());
        handle.close();
    }

    @Test
    @DisplayName("F-10: closing a space loses every handle with the cause, and releases what was held there")
    void closes() {
        Frame handle = made();
        Hub.Unreachable cause = new Hub.Unreachable("the pool was closed");
        hub.caller().close(cause);
        FrameLost lost = assertThrows(FrameLost.class, handle::collect);
        assertEquals(cause, lost.getCause());
        n2.close(cause);
        assertEquals(0, n2.residentCount());
        assertInstanceOf(
                FrameLost.class, assertThrows(FrameLost.class, () -> n2.packResult(frame("x", list(1)), n3.self())));
    }

    @Test
    @DisplayName("G-03: a frame that is gone is lost where it is used, not where it is read")
    void readsHandlesOfFreedFrames() {
        Frame handle = made();
        byte[] work = hub.caller().packWork(handle).bytes();
        handle.close();
        n2.gone(hub.caller().self(), new Hub.Unreachable("for the test"));
        Frame there = (Frame) n2.unpack(work, hub.caller().self());
        assertThrows(FrameLost.class, there::collect);
    }

    @Test
    @DisplayName(
            "G-03: whoever passes a handle on may die at once: the receiver finds the frame, which is freed with the last")
    void passerDies() {
        Frame there = made();
        boolean _ = hub.call(n3, () -> KEPT.add(there));
        there.close();
        hub.settle();
        long before = hub.asked();
        byte[] passed = n3.packResult(KEPT.getFirst(), hub.caller().self()).bytes();
        assertEquals(1, hub.asked() - before, "the owner is asked to hold it before it is passed on");
        hub.kill(n3);
        hub.settle();
        assertEquals(1, n2.residentCount());
        try (Frame arrived = (Frame) hub.caller().unpack(passed, n3.self())) {
            hub.settle();
            for (int i = 0; i < 5; i++) {
                hub.sleep(10);
                hub.heard();
                hub.settle();
            }
            assertEquals(2, arrived.rowCount());
        }
        hub.settle();
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("G-03, G-06: what the dead had passed on and nobody took is freed two leases after, all else at once")
    void nobodyTakesIt() {
        Frame one = made();
        Frame other = made();
        boolean _ = hub.call(n3, () -> KEPT.add(one) && KEPT.add(other));
        one.close();
        other.close();
        hub.settle();
        var _ = n3.packResult(KEPT.getFirst(), hub.caller().self());
        hub.kill(n3);
        hub.settle();
        assertEquals(1, n2.residentCount());
        hub.sleep(41);
        hub.settle();
        assertEquals(0, n2.residentCount());
    }
}
