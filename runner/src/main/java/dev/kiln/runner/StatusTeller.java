package dev.kiln.runner;

import dev.kiln.frame.FrameSpace;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message.Status;

/** Tells the caller what is held here whenever it has changed. Any thread. */
final class StatusTeller {
    private final FrameSpace space;
    private final MemoryWatch memory;
    private final Link link;
    private Status last = Status.none(); // guarded by this

    StatusTeller(FrameSpace space, MemoryWatch memory, Link link) {
        this.space = space;
        this.memory = memory;
        this.link = link;
    }

    /** Tells, if the number of running calls, or what is held here, is not what was told last. */
    synchronized void tell(int active) {
        var now = new Status(active, space.residentCount(), space.residentBytes(), memory.isPaused());
        if (!now.equals(last)) {
            last = now;
            link.send(now); // under the lock, so that an older status never overtakes a newer one; it does not block
        }
    }

    /** The same right before a result is sent, so that its receiver finds it counted; calls alone are not worth a message. */
    synchronized void tellResidents() {
        if (space.residentCount() != last.residentCount() || space.residentBytes() != last.residentBytes()) {
            tell(last.activeCalls());
        }
    }
}
