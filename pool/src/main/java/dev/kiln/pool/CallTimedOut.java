package dev.kiln.pool;

import org.jspecify.annotations.Nullable;

/** The call's time was over in one of its phases. */
public final class CallTimedOut extends PoolException {
    private static final long serialVersionUID = 1L;

    /** Where the time went. */
    public enum Phase {
        /** The call waited for a free slot; it never ran. */
        QUEUE,
        /** The call waited for its first runner to come up; it never ran. */
        BOOT,
        /** The closure ran, and was interrupted. */
        RUN
    }

    private final Phase phase;
    private final boolean stopped;

    CallTimedOut(String message, Phase phase, boolean stopped, @Nullable Throwable cause) {
        super(message, cause);
        this.phase = phase;
        this.stopped = stopped;
    }

    /** The phase in which the time was over. */
    public Phase phase() {
        return phase;
    }

    /**
     * Whether the work is known not to run: it never began, or had left its thread when this was said. If not, its runner
     * takes no more work and is ended.
     */
    public boolean stopped() {
        return stopped;
    }
}
