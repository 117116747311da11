package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.ResourceId;
import org.jspecify.annotations.Nullable;

/**
 * Where one copy of some data lies, for all handles on it in this process together.
 *
 * <p>A copy may move to another place. Then its seat gets a successor, once, and every handle that follows is one on the
 * successor from that moment on; a handle that stays, because its id is in a message on its way, does not.
 *
 * <p>Counts and {@link #last successor} change under the lock of the {@link Books} only. A successor may be read at any time:
 * who just misses it uses the old place, which answers for the data until nobody holds it there any more.
 */
final class Seat {

    private final ResourceId id;
    private final Fate fate;
    private final @Nullable Table here;
    private volatile @Nullable Seat successor;

    private int following;
    private int staying;

    /** In another process. */
    Seat(ResourceId id, Fate fate) {
        this(id, fate, null);
    }

    /** @param here the data itself, if it has come to this process: one reference, the seat's */
    Seat(ResourceId id, Fate fate, @Nullable Table here) {
        this.id = id;
        this.fate = fate;
        this.here = here;
    }

    ResourceId id() {
        return id;
    }

    ProcessRef owner() {
        return id.owner();
    }

    /** Why the data there is gone; null while it is not. */
    @Nullable
    KilnException lost() {
        return fate.cause();
    }

    /** The data, if it has come to this process: it stays as long as there is a handle on this seat. */
    @Nullable
    Table here() {
        return here;
    }

    /** Where the copy is now. */
    Seat last() {
        Seat at = this;
        for (Seat next = at.successor; next != null; next = at.successor) {
            at = next;
        }
        return at;
    }

    // ---- with the lock

    void open(Tie tie) {
        if (tie.follows()) {
            following++;
        } else {
            staying++;
        }
    }

    /** One handle less; whether it was the last one here. */
    boolean close(Tie tie) {
        if (tie.follows()) {
            following--;
        } else {
            staying--;
        }
        return isUnused();
    }

    boolean isUnused() {
        return following == 0 && staying == 0;
    }

    /**
     * Hands the handles that follow over to where the copy is now. One more there is this seat's own, so that the successor
     * stays as long as this seat is looked up.
     */
    void moveTo(Seat next) {
        next.following += following + 1;
        following = 0;
        successor = next;
    }

    /** Whether its handles follow another seat, on which it has one itself. */
    boolean hasMoved() {
        return successor != null;
    }
}
