package dev.kiln.runner;

import java.time.Instant;
import java.util.Optional;

/** What code on a runner can know of where it runs. */
public interface RunnerContext {

    /** The runner's id within its pool, such as {@code media-1}. */
    String id();

    /** The pool's name. */
    String pool();

    /** The party that this runner works for, for people to read. */
    String caller();

    /** When the call that asks is interrupted, by this machine's clock; empty for no limit or outside of a call. */
    Optional<Instant> deadline();

    /** Whether the call that asks is no longer wanted: cancelled, timed out, or its caller is gone. */
    boolean cancelled();
}
