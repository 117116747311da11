package dev.kiln.frame;

import org.jspecify.annotations.Nullable;

/**
 * The thread that waited for the engine was interrupted. The statement was cancelled and has ended; the thread's
 * interrupt flag is set again.
 */
public final class QueryInterrupted extends FrameException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message which operation was interrupted
     * @param cause the interruption, if known
     */
    public QueryInterrupted(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
