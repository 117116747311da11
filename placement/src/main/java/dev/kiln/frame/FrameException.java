package dev.kiln.frame;

import dev.kiln.KilnException;
import org.jspecify.annotations.Nullable;

/**
 * What can go wrong with a frame apart from wrong arguments ({@link IllegalArgumentException}) and use after
 * {@link Frame#close()} ({@link IllegalStateException}). Told apart by what the caller may do about it.
 */
public abstract sealed class FrameException extends KilnException
        permits FrameLost, FrameRefused, NotTransferable, QueryFailed, QueryInterrupted {
    private static final long serialVersionUID = 1L;

    FrameException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
