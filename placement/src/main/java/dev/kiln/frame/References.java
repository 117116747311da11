package dev.kiln.frame;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A count of references that begins at one and ends at zero for good. Any thread.
 *
 * <p>Why a retain cannot race with the last release: both change the count by compare-and-set on the value they saw, and a
 * retain gives up when it sees zero. So whoever is told "retained" did it before the count reached zero, and exactly one
 * release sees the step from one to zero; nobody can hold afterwards what that one frees.
 */
final class References {

    private final AtomicInteger count = new AtomicInteger(1);

    /** Takes one more reference, unless the last one is gone: then false, and nothing has changed. */
    boolean tryRetain() {
        int seen;
        do {
            seen = count.get();
            if (seen == 0) {
                return false;
            }
        } while (!count.compareAndSet(seen, Math.incrementExact(seen)));
        return true;
    }

    /**
     * Gives one reference back.
     *
     * @return whether it was the last one: the caller frees
     * @throws IllegalStateException if the last one was given back before
     */
    boolean release() {
        int seen;
        do {
            seen = count.get();
            if (seen == 0) {
                throw new IllegalStateException("released more often than retained");
            }
        } while (!count.compareAndSet(seen, seen - 1));
        return seen == 1;
    }

    /** How many there are now. */
    int count() {
        return count.get();
    }

    boolean isFreed() {
        return count.get() == 0;
    }
}
