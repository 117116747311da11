package dev.kiln.runner;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The platform threads that runners have beside those of their links: one for the books and ticks, one that fires deadlines,
 * and for closures as many as run. A runner in a process of its own has them alone. Runners that share a process share them:
 * a thousand would otherwise keep the processors busy with waking a thousand threads for each tick, and with handing each
 * call to a thread that has not run for long. All are daemons, and without work for a while there are none.
 */
public final class RunnerThreads {
    private static final System.Logger LOG = System.getLogger(RunnerThreads.class.getName());
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final boolean shared;
    private final ScheduledExecutorService clock;
    private final ScheduledExecutorService books;
    private final ExecutorService calls;
    private final Set<Runnable> ticking = ConcurrentHashMap.newKeySet();
    private boolean scheduled; // guarded by this
    private boolean collected; // books thread only

    private RunnerThreads(String name, boolean shared) {
        this.shared = shared;
        this.clock = single("kiln-clock-" + name);
        this.books = single("kiln-books-" + name);
        this.calls = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().daemon().name("kiln-call-" + name + "-", 1).factory());
    }

    /** For one runner alone: they end with it. */
    static RunnerThreads of(String runner) {
        return new RunnerThreads(runner, false);
    }

    /**
     * For any number of runners of this process, which come and go.
     *
     * @param name a part of the threads' names
     */
    public static RunnerThreads shared(String name) {
        return new RunnerThreads(name, true);
    }

    private static ScheduledExecutorService single(String name) {
        var executor = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name(name).factory());
        executor.setRemoveOnCancelPolicy(true); // most deadlines are cancelled long before they are due
        executor.setKeepAliveTime(IDLE.toMillis(), TimeUnit.MILLISECONDS);
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /** Whether they are for several runners. */
    boolean shared() {
        return shared;
    }

    /** Fires deadlines; what it does is short. */
    ScheduledExecutorService clock() {
        return clock;
    }

    /** One thread, on which ticks are, too. */
    ScheduledExecutorService books() {
        return books;
    }

    /** Returns when the books thread has done all that it has to do now. For other threads than that. */
    void awaitBooks() {
        try {
            books.submit(() -> {}).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RejectedExecutionException e) {
            // It is over: nothing more is done there.
        } catch (ExecutionException e) {
            throw new AssertionError("what does nothing does not fail", e);
        }
    }

    /** Runs closures, each at once. */
    Executor calls() {
        return calls;
    }

    /**
     * Runs it at every tick until {@link #left}, on the books thread. All runners have their tick in one go: that wakes the
     * thread once.
     */
    synchronized void joined(Runnable tick) {
        ticking.add(tick);
        if (!scheduled) {
            schedule();
        }
    }

    /** A runner has ended. */
    synchronized void left(Runnable tick) {
        ticking.remove(tick);
        if (!shared) {
            clock.shutdownNow();
            books.shutdown();
            calls.shutdown();
        }
    }

    private void tick() {
        collected = false;
        for (Runnable each : ticking) {
            try {
                each.run();
            } catch (RuntimeException | Error e) { // one runner's trouble: the others have their leases to keep
                LOG.log(System.Logger.Level.ERROR, "a tick failed; the next one tries again", e);
            }
        }
        schedule();
    }

    /** The next tick, while there is anybody to have it. */
    private synchronized void schedule() {
        scheduled = !ticking.isEmpty();
        if (scheduled) {
            Future<?> _ = books.schedule(this::tick, TICK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Collects garbage, once for all that ask for it in one tick: whatever any of them had become garbage before its tick.
     * Books thread.
     */
    void collectGarbage() {
        if (!collected) {
            collected = true;
            System.gc();
        }
    }
}
