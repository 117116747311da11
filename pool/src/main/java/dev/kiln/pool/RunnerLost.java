package dev.kiln.pool;

import dev.kiln.runner.RunnerExit;
import org.jspecify.annotations.Nullable;

/** The runner ended under the call. The closure may have run in part; make the call again if that does no harm. */
public final class RunnerLost extends PoolException {
    private static final long serialVersionUID = 1L;

    private final RunnerExit exit;

    RunnerLost(String message, RunnerExit exit, @Nullable Throwable cause) {
        super(message, cause);
        this.exit = exit;
    }

    /** How the runner ended, as far as it is known, with the last lines that it printed. */
    public RunnerExit exit() {
        return exit;
    }
}
