package dev.kiln.frame;

import org.jspecify.annotations.Nullable;

/** A shared table cannot be reached from this process: ask its owner for messages instead. */
final class CannotMap extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CannotMap(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
