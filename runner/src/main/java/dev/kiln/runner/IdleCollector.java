package dev.kiln.runner;

import java.time.Duration;

/**
 * Collects garbage once after the last call of a while, if frames of other runners are held here: a closure that captured a
 * handle leaves it as garbage, and a runner that has nothing to do would keep it, and with it the frame and its owner, for
 * ever. So it is with a value of this runner that nobody else holds any more, and which the garbage of a closure keeps from
 * being closed. For one thread.
 */
final class IdleCollector {
    private static final long REST = Duration.ofSeconds(1).toNanos();

    private final Runnable collector;
    private long seen;
    private int seenLeft;
    private boolean due;
    private long quietSinceNanos;

    /** @param collector runs the garbage collector */
    IdleCollector(Runnable collector) {
        this.collector = collector;
    }

    /**
     * Takes a look, as often as there is a tick.
     *
     * @param begun calls that have begun here since the start
     * @param active calls that run now
     * @param held frames and values of others that are held here
     * @param left values of this runner that others have let go of, and that have not ended
     */
    void look(long begun, int active, int held, int left, long nowNanos) {
        boolean more = left > seenLeft;
        seenLeft = left;
        if (active > 0 || begun != seen || more) {
            seen = begun;
            due = true;
            quietSinceNanos = nowNanos;
        } else if (due && nowNanos - quietSinceNanos >= REST) {
            due = false;
            if (held > 0 || left > 0) {
                collector.run();
            }
        }
    }
}
