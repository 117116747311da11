package dev.kiln.pool;

/** How the start of a runner ended. */
public sealed interface GrowOutcome {

    /** It is up and takes calls. */
    record Up() implements GrowOutcome {}

    /** It did not come up. The pool tries again while calls wait for it, or as long as there are fewer than min. */
    record Failed(BootFailed problem) implements GrowOutcome {}
}
