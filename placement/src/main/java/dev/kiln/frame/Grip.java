package dev.kiln.frame;

import java.util.List;

/**
 * A resident's reference to its value, given back once: by {@link Resident#close}, by the cleaner, or by its scope. It must not
 * know the resident, see {@link Hold}.
 */
final class Grip implements ScopedHandle, Runnable {
    private static final String CLOSED = "is closed: close it later, after the last use of its value";

    private final ResidentValue value;
    private final Membership membership = new Membership();

    private Grip(ResidentValue value) {
        this.value = value;
    }

    /** Takes over a reference to the value. */
    static Grip over(ResidentValue value) {
        Grip grip = new Grip(value);
        grip.membership.join(grip, null);
        return grip;
    }

    /** The value, also after the end. */
    ResidentValue value() {
        return value;
    }

    @Override
    public Membership membership() {
        return membership;
    }

    @Override
    public List<ResidentValue> assets() {
        return List.of(value);
    }

    /** @throws IllegalStateException if it has ended */
    ResidentValue use() {
        membership.check("this resident");
        return value;
    }

    @Override
    public void run() {
        end(CLOSED);
    }
}
