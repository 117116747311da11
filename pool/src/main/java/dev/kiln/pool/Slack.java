package dev.kiln.pool;

import java.util.ArrayDeque;

/**
 * How many runners a pool could have done without at every moment of a window that ends now: the least of a sliding window.
 * Only the upkeep touches it.
 */
final class Slack {
    private final long windowNanos;
    private final ArrayDeque<Level> levels = new ArrayDeque<>(); // each is the least from its time on; ascending
    private long gone;

    private record Level(long sinceNanos, long runners) {}

    Slack(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    /** From now on there are that many to spare. */
    void note(long runners, long now) {
        long level = runners + gone;
        long since = now;
        while (!levels.isEmpty() && levels.getLast().runners >= level) {
            since = levels.removeLast().sinceNanos;
        }
        levels.addLast(new Level(since, level));
    }

    /** One of those that could be spared goes: what was before is seen as without it. */
    void release() {
        gone++;
    }

    /** It does not go after all. */
    void restore() {
        gone--;
    }

    /** How many could be spared all the time. */
    long least(long now) {
        if (levels.isEmpty()) {
            return 0;
        }
        Level first = levels.removeFirst();
        while (!levels.isEmpty() && now - levels.getFirst().sinceNanos >= windowNanos) {
            first = levels.removeFirst();
        }
        boolean wholeWindow = now - first.sinceNanos >= windowNanos;
        levels.addFirst(first);
        return wholeWindow ? first.runners - gone : 0;
    }

    /** When that number is next to grow if all stays as it is; {@code otherwise} if it is not. */
    long nextGrowthNanos(long now, long otherwise) {
        for (Level level : levels) {
            if (now - level.sinceNanos < windowNanos) {
                return level.sinceNanos + windowNanos;
            }
        }
        return otherwise;
    }
}
