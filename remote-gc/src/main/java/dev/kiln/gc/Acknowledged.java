package dev.kiln.gc;

/**
 * From an owner to a holder: how far it has come.
 *
 * @param owner who speaks
 * @param holder whom it tells
 * @param upTo every Update with a sequence up to this one has been applied; 0 for none yet; {@link #FENCED} when the
 *     owner has ended this incarnation of the holder and will never apply anything from it again
 */
public record Acknowledged(ProcessRef owner, ProcessRef holder, long upTo) implements GcMessage {
    /** The {@link #upTo} that says: this incarnation is over here, its handles are lost, come back with a new one. */
    public static final long FENCED = -1;

    public Acknowledged {
        if (upTo < FENCED) {
            throw new IllegalArgumentException("upTo must be a sequence, 0 or FENCED (-1), was " + upTo);
        }
    }

    /** Whether the holder's incarnation has ended for this owner. */
    public boolean fenced() {
        return upTo == FENCED;
    }
}
