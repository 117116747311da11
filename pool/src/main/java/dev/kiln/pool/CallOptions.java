package dev.kiln.pool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Caller} says of the calls made through it.
 *
 * @param within one time for waiting and running together, in place of the pool's own three; null for those
 * @param linked whether the work ends with this process
 */
record CallOptions(@Nullable Duration within, boolean linked) {
    static final CallOptions DEFAULT = new CallOptions(null, true);
}
