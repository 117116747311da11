package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the simulator found in its model of a move (docs/adr/0014), with the real books. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MoveInACircleTest {

    private static final List<Frame> KEPT = new ArrayList<>();

    private final Hub hub = new Hub();
    private final FrameSpace n2 = hub.runner("n2");
    private final FrameSpace n3 = hub.runner("n3");
    private final FrameSpace n4 = hub.runner("n4");

    @AfterEach
    void forget() {
        KEPT.forEach(Frame::close);
        KEPT.clear();
        hub.close();
    }

    private static Frame keep(Frame frame) {
        KEPT.add(frame);
        return frame;
    }

    private void moved(FrameSpace from, FrameSpace to) {
        assertEquals(0, from.moveOut(List.of(to.self())).count());
        hub.settle();
    }

    @Test
    @DisplayName(
            "G-11: who holds a frame that came by here and is lost where it went has it from its first place; nothing is left")
    void passesByItsHolder() throws Exception {
        Frame handle = hub.call(n2, () -> frame("x", list(1, 2)));
        hub.settle();
        try (Parcel work =
                hub.caller().packWork((Hub.Work<Long>) () -> keep(handle).rowCount())) {
            moved(n2, n3);
            moved(n3, n4);
            assertEquals("n4", handle.owner());
            hub.kill(n4);
            var there = (Hub.Work<?>) Objects.requireNonNull(hub.unpack(work.bytes(), hub.caller(), n3));
            assertEquals(2L, there.call(), "the work names the first place, which has its copy still");
            hub.settle(); // work is over when its answer has come, behind the holds of who did it
        }
        hub.settle();
        hub.sleep(1);
        Stranded refused = n2.moveOut(List.of(n3.self()));
        assertEquals(1, refused.count(), "it does not go to n3 again, which is about to end, too");
        assertTrue(refused.reason().contains("about to end"), refused::reason);
        hub.settle();
        assertEquals("n2", KEPT.getFirst().owner());
        assertEquals(list(1, 2), column(KEPT.getFirst(), "x"));
        KEPT.removeFirst().close();
        handle.close();
        hub.settle();
        for (FrameSpace party : List.of(n2, n3, hub.caller())) {
            assertEquals(0, party.residentCount(), party.self()::name);
            assertEquals(0, party.heldElsewhere(), party.self()::name);
        }
    }
}
