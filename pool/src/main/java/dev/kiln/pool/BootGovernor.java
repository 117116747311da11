package dev.kiln.pool;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When runners may be asked for after some did not come up: transient problems are retried with exponential back-off and
 * jitter, a permanent one is not for a while. Only the books touch it.
 */
final class BootGovernor {
    private static final long FIRST_PAUSE = Duration.ofMillis(250).toNanos();
    private static final long LONGEST_PAUSE = Duration.ofSeconds(30).toNanos();
    private static final int DOUBLINGS = 7;

    private final RandomGenerator random;
    private int failuresInARow;
    private long notBeforeNanos;
    private @Nullable BootFailed last;

    BootGovernor(RandomGenerator random) {
        this.random = random;
    }

    void failed(BootFailed problem, long nowNanos) {
        if (last != null && !mayBoot(nowNanos) && (last.permanent() || !problem.permanent())) {
            return; // asked for together with the one that began this pause: one outage, not several in a row
        }
        last = problem;
        long pause = problem.permanent()
                ? LONGEST_PAUSE
                : Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(failuresInARow, DOUBLINGS));
        failuresInARow++;
        // Between half of the pause and all of it, so that the runners of many pools do not come back in step.
        notBeforeNanos = nowNanos + pause / 2 + random.nextLong(pause / 2 + 1);
    }

    void succeeded() {
        failuresInARow = 0;
        last = null;
    }

    boolean mayBoot(long nowNanos) {
        return last == null || nowNanos - notBeforeNanos >= 0;
    }

    long notBeforeNanos() {
        return notBeforeNanos;
    }

    /** The last problem, if no runner has come up since. */
    @Nullable
    BootFailed last() {
        return last;
    }

    /** The permanent problem that makes waiting pointless now, if there is one. */
    @Nullable
    BootFailed hopeless(long nowNanos) {
        return last != null && last.permanent() && !mayBoot(nowNanos) ? last : null;
    }
}
