package dev.kiln.pool;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Random;

/**
 * Times the books of a pool alone, without threads, links or closures. In the pool's package, since nobody else may touch
 * them.
 */
public final class BooksBench {
    private static final int SLOTS = 4;
    private static final long FOREVER = Duration.ofDays(365).toNanos();

    private final Books books;
    private final String pool;
    private final int runners;
    private long lastCall;
    private long nextToEnd;

    /** A pool whose runners are all busy and whose queue is that long. */
    public BooksBench(int runners, int queued) {
        this.pool = "bench";
        this.runners = runners;
        PoolOptions options = Pool.named(pool)
                .min(runners)
                .max(runners)
                .maxConcurrency(SLOTS)
                .maxQueue(queued + SLOTS)
                .options();
        this.books = new Books(options, new Random(1), 0);
        tell(new BookEvent.Tick());
        for (int runner = 1; runner <= runners; runner++) {
            tell(new BookEvent.Greeted(pool + "-" + runner));
        }
        for (int call = 0; call < runners * SLOTS + queued; call++) {
            arrive();
        }
        PoolStats stats = books.stats(0, 0, 0);
        if (stats.queued() != queued || stats.running() != runners * SLOTS) {
            throw new IllegalStateException("not what was to be measured: " + stats);
        }
    }

    private void arrive() {
        tell(new BookEvent.Arrived(++lastCall, FOREVER));
    }

    private int tell(BookEvent event) {
        return books.on(event, 0).size();
    }

    /** One call ends, so that the first of the queue is sent, and another one arrives: nanoseconds of this thread's CPU time for each such step. */
    public double nanosPerCall(int steps) {
        long start = cpuNanos();
        int sent = 0;
        for (int step = 0; step < steps; step++) {
            // Call n runs where call n - runners * SLOTS ran: the oldest ends first, and its slot is the only free one.
            String runner = pool + "-" + (nextToEnd % runners + 1);
            sent += tell(new BookEvent.Finished(++nextToEnd, runner, false, false));
            arrive();
        }
        long nanos = cpuNanos() - start;
        if (sent != steps) {
            throw new IllegalStateException(sent + " calls were sent in " + steps + " steps");
        }
        return (double) nanos / steps;
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime(); // others may use this machine, too
    }
}
