package dev.kiln.pool;

/** The pool is closed. The call never ran, or was ended with its runner. Open another pool. */
public final class PoolClosed extends PoolException {
    private static final long serialVersionUID = 1L;

    PoolClosed(String message) {
        super(message, null);
    }
}
