package dev.kiln.pool.spi;

import org.jspecify.annotations.Nullable;

/** A runner could not be started. */
public final class BootProblem extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean permanent;

    /**
     * @param permanent whether trying again would fail in the same way
     * @param message what happened and what to do about it
     */
    public BootProblem(boolean permanent, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.permanent = permanent;
    }

    /** Whether trying again would fail in the same way. */
    public boolean permanent() {
        return permanent;
    }
}
