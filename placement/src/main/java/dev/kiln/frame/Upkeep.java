package dev.kiln.frame;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicLong;

/** What the handles that users have, on frames and on values that stay, have in common. Any thread. */
final class Upkeep {

    /** Ends handles that nobody can reach any more. */
    static final Cleaner CLEANER = Cleaner.create();

    private static final AtomicLong COUNTER = new AtomicLong();

    private Upkeep() {}

    /** A number that nothing else of this process has. */
    static long number() {
        return COUNTER.incrementAndGet();
    }
}
