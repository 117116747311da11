package dev.kiln.gc;

import java.time.Duration;
import java.util.List;

/** An owner's holdings, for the tests of what they do. */
abstract class HoldingsFixture {
    static final ProcessRef OWNER = new ProcessRef("owner", 1);
    static final ProcessRef A = new ProcessRef("a", 1);
    static final ProcessRef A2 = new ProcessRef("a", 2);
    static final ProcessRef B = new ProcessRef("b", 1);
    static final Duration LEASE = Duration.ofNanos(1000);
    static final List<Long> NONE = List.of();

    final Holdings holdings = new Holdings(OWNER, LEASE);

    Applied on(ProcessRef holder, long sequence, List<Long> held, List<Long> released, List<Long> ended) {
        return holdings.on(new Update(holder, sequence, held, released, ended), 0);
    }

    /** A has read the message that names 7 and holds it. */
    void heldByA() {
        holdings.placed(7, A, 1, 0);
        on(A, 1, List.of(7L), NONE, List.of(1L));
    }
}
