package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MoveTest extends MoveFixture {
    @Test
    @DisplayName("G-11: a frame moves, its handle with it, and its old runner is free to end")
    void moves() {
        Frame handle = made();
        moveOut(n2, n3);
        assertEquals("n3", handle.owner());
        assertEquals(0, n2.residentCount());
        assertEquals(0, n2.heldElsewhere());
        assertEquals(1, n3.residentCount());
        hub.kill(n2);
        try (Frame chain = handle.mutate("x = x + 1")) {
            assertEquals(list(2, 3), column(chain, "x"));
        }
        handle.close();
        hub.settle();
        assertEquals(0, n3.residentCount());
        assertEquals(0, hub.caller().heldElsewhere());
    }

    @Test
    @DisplayName("G-11: all handles of a process on one frame move together, those of a chain too")
    void movesEveryHandle() {
        Frame handle = made();
        Frame chain = handle.filter("x > 1");
        List<Frame> more = hub.call(n2, () -> List.of(handle));
        moveOut(n2, n3);
        hub.kill(n2);
        assertEquals(list(2), column(chain, "x"));
        assertEquals(list(1, 2), column(more.getFirst(), "x"));
        handle.close();
        chain.close();
        hub.settle();
        assertEquals(1, n3.residentCount());
        more.getFirst().close();
        hub.settle();
        assertEquals(0, n3.residentCount());
    }

    @Test
    @DisplayName("G-11: every process that holds a frame is told, and each lets go of it for itself")
    void tellsAllHolders() {
        Frame handle = made();
        hub.call(n4, () -> keep(handle).rowCount());
        hub.settle();
        moveOut(n2, n3);
        assertEquals(0, n2.residentCount());
        hub.kill(n2);
        handle.close();
        hub.settle();
        assertEquals(list(1, 2), column(KEPT.getFirst(), "x"));
        assertEquals("n3", KEPT.getFirst().owner());
        KEPT.removeFirst().close();
        hub.settle();
        assertEquals(0, n3.residentCount());
    }

    @Test
    @DisplayName("G-11, F-02: where the new place holds the frame itself, its handle is the local frame")
    void comesHome() {
        Frame handle = made();
        hub.call(n3, () -> keep(handle).rowCount());
        hub.settle();
        moveOut(n2, n3);
        hub.kill(n2);
        handle.close();
        hub.settle();
        assertEquals(0, n3.residentCount(), "nobody else holds it");
        Frame local = KEPT.getFirst();
        assertFalse(local.isRemote());
        long asked = hub.asked();
        assertEquals(list(2, 3), column(local.mutate("x = x + 1"), "x"));
        assertEquals(asked, hub.asked());
        Frame back = hub.call(n3, () -> KEPT.getFirst());
        KEPT.removeFirst().close();
        assertEquals(list(1, 2), column(back, "x"));
        assertEquals("n3", back.owner());
        back.close();
        hub.settle();
        assertEquals(0, n3.residentCount());
    }

    @Test
    @DisplayName("F-13, G-11: a pin moves with its frame, and ends by unpin there")
    void movesPins() {
        Frame handle = made();
        handle.pin();
        moveOut(n2, n3);
        hub.call(n3, () -> keep(handle).rowCount());
        Storage there = Cells.table(KEPT.getFirst()).storage();
        assertTrue(there.isPinned());
        handle.unpin();
        assertFalse(there.isPinned());
    }

    @Test
    @DisplayName("F-13, G-11: what is on disk moves, and has copies made, as what is in memory")
    void movesFromTheDisk(@TempDir Path directory) throws IOException {
        Frame handle =
                hub.call(n2, () -> keep(frame("x", IntStream.range(0, 50_000).toArray())));
        Storage storage = Cells.table(KEPT.getFirst()).storage();
        hub.settle();
        storage.spill(new SpillFolder(directory));
        assertTrue(storage.isSpilled());
        Frame two = handle.replicas(2);
        moveOut(n2, n4);
        hub.kill(n2);
        KEPT.removeFirst().close();
        assertEquals("n4", handle.owner());
        for (Frame each : List.of(handle, two)) {
            assertEquals(list(49_999), column(each.tail(1), "x"));
            each.close();
        }
    }

    @Test
    @DisplayName("G-11: an operation that was on its way to the old place is answered there, from the new one")
    void passesRequestsOn() {
        Frame handle = made();
        hub.beforeServing(() -> n2.moveOut(List.of(n3.self())));
        Frame computed = handle.mutate("x = x * 2").compute();
        assertEquals("n3", computed.owner());
        assertEquals(list(2, 4), column(computed, "x"));
        hub.settle();
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("G-11: an operation whose runner ends under it runs at the new place")
    void asksAgain() {
        Frame handle = made();
        hub.beforeServing(() -> {
            moveOut(n2, n3);
            hub.kill(n2);
        });
        Frame computed = handle.mutate("x = x * 2").compute();
        assertEquals("n3", computed.owner());
        assertEquals(list(2, 4), column(computed, "x"));
    }

    @Test
    @DisplayName("G-11, G-03: who reads a message that names the old place is told the new one; until then that stays")
    void tellsLateReaders() {
        Frame handle = made();
        byte[] work;
        try (Parcel parcel = hub.caller().packWork(handle)) {
            work = parcel.bytes();
            moveOut(n2, n3);
            assertEquals("n3", handle.owner());
            assertEquals(1, n2.residentCount(), "a message that names it is on its way");
            keep((Frame) hub.unpack(work, hub.caller(), n4));
            n4.tick();
            hub.deliver(n4, hub.caller()); // before the result that ends the call, as on a link
            hub.deliver(hub.caller(), n2);
        }
        hub.settle();
        assertEquals(1, n2.residentCount());
        assertEquals("n2", KEPT.getFirst().owner());
        hub.sleep(1);
        moveOut(n2, n3);
        assertEquals("n3", KEPT.getFirst().owner());
        assertEquals(0, n2.residentCount());
        hub.kill(n2);
        handle.close();
        hub.settle();
        assertEquals(list(1, 2), column(KEPT.getFirst(), "x"));
        KEPT.removeFirst().close();
        hub.settle();
        assertEquals(0, n3.residentCount());
    }

    @Test
    @DisplayName("G-11, G-03: a result that was on its way while its frame moved is read, and told")
    void movesWhatIsInTransit() {
        byte[] result =
                n2.packResult(frame("x", list(1, 2)), hub.caller().self()).bytes();
        moveOut(n2, n3);
        assertEquals(1, n2.residentCount());
        Frame handle = (Frame) hub.unpack(result, n2, hub.caller());
        hub.settle();
        hub.sleep(1);
        moveOut(n2, n3);
        assertEquals("n3", handle.owner());
        assertEquals(0, n2.residentCount());
        handle.close();
        hub.settle();
        assertEquals(0, n3.residentCount());
    }

    @Test
    @DisplayName("G-11: a frame that is closed before its holder is told moves without effect")
    void ignoresWhatIsClosed() {
        Frame handle = made();
        hub.drop();
        handle.close(); // its release does not arrive
        hub.settle();
        hub.mend();
        moveOut(n2, n3);
        assertEquals(1, n2.residentCount());
        assertEquals(0, hub.caller().heldElsewhere());
        hub.sleep(3); // everything is told again
        hub.settle();
        assertEquals(0, n2.residentCount());
        assertEquals(0, n3.residentCount());
    }

    @Test
    @DisplayName("G-11: two moves in a row, the second before anybody but the first target has heard of the first")
    void movesTwice() {
        Frame handle = made();
        moveOut(n2, n3);
        moveOut(n3, n4);
        assertEquals("n4", handle.owner());
        hub.kill(n2);
        hub.kill(n3);
        assertEquals(list(1, 2), column(handle, "x"));
        handle.close();
        hub.settle();
        assertEquals(0, n4.residentCount());
    }

    @Test
    @DisplayName("G-11: a chain of moves: the first place passes on while the second one leaves, too")
    void movesTwiceWithoutBeingHeard() {
        Frame handle = made();
        try (Parcel parcel = hub.caller().packWork(handle)) {
            moveOut(n2, n3); // n2 stays for the parcel, and holds the frame at n3
            moveOut(n3, n4);
            hub.kill(n3);
            Frame there = keep((Frame) hub.unpack(parcel.bytes(), hub.caller(), n4));
            assertEquals(list(1, 2), column(there, "x"));
            hub.settle();
            hub.sleep(1);
            moveOut(n2, n4);
        }
        hub.settle();
        assertEquals(0, n2.residentCount());
        assertEquals(list(1, 2), column(KEPT.getFirst(), "x"));
        assertFalse(KEPT.getFirst().isRemote());
    }
}
