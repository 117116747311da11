package dev.kiln.pool;

import org.jspecify.annotations.Nullable;

/** The call was cancelled, or its caller was interrupted: the work was told to stop, or never began. */
public final class CallCancelled extends PoolException {
    private static final long serialVersionUID = 1L;

    CallCancelled(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
