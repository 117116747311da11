package dev.kiln;

import org.jspecify.annotations.Nullable;

/**
 * The root of every failure that Kiln reports: catch it to catch them all.
 *
 * <p>Each module has a sealed branch of its own beside what throws it, told apart by what a caller may do about it. The
 * message says what happened, where (pool, runner, call), and what can be done. Wrong arguments are not failures of
 * Kiln: they are {@link IllegalArgumentException}, as everywhere.
 */
public abstract class KilnException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message what happened, where, and what the user can do */
    protected KilnException(String message) {
        super(message);
    }

    /**
     * @param message what happened, where, and what the user can do
     * @param cause what led to it, or null where nothing else failed
     */
    protected KilnException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
