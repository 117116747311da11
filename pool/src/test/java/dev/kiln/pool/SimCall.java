package dev.kiln.pool;

import org.jspecify.annotations.Nullable;

/** What the simulation knows of one call. */
final class SimCall {
    final long id;
    final long latestNanos;

    @Nullable
    String runner; // where it was sent to and, as far as the books can know, still is

    @Nullable
    String end; // how it ended for its caller: exactly once

    SimCall(long id, long latestNanos) {
        this.id = id;
        this.latestNanos = latestNanos;
    }

    boolean waits() {
        return runner == null && end == null;
    }

    void end(String how) {
        if (end != null) {
            throw new AssertionError("call " + id + " ended twice: " + end + ", then " + how);
        }
        end = how;
    }
}
