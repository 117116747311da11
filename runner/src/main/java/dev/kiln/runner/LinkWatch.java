package dev.kiln.runner;

import dev.kiln.gc.Lease;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.RunnerSettings;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What a runner concludes from what it hears over a link, and from what the other side has heard of it: that the connection may
 * be dead, and in the end that the other side is lost. {@link #look} is for one thread.
 */
final class LinkWatch {
    /** After that part of the lease without a word, the connection may be dead without looking it. */
    private static final int SUSPICIOUS_PART = 4;

    private final RunnerSettings settings;
    private final String other;
    private final Link link;
    private final Consumer<String> lost;
    private final Lease lease;
    private volatile long doubtedNanos = System.nanoTime(); // when the present connection began, or was given up

    /**
     * @param other the other side, for people
     * @param lost takes the reason, with each look from then on
     */
    LinkWatch(RunnerSettings settings, String other, Link link, Consumer<String> lost) {
        this.settings = settings;
        this.other = other;
        this.link = link;
        this.lost = lost;
        this.lease = new Lease(settings.lease(), link.heardBeatNanos());
    }

    /** Another connection is as good as new. Any thread. */
    void resumed() {
        doubtedNanos = System.nanoTime();
    }

    /** Without evidence the other side is lost when the lease is over; before that, a connection that says nothing is replaced. */
    void look(long now) {
        long heardBeatNanos = link.heardBeatNanos();
        lease.acknowledged(heardBeatNanos);
        long silentNanos = now - link.heardNanos();
        // Either way may be dead alone. What is acknowledged is at least as old as the last sign of life.
        long unheardNanos = now - heardBeatNanos - settings.heartbeat().toNanos();
        long doubtfulNanos = Math.max(silentNanos, unheardNanos);
        if (!lease.lasts(now)) {
            lost.accept("the lease of " + settings.lease() + " is over: " + other + " acknowledged no sign of life");
        } else if (silentNanos > settings.lease().toNanos()) {
            lost.accept(other + " was silent for longer than the lease of " + settings.lease());
        } else if (Math.min(doubtfulNanos, now - doubtedNanos)
                > settings.lease().toNanos() / SUSPICIOUS_PART) {
            doubtedNanos = now;
            link.cut("for " + Duration.ofNanos(doubtfulNanos).toMillis() + " ms " + other
                    + " was silent, or did not hear");
        }
    }
}
