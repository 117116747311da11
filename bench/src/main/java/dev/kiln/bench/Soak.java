package dev.kiln.bench;

import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolStats;
import dev.kiln.pool.RunnerInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Random load on a pool whose runners are killed and whose size changes at random, for minutes: every call must have an
 * outcome, and nothing may grow.
 *
 * <p>After each ten seconds of this all pause: no call runs, the pool is brought to a known size, and what there is is counted. The counts
 * can be compared with each other then.
 */
final class Soak {
    static final Duration USUAL = Duration.ofMinutes(10);
    static final Duration LEAST = Duration.ofSeconds(30);

    private static final int WORKERS = 16;
    private static final int SLOTS = 6;
    private static final int MAX = 4;
    private static final int QUIET_SIZE = 2;
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PAUSE_MILLIS = 30;

    private final Pool pool;
    private final SoakCalls calls;
    private final Duration length;
    private final long seed;
    private final AtomicLong killed = new AtomicLong();
    private final ReentrantReadWriteLock activity = new ReentrantReadWriteLock(true); // to write is to be alone
    private final List<String> wrong = new ArrayList<>(); // main thread only
    private volatile boolean over;

    private Soak(Pool pool, Duration length, long seed) {
        this.pool = pool;
        this.calls = new SoakCalls(pool);
        this.length = length;
        this.seed = seed;
    }

    private interface Deed {
        void once(SplittableRandom random) throws InterruptedException;
    }

    /** Whether all was well. */
    static boolean run(Duration length) throws InterruptedException {
        long seed = new SplittableRandom().nextLong();
        System.out.println("soak: " + length.toSeconds() + " s, up to " + MAX + " runners with " + SLOTS + " slots, "
                + WORKERS + " callers, seed " + seed);
        boolean well;
        try (Pool pool = Pool.named("soak")
                .min(QUIET_SIZE)
                .max(MAX)
                .maxConcurrency(SLOTS)
                .idleShutdownAfter(Duration.ofSeconds(2))
                .shutdownTimeout(Duration.ofSeconds(5))
                .jvmOptions(List.of("-Xmx128m"))
                .open()) {
            well = new Soak(pool, length, seed).run();
        }
        boolean clean = isClean(); // also said where the rest was not well
        return well && clean;
    }

    private boolean run() throws InterruptedException {
        SplittableRandom random = new SplittableRandom(seed);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            threads.add(start(random.split(), PAUSE_MILLIS, calls::makeOne));
        }
        List<Thread> troubles =
                List.of(start(random.split(), 6_000, this::killOne), start(random.split(), 12_000, this::resize));

        List<SoakSample> samples = new ArrayList<>();
        SoakSample.printHeads();
        long start = System.nanoTime();
        for (long seconds = 0; seconds < length.toSeconds() && wrong.isEmpty(); ) {
            Thread.sleep(STEP);
            seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
            SoakSample sample = inQuiet(seconds);
            if (sample != null) {
                sample.print(calls.made(), killed.get());
                samples.add(sample);
            }
        }
        over = true;
        troubles.forEach(Thread::interrupt); // they sleep, mostly
        threads.addAll(troubles);
        long hopeless = System.nanoTime() + PATIENCE.toNanos();
        for (Thread thread : threads) {
            if (!thread.join(Duration.ofNanos(Math.max(1, hopeless - System.nanoTime())))) {
                wrong.add("a caller still waits for its call");
            }
        }
        return verdict(samples);
    }

    private Thread start(SplittableRandom random, int pauseMillis, Deed deed) {
        return Thread.ofVirtual().start(() -> {
            try {
                while (!over) {
                    Thread.sleep(random.nextInt(pauseMillis));
                    activity.readLock().lock();
                    try {
                        deed.once(random);
                    } finally {
                        activity.readLock().unlock();
                    }
                }
            } catch (InterruptedException e) {
                // The end.
            }
        });
    }

    private void killOne(SplittableRandom random) {
        List<RunnerInfo> alive =
                pool.runners().stream().filter(one -> one.pid().isPresent()).toList();
        if (!alive.isEmpty()) {
            RunnerInfo victim = alive.get(random.nextInt(alive.size()));
            ProcessHandle.of(victim.pid().getAsLong()).ifPresent(process -> {
                killed.incrementAndGet();
                process.destroyForcibly();
            });
        }
    }

    private void resize(SplittableRandom random) {
        int max = random.nextInt(1, MAX + 1);
        pool.resize(random.nextInt(0, Math.min(max, 2) + 1), max);
    }

    /** A sample with nothing else going on; null if it does not become quiet. */
    private @Nullable SoakSample inQuiet(long seconds) throws InterruptedException {
        if (!activity.writeLock().tryLock(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)) {
            wrong.add("calls that should have ended have not, after " + seconds + " s");
            return null;
        }
        try {
            pool.resize(QUIET_SIZE, QUIET_SIZE);
            if (!within(PATIENCE, this::isQuiet)) {
                wrong.add("the pool did not come to rest after " + seconds + " s: " + pool.stats() + " "
                        + pool.runners());
                return null;
            }
            return SoakSample.take(pool, seconds);
        } finally {
            pool.resize(1, MAX);
            activity.writeLock().unlock();
        }
    }

    private boolean isQuiet() {
        System.gc(); // what was dropped here is to be freed there
        PoolStats stats = pool.stats();
        return stats.queued() + stats.running() + stats.booting() + stats.retiring() == 0
                && stats.ready() == QUIET_SIZE
                && SoakSample.framesNow(pool) == 0
                && ProcessHandle.current().descendants().count() == QUIET_SIZE;
    }

    private static boolean within(Duration limit, BooleanSupplier isSo) throws InterruptedException {
        long start = System.nanoTime();
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) {
                return false;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        return true;
    }

    private boolean verdict(List<SoakSample> samples) {
        PoolStats stats = pool.stats();
        System.out.println();
        calls.report().print();
        System.out.println("  " + killed + " runners killed; " + stats.boots() + " boots, " + stats.bootFailures()
                + " failed boots, " + stats.losses() + " deaths that the pool has seen");
        System.out.println();
        boolean flat = SoakSample.areFlat(samples);
        wrong.addAll(calls.unaccounted());
        wrong.forEach(one -> System.out.println("  WRONG     " + one));
        System.out.println(wrong.isEmpty() ? "  every call is accounted for" : "  NOT every call is accounted for");
        return flat && wrong.isEmpty();
    }

    /** Whether the closed pool has left nothing. */
    private static boolean isClean() throws InterruptedException {
        boolean clean = within(
                Duration.ofSeconds(10),
                () -> ProcessHandle.current().descendants().findAny().isEmpty()
                        && SoakSample.foldersNow() == 0
                        && Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread -> thread.getName().startsWith("kiln-")));
        System.out.println(clean ? "  nothing is left" : "  LEFT: processes, folders or threads of the closed pool");
        return clean;
    }
}
