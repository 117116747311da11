package dev.kiln.gc;

/**
 * The life of a batch.
 *
 * <pre>
 *  OPEN ──▶ DONE        ended, and what it did is wanted
 *    │
 *    ├────▶ FAILED      ended by an exception, or out of time
 *    │
 *    └────▶ CANCELLED   ended by somebody else
 * </pre>
 */
public enum BatchState {
    OPEN,
    DONE,
    FAILED,
    CANCELLED;

    /** Whether there is an arrow: all three ends are for good. */
    boolean leadsTo(BatchState next) {
        return this == OPEN && next != OPEN;
    }
}
