package dev.kiln.frame;

import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;

/** Four parties, of which three are runners, and frames to be moved between them. */
abstract class MoveFixture {
    final Hub hub = new Hub();
    final FrameSpace n2 = hub.runner("n2");
    final FrameSpace n3 = hub.runner("n3");
    final FrameSpace n4 = hub.runner("n4");

    static final List<Frame> KEPT = new ArrayList<>();

    @AfterEach
    void forget() {
        KEPT.forEach(Frame::close);
        KEPT.clear();
        hub.close();
    }

    @AfterAll
    static void collectGarbage() {
        Hub.collectGarbage();
    }

    Frame made() {
        Frame handle = hub.call(n2, () -> frame("x", list(1, 2)));
        hub.settle();
        return handle;
    }

    static Frame keep(Frame frame) {
        KEPT.add(frame);
        return frame;
    }

    /** Everything that was held at a party is at others: it may end. */
    void moveOut(FrameSpace from, FrameSpace... to) {
        assertEquals(
                0,
                from.moveOut(List.of(to).stream().map(FrameSpace::self).toList())
                        .count());
        hub.settle();
    }
}
