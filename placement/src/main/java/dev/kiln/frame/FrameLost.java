package dev.kiln.frame;

import org.jspecify.annotations.Nullable;

/** The data behind a handle is gone: its owner died, its lease ran out or its pool was closed. Make the frame anew. */
public final class FrameLost extends FrameException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message which frame, on which process, what happened
     * @param cause why the owner is gone, if known
     */
    public FrameLost(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
