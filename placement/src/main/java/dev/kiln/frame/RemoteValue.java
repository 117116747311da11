package dev.kiln.frame;

import dev.kiln.KilnException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;

/** A handle on a value that stays in another process, held there as long as the handle has references. Any thread. */
final class RemoteValue implements ResidentValue {

    private static final long serialVersionUID = 1L;

    private final transient FrameSpace space;
    private final transient Seat seat;
    private final transient Tie tie;
    private final transient String type;
    private final transient References references = new References();

    /**
     * The handle has been counted as opened on its seat; {@link FrameSpace#closed(RemoteValue)} is told of its end. The value
     * never moves, so the seat has no successor.
     *
     * @param tie how it was counted there
     */
    RemoteValue(FrameSpace space, Seat seat, Tie tie, String type) {
        this.space = space;
        this.seat = seat;
        this.tie = tie;
        this.type = type;
    }

    FrameSpace space() {
        return space;
    }

    Seat seat() {
        return seat;
    }

    Tie tie() {
        return tie;
    }

    @Override
    public String owner() {
        return seat.owner().name();
    }

    @Override
    public String id() {
        return owner() + "/" + seat.id().number();
    }

    @Override
    public String type() {
        return type;
    }

    /** @throws FrameLost if the value is gone */
    void check() {
        KilnException cause = seat.lost();
        if (cause != null) {
            throw new FrameLost(this + " is lost: " + cause.getMessage() + "; make it anew", cause);
        }
    }

    @Override
    public void retain() {
        if (!references.tryRetain()) {
            throw new IllegalStateException(this + " has been closed here");
        }
    }

    @Override
    public void release() {
        if (references.release()) {
            space.closed(this);
        }
    }

    @Override
    public String toString() {
        return "resident " + id() + " (" + type + ")";
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(Resident.OUTSIDE);
    }
}
