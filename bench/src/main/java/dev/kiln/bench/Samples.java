package dev.kiln.bench;

import java.util.Arrays;

/** Times in nanoseconds. For one thread. */
final class Samples {
    private long[] nanos = new long[1024];
    private int count;

    void add(long time) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, count * 2);
        }
        nanos[count++] = time;
    }

    /** The value that half of the times are below. */
    double median() {
        return quantile(0.5);
    }

    /** The value that this share of the times is below. */
    double quantile(double share) {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[Math.min(count - 1, (int) (share * count))];
    }

    double least() {
        return quantile(0);
    }

    double most() {
        return quantile(1);
    }
}
