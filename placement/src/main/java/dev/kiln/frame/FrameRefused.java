package dev.kiln.frame;

import org.jspecify.annotations.Nullable;

/** A process did not take a frame: its memory budget is used up and there was no room on disk. Release frames first. */
public final class FrameRefused extends FrameException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message how much was asked for, what the budget is, what may be done
     * @param cause the failed allocation, if there was one
     */
    public FrameRefused(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
