package dev.kiln.pool;

import dev.kiln.runner.wire.CallTerms.Kind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Until when a call may wait and run. Times are those of {@link System#nanoTime}, compared by difference.
 *
 * @param latestStartNanos when it stops waiting for a slot
 * @param latestEndNanos when it is over whatever it does, or null
 * @param runLimit how long it may run, zero for as long as it takes
 */
record CallLimits(long latestStartNanos, @Nullable Long latestEndNanos, Duration runLimit) {
    private static final long NEVER = Long.MAX_VALUE / 4;

    /** Those of a call that is made now: one time for all if it says so, else the pool's, which has none for what is forgotten. */
    static CallLimits of(PoolOptions options, CallOptions how, Kind kind, long nowNanos) {
        if (how.within() != null) {
            long end = nowNanos + how.within().toNanos();
            return new CallLimits(end, end, Duration.ZERO);
        }
        return switch (kind) {
            case CALL, BATCH_STATUS ->
                new CallLimits(nowNanos + options.queueTimeout().toNanos(), null, options.timeout());
            case EXECUTE -> new CallLimits(nowNanos + NEVER, null, Duration.ZERO);
        };
    }

    /** The same, but over when {@code endNanos} has come. */
    CallLimits notAfter(@Nullable Long endNanos) {
        if (endNanos == null) {
            return this;
        }
        return new CallLimits(
                sooner(latestStartNanos, endNanos),
                latestEndNanos == null ? endNanos : sooner(latestEndNanos, endNanos),
                runLimit);
    }

    /** The same for another try: it may wait as long as the first, as far as there is an end for all. */
    CallLimits again(Duration queueTimeout, long nowNanos) {
        long start = nowNanos + queueTimeout.toNanos();
        start = start - latestStartNanos > 0 ? start : latestStartNanos;
        return new CallLimits(latestEndNanos == null ? start : sooner(start, latestEndNanos), latestEndNanos, runLimit);
    }

    private static Long sooner(Long a, Long b) {
        return a - b <= 0 ? a : b;
    }

    /** How long it may run if it starts now, in milliseconds, at least 1; 0 for no limit. */
    long runMillis(long nowNanos) {
        long byLimit = runLimit.isZero() ? Long.MAX_VALUE : Math.max(1, runLimit.toMillis());
        long byEnd = latestEndNanos == null
                ? Long.MAX_VALUE
                : Math.max(1, Duration.ofNanos(latestEndNanos - nowNanos).toMillis());
        long least = Math.min(byLimit, byEnd);
        return least == Long.MAX_VALUE ? 0 : least;
    }
}
