package dev.kiln.pool;

/**
 * The life of a runner, as its pool sees it.
 *
 * <pre>
 *  BOOTING ──▶ READY ──▶ RETIRING ──▶ GONE
 *     │          │ ◀────────┘           ▲
 *     └──────────┴──────────────────────┘
 * </pre>
 *
 * RETIRING goes back to READY when the runner, asked whether it has nothing to do, says that it has.
 */
public enum RunnerState {
    /** Asked for; has not greeted yet. */
    BOOTING,
    /** Takes work. */
    READY,
    /** Gets no new work; asked to go, or finishing what it has. */
    RETIRING,
    /** Ended, or known to be lost. */
    GONE;

    boolean mayBecome(RunnerState next) {
        return switch (this) {
            case BOOTING -> next == READY || next == GONE;
            case READY -> next == RETIRING || next == GONE;
            case RETIRING -> next == READY || next == GONE;
            case GONE -> false;
        };
    }
}
