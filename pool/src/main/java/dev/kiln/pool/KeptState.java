package dev.kiln.pool;

import dev.kiln.pool.PlacedObject.At;
import org.jspecify.annotations.Nullable;

/** What is kept of a placed object: its last good checkpoint, from the place where it is. Any thread. */
final class KeptState {
    private @Nullable At from; // guarded by this, as all here
    private long by;
    private byte @Nullable [] bytes;

    /** The object is there now: from now on only what comes from there counts. */
    synchronized void comesFrom(At place) {
        from = place;
    }

    /** For making the object again: what is still on its way from where it was does not count any more. */
    synchronized byte @Nullable [] take() {
        from = null;
        return bytes;
    }

    /** A checkpoint has come; of two that were asked for at the same time the later one counts, whichever comes first. */
    synchronized void keep(At place, long call, byte[] checkpoint) {
        if (place.equals(from) && call > by) {
            bytes = checkpoint;
            by = call;
        }
    }

    /** The object is gone. */
    synchronized void drop() {
        from = null;
        bytes = null;
    }
}
