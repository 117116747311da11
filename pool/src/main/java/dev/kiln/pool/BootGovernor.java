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
    static final long LONGEST_PAUSE = Duration.ofSeconds(30).toNanos();
    private static final long REFILL_PAUSE = Duration.ofSeconds(1).toNanos();
    private static final int DOUBLINGS = 7;

    private final RandomGenerator random;
    private int failuresInARow;
    private long notBeforeNanos;
    private long refillNotBeforeNanos;
    private @Nullable BootFailed last;

    BootGovernor(RandomGenerator random) {
        this.random = random;
    }

    void failed(BootFailed problem, long nowNanos) {
        if (last != null && !mayBoot(nowNanos) && (last.permanent() || !problem.permanent())) {
            return; // asked for together with the one that began this pause: one outage, not several in a row
        }
        last = problem;
        long pause = LONGEST_PAUSE;
        if (!problem.permanent()) {
            long most = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(failuresInARow, DOUBLINGS));
            // Between half of it and all, so that the runners of many pools do not come back in step.
            pause = most / 2 + random.nextLong(most / 2 + 1);
        }
        failuresInARow++;
        notBeforeNanos = nowNanos + pause;
        refillNotBeforeNanos = nowNanos + Math.max(pause, REFILL_PAUSE);
    }

    void succeeded() {
        failuresInARow = 0;
        last = null;
    }

    boolean mayBoot(long nowNanos) {
        return last == null || nowNanos - notBeforeNanos >= 0;
    }

    /** Whether those that nobody waits for may be asked for, to have min again. */
    boolean mayRefill(long nowNanos) {
        return last == null || nowNanos - refillNotBeforeNanos >= 0;
    }

    /** Whether a single runner is to show first that runners can be started again. */
    boolean mustProbe() {
        return last != null && last.permanent();
    }

    long notBeforeNanos() {
        return notBeforeNanos;
    }

    long refillNotBeforeNanos() {
        return refillNotBeforeNanos;
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
