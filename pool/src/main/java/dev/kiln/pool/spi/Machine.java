package dev.kiln.pool.spi;

import dev.kiln.runner.RunnerExit;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/** What a runner runs on, as its backend sees it. */
public interface Machine {

    /** The process id, where it is a process of this machine. */
    OptionalLong pid();

    /**
     * Completes when the runner is known to have ended: evidence of death. It tells how, as far as the backend can know, with
     * the last lines of its output. Never completes exceptionally.
     */
    CompletionStage<RunnerExit> ended();

    /** Ends it at once, whatever it does. Idempotent. */
    void kill();
}
