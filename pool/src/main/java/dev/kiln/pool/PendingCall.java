package dev.kiln.pool;

import dev.kiln.frame.Parcel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A call that is not over: what is to be sent, until when, and where its outcome goes. Whoever takes it out of the
 * {@link OpenCalls} completes the outcome; nobody else does, so there is exactly one.
 */
final class PendingCall {
    private static final long NEVER = Long.MAX_VALUE / 4;

    private final long id;
    private final Parcel work;
    private final boolean linked;
    private final long latestStartNanos;
    private final @Nullable Long latestEndNanos;
    private final Duration runLimit;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private volatile @Nullable String runner;
    private volatile int attempt;

    /**
     * @param waitLimit how long it may wait for a slot, zero for as long as it takes
     * @param runLimit how long it may run, zero for as long as it takes
     * @param within one limit for both in their place, or null
     */
    PendingCall(
            long id,
            Parcel work,
            boolean linked,
            long nowNanos,
            Duration waitLimit,
            Duration runLimit,
            @Nullable Duration within) {
        this.id = id;
        this.work = work;
        this.linked = linked;
        this.runLimit = runLimit;
        this.latestEndNanos = within == null ? null : nowNanos + within.toNanos();
        if (latestEndNanos != null) {
            this.latestStartNanos = latestEndNanos;
        } else {
            this.latestStartNanos = nowNanos + (waitLimit.isZero() ? NEVER : waitLimit.toNanos());
        }
    }

    long id() {
        return id;
    }

    Parcel work() {
        return work;
    }

    boolean linked() {
        return linked;
    }

    long latestStartNanos() {
        return latestStartNanos;
    }

    /** How long it may run if it starts now, in milliseconds, at least 1; 0 for no limit. */
    long runMillis(long nowNanos) {
        if (latestEndNanos != null) {
            return Math.max(1, Duration.ofNanos(latestEndNanos - nowNanos).toMillis());
        }
        return runLimit.isZero() ? 0 : Math.max(1, runLimit.toMillis());
    }

    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    @Nullable
    String runner() {
        return runner;
    }

    /** Which try this is, from 1; 0 before the first. */
    int attempt() {
        return attempt;
    }

    /** The call goes to a runner, once more. Owner's thread. */
    void sentTo(String id) {
        runner = id;
        attempt = attempt + 1;
    }
}
