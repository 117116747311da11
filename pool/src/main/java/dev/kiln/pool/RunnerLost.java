package dev.kiln.pool;

import org.jspecify.annotations.Nullable;

/** The runner ended under the call. The closure may have run in part; make the call again if that does no harm. */
public final class RunnerLost extends PoolException {
    private static final long serialVersionUID = 1L;

    private final String exit;

    RunnerLost(String message, String exit, @Nullable Throwable cause) {
        super(message, cause);
        this.exit = exit;
    }

    /** How the runner ended, as far as it is known, for people to read: exit code or signal, and its last lines of output. */
    public String exit() {
        return exit;
    }
}
