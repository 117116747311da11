package dev.kiln.pool;

import dev.kiln.runner.RemoteFunction;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Caller} says of the objects placed through it.
 *
 * @param restarts how often an object may be made again
 * @param concurrent whether its methods may run at the same time
 * @param keeping what of it is kept, null for nothing
 */
record PlaceOptions(
        int restarts, boolean concurrent, @Nullable Keeping keeping) {
    static final PlaceOptions DEFAULT = new PlaceOptions(0, false, null);

    /**
     * @param every how often, null for only when asked
     * @param checkpoint what is kept of an object
     * @param restore what makes one of that
     */
    record Keeping(
            @Nullable Duration every,
            RemoteFunction<Object, @Nullable Object> checkpoint,
            RemoteFunction<@Nullable Object, ?> restore) {}

    PlaceOptions restarting(int times) {
        return new PlaceOptions(times, concurrent, keeping);
    }

    PlaceOptions together() {
        return new PlaceOptions(restarts, true, keeping);
    }

    PlaceOptions keeping(Keeping what) {
        return new PlaceOptions(restarts, concurrent, what);
    }
}
