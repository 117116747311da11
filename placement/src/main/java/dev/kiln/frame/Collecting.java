package dev.kiln.frame;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Runs this process's garbage collector when owners of frames ask for it: handles are small, so its own heap may never be full
 * of those that nobody can reach any more (the trap of Ray's Java handles, its pull request 9371). At least 10 s are between
 * two collections, and 20 times as long as the last one took; what was asked for meanwhile is done then. Any thread.
 */
final class Collecting {
    private static final System.Logger LOG = System.getLogger(Collecting.class.getName());
    private static final long LEAST_PAUSE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int PAUSE_PER_COLLECTION = 20;

    private static final AtomicBoolean WARNED = new AtomicBoolean();
    private static final Collecting PROCESS = new Collecting(
            System::nanoTime,
            task -> Thread.ofPlatform().daemon().name("kiln-collect").start(task),
            System::gc);

    private final LongSupplier nanos;
    private final Consumer<Runnable> thread;
    private final Runnable collector;
    private final AtomicBoolean due = new AtomicBoolean();
    private final AtomicLong notBefore;
    private final AtomicLong collections = new AtomicLong();

    /**
     * @param nanos a monotonic clock
     * @param thread runs one task at a time, elsewhere
     * @param collector collects once
     */
    Collecting(LongSupplier nanos, Consumer<Runnable> thread, Runnable collector) {
        this.nanos = nanos;
        this.thread = thread;
        this.collector = collector;
        this.notBefore = new AtomicLong(nanos.getAsLong());
    }

    static Collecting process() {
        return PROCESS;
    }

    /**
     * Somebody's memory is short.
     *
     * @param wanted whether anything is to be done about it
     */
    void asked(boolean wanted) {
        if (wanted) {
            due.set(true);
            look();
        }
    }

    /** Does what was asked for, if it is time to. Does not block; often. */
    void look() {
        long since = notBefore.get();
        long now = nanos.getAsLong();
        // Whoever moves the time on collects; it is moved for good by the end of that collection.
        if (due.get() && now - since >= 0 && notBefore.compareAndSet(since, now + LEAST_PAUSE_NANOS)) {
            due.set(false); // before: a request that comes while it runs is for the next one
            thread.accept(() -> {
                collector.run();
                collections.incrementAndGet();
                long end = nanos.getAsLong();
                notBefore.set(end + Math.max(LEAST_PAUSE_NANOS, PAUSE_PER_COLLECTION * (end - now)));
            });
        }
    }

    long collections() {
        return collections.get();
    }

    /** Says once if this JVM was told to ignore such requests. */
    static void warnIfIgnored() {
        var bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        boolean ignored = bean != null
                && Boolean.parseBoolean(bean.getVMOption("DisableExplicitGC").getValue());
        if (ignored && WARNED.compareAndSet(false, true)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "this JVM has -XX:+DisableExplicitGC: frames that are forgotten here, not closed, stay on their runners"
                            + " until the heap is full; close them, or leave that option out");
        }
    }
}
