package dev.kiln.gc;

import java.time.Duration;

/**
 * How long a holder may trust that an owner still keeps its holds: the holder's own view, which ends before the
 * owner's does.
 *
 * <p>It counts from the moment a heartbeat was <em>sent</em>, once that heartbeat has been acknowledged, and is 10 %
 * shorter than the owner's lease, for clocks that run at different speeds. The owner counts from when it heard it,
 * which is later. Not thread-safe; times are monotonic nanoseconds of one clock, handed in.
 */
public final class Lease {
    /** How long an owner keeps the holds of a silent holder unless told otherwise: 20 s. */
    public static final Duration DEFAULT = Duration.ofSeconds(20);

    private final long nanos;
    private long sentNanos;

    /**
     * @param lease the owner's lease, positive
     * @param sentNanos when the first acknowledged message to that owner (its greeting) was sent
     */
    public Lease(Duration lease, long sentNanos) {
        if (!lease.isPositive()) {
            throw new IllegalArgumentException("a lease must be longer than zero, was " + lease);
        }
        this.nanos = lease.toNanos() / 10 * 9;
        this.sentNanos = sentNanos;
    }

    /**
     * The owner has acknowledged a heartbeat. An older one than the last changes nothing.
     *
     * @param sentNanos when that heartbeat was sent
     */
    public void acknowledged(long sentNanos) {
        if (sentNanos - this.sentNanos > 0) {
            this.sentNanos = sentNanos;
        }
    }

    /** The moment from which this lease no longer lasts, unless a heartbeat is acknowledged. */
    public long endsAtNanos() {
        return sentNanos + nanos;
    }

    /** Whether the lease still lasts. If not, the handles on that owner are lost and a new incarnation is due. */
    public boolean lasts(long nowNanos) {
        return nowNanos - endsAtNanos() < 0;
    }
}
