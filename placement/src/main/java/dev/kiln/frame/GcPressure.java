package dev.kiln.frame;

import java.util.function.LongSupplier;

/**
 * Asks for a garbage collection when much memory outside the heap may be held by handles that nobody can reach any more.
 *
 * <p>A handle is a few dozen bytes of heap for any number of bytes elsewhere, so the heap alone never tells the collector
 * that it is time (the trap of {@code java.nio.Bits.reserveMemory}, which does the same for direct buffers). Forgotten handles
 * hold at most what came on top of the smallest amount that was in use since the last request, without what is just being
 * made; when that exceeds 64 MiB and a quarter of all, a collection is asked for. Memory that is freed by {@code close()}
 * lowers the mark again and causes none. Any thread; the collection runs on the thread that takes more memory, which is the
 * back pressure it deserves.
 */
final class GcPressure {

    private static final long LEAST_GROWTH = 64L << 20;
    private static final long LEAST_PAUSE_NANOS = 250_000_000;
    /** A heap that takes long to collect is asked less often: 5 % of the time at most. */
    private static final long PAUSE_PER_COLLECTION = 20;

    private final LongSupplier nanoClock;
    private final Runnable collector;

    private long live;
    private long mark;
    private long notBefore;
    private long requests;

    /**
     * @param nanoClock monotonic nanoseconds
     * @param collector runs one collection
     */
    GcPressure(LongSupplier nanoClock, Runnable collector) {
        this.nanoClock = nanoClock;
        this.collector = collector;
        this.notBefore = nanoClock.getAsLong();
    }

    /** So many bytes more are in use from now on. May collect before it returns. */
    void grew(long bytes) {
        boolean collect = shouldCollect();
        add(bytes);
        if (!collect) {
            return;
        }
        long start = nanoClock.getAsLong();
        collector.run(); // not under the lock: it takes long, and what it frees comes back through shrank
        long end = nanoClock.getAsLong();
        postpone(end + Math.max(LEAST_PAUSE_NANOS, PAUSE_PER_COLLECTION * (end - start)));
    }

    /** So many bytes fewer are in use. */
    synchronized void shrank(long bytes) {
        live -= bytes;
        mark = Math.min(mark, live);
    }

    synchronized long live() {
        return live;
    }

    synchronized long requests() {
        return requests;
    }

    private synchronized void add(long bytes) {
        live += bytes;
    }

    private synchronized boolean shouldCollect() {
        long now = nanoClock.getAsLong();
        if (live - mark <= Math.max(LEAST_GROWTH, live / 4) || now - notBefore < 0) {
            return false;
        }
        // From here on only what comes on top counts, and nobody else asks while this one runs.
        mark = live;
        notBefore = now + LEAST_PAUSE_NANOS;
        requests++;
        return true;
    }

    private synchronized void postpone(long until) {
        notBefore = until;
    }
}
