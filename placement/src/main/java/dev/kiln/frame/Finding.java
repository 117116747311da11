package dev.kiln.frame;

import org.jspecify.annotations.Nullable;

/**
 * What cannot cross.
 *
 * @param path where in the value
 * @param reason what is wrong there and what to do about it
 * @param within the innermost exception on the path, if there is one
 */
record Finding(String path, String reason, @Nullable Throwable within) {

    NotTransferable because(@Nullable Throwable cause) {
        return new NotTransferable(path, reason, cause);
    }
}
