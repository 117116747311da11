package dev.kiln.pool;

import java.util.Comparator;

/**
 * A call's place among those that wait: a higher priority first, then the lower number, which is the order of arrival.
 *
 * @param priority of its batch, 0 for none
 */
record Rank(int priority, long call) implements Comparable<Rank> {
    private static final Comparator<Rank> ORDER =
            Comparator.comparingInt(Rank::priority).reversed().thenComparingLong(Rank::call);

    @Override
    public int compareTo(Rank other) {
        return ORDER.compare(this, other);
    }
}
