package dev.kiln.gc;

/** An invariant does not hold. */
final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Which. */
    enum Of {
        /** Something was freed that somebody can still name. */
        USE_AFTER_FREE,
        /** All is quiet, and something lives that nobody can name, or something still waits. */
        LEAK,
        /** A table holds more than what is alive accounts for. */
        MEMORY,
        /** An index differs from what it is about, or the dead were heard. */
        CONSISTENCY
    }

    private final Of invariant;

    Violation(Of invariant, String what) {
        super(invariant + ": " + what);
        this.invariant = invariant;
    }

    Of invariant() {
        return invariant;
    }
}
