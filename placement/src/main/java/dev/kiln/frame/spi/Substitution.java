package dev.kiln.frame.spi;

import org.jspecify.annotations.Nullable;

/**
 * Lets a room above say how its own types travel: a pool, for instance, as its name. Called by the codec for every
 * object once per message, so both methods must be quick, free of I/O, and may not keep what they are given. Any thread.
 */
public interface Substitution {

    /** Replaces and resolves nothing. */
    Substitution NONE = new Substitution() {
        @Override
        public @Nullable Object replace(Object original) {
            return null;
        }

        @Override
        public @Nullable Object resolve(Object stand) {
            return null;
        }
    };

    /**
     * What crosses in place of {@code original}.
     *
     * @param original an object about to be written
     * @return a serializable object that holds no way back to {@code original}, or null to leave it as it is
     * @throws IllegalArgumentException if it cannot cross; the message tells what is wrong and what to do about it
     */
    @Nullable
    Object replace(Object original);

    /**
     * What stands here for something that {@link #replace} made over there.
     *
     * @param stand an object just read
     * @return the object to use in its place, or null to leave it as it is
     */
    @Nullable
    Object resolve(Object stand);
}
