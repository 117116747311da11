package dev.kiln.pool;

import org.jspecify.annotations.Nullable;

/** The pool is closed. The call never ran, or was ended with its runner. Open another pool. */
public final class PoolClosed extends PoolException {
    private static final long serialVersionUID = 1L;

    PoolClosed(String message) {
        this(message, null);
    }

    PoolClosed(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
