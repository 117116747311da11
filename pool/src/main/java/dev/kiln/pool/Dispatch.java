package dev.kiln.pool;

import java.util.Comparator;

/**
 * Which runner gets the next call, of those that have a free slot: the first in this order, and of several that are equal
 * the oldest.
 *
 * <pre>{@code
 * Pool pool = Pool.named("media").dispatch(Dispatch.pack()).open();
 * }</pre>
 *
 * <p>A policy must be a pure function of the two loads: the pool asks it in the middle of its work and keeps its runners in
 * this order. One that throws, or whose answers contradict each other, is logged and {@link #leastLoaded} takes its place
 * until the pool closes.
 */
@FunctionalInterface
public interface Dispatch extends Comparator<RunnerLoad> {

    /** To the runner with the fewest busy slots: calls are spread evenly. The default. */
    static Dispatch leastLoaded() {
        return (a, b) -> Integer.compare(a.busySlots(), b.busySlots());
    }

    /** To the runner with the most busy slots: the others become idle, and go. */
    static Dispatch pack() {
        return (a, b) -> Integer.compare(b.busySlots(), a.busySlots());
    }
}
