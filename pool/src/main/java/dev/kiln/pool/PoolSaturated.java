package dev.kiln.pool;

/** Too many calls wait already; this one was refused at once and never ran. */
public final class PoolSaturated extends PoolException {
    private static final long serialVersionUID = 1L;

    PoolSaturated(String message) {
        super(message, null);
    }
}
