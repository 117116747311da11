package dev.kiln.pool;

import dev.kiln.KilnException;
import org.jspecify.annotations.Nullable;

/** Why a call has no value. The kinds differ in what the caller may do about it; each message says what happened and where. */
public abstract sealed class PoolException extends KilnException
        permits BootFailed,
                CallCancelled,
                CallFailed,
                CallTimedOut,
                CodeMissing,
                PoolClosed,
                PoolSaturated,
                RunnerLost {
    private static final long serialVersionUID = 1L;

    PoolException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
