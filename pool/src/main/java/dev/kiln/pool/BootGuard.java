package dev.kiln.pool;

import dev.kiln.pool.spi.BootProblem;
import io.smallrye.faulttolerance.api.Guard;
import io.smallrye.faulttolerance.apiimpl.BasicCircuitBreakerMaintenanceImpl;
import io.smallrye.faulttolerance.apiimpl.BuilderEagerDependencies;
import io.smallrye.faulttolerance.apiimpl.BuilderLazyDependencies;
import io.smallrye.faulttolerance.apiimpl.GuardImpl;
import io.smallrye.faulttolerance.core.event.loop.EventLoop;
import io.smallrye.faulttolerance.core.metrics.MeteredOperation;
import io.smallrye.faulttolerance.core.metrics.MetricsProvider;
import io.smallrye.faulttolerance.core.metrics.MetricsRecorder;
import io.smallrye.faulttolerance.core.timer.Timer;
import io.smallrye.faulttolerance.core.timer.TimerTask;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.jspecify.annotations.Nullable;

/**
 * Between a pool and its backend: asks again, with back-off and jitter, after a transient problem of asking, and does not
 * ask for a while after a permanent one. It runs what it guards on the thread that calls it, waits there between two tries,
 * and has no thread of its own.
 */
final class BootGuard {
    private static final int ASK_AGAIN = 2;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long JITTER_MILLIS = 50;
    /**
     * A little less than the books wait: whenever they ask for one runner to see whether it works again, the breaker lets it
     * through, however late it learned of the problem that opened it.
     */
    private static final long OPEN_MILLIS = TimeUnit.NANOSECONDS.toMillis(BootGovernor.LONGEST_PAUSE) - 1000;

    private final Guard guard;
    private final BooleanSupplier open;
    private volatile @Nullable Exception lastPermanent;

    /**
     * @param clock closes the breaker by half when it is time; must not be closed before the guard's last use
     * @param open whether asking again makes sense at all: not when the pool closes
     */
    BootGuard(String pool, ScheduledExecutorService clock, BooleanSupplier open) {
        this.open = open;
        var builder = new GuardImpl.BuilderImpl(new NoNames(), () -> new OnClock(clock));
        this.guard = builder.withDescription("boots of pool " + pool)
                .withCircuitBreaker()
                .when(BootGuard::isPermanent)
                .requestVolumeThreshold(1)
                .failureRatio(1)
                .successThreshold(1)
                .delay(OPEN_MILLIS, ChronoUnit.MILLIS)
                .done()
                .withRetry()
                .whenException(problem -> isTransientAsking(problem) && open.getAsBoolean())
                .maxRetries(ASK_AGAIN)
                .delay(FIRST_PAUSE_MILLIS, ChronoUnit.MILLIS)
                .jitter(JITTER_MILLIS, ChronoUnit.MILLIS)
                .withExponentialBackoff()
                .done()
                .done()
                .build();
    }

    /**
     * Boots a runner.
     *
     * @param troubles learns of problems after which it is asked for again
     * @param boot asks for it and waits until it is up; throws {@link BootProblem} if it cannot be had, and {@link BootFailed}
     *     if it could, but was no use
     * @throws BootFailed also, without asking, while the breaker is open
     */
    void call(Consumer<Exception> troubles, Callable<Boolean> boot) throws Exception {
        var asked = new AtomicInteger();
        try {
            boolean _ = guard.call(
                    () -> {
                        try {
                            return boot.call();
                        } catch (BootProblem | BootFailed e) {
                            if (isTransientAsking(e) && asked.incrementAndGet() <= ASK_AGAIN && open.getAsBoolean()) {
                                troubles.accept(e);
                            }
                            lastPermanent = isPermanent(e) ? e : lastPermanent;
                            throw e;
                        }
                    },
                    Boolean.class);
        } catch (CircuitBreakerOpenException e) {
            Exception why = lastPermanent;
            throw new BootFailed(
                    "no runner is asked for, since the last one could not be had: "
                            + (why == null ? e.getMessage() : why.getMessage()),
                    true,
                    why == null ? e : why);
        }
    }

    private static boolean isPermanent(Throwable problem) {
        return (problem instanceof BootProblem asking && asking.permanent())
                || (problem instanceof BootFailed failed && failed.permanent());
    }

    private static boolean isTransientAsking(Throwable problem) {
        return problem instanceof BootProblem asking && !asking.permanent();
    }

    /** Breakers of this process have no names: nobody else looks for them. */
    private static final class NoNames implements BuilderEagerDependencies {
        @Override
        public BasicCircuitBreakerMaintenanceImpl cbMaintenance() {
            return new BasicCircuitBreakerMaintenanceImpl();
        }
    }

    /** What the guard would otherwise take from the process: its threads above all. */
    private record OnClock(ScheduledExecutorService clock) implements BuilderLazyDependencies, MetricsProvider, Timer {
        @Override
        public boolean ftEnabled() {
            return true;
        }

        @Override
        public ExecutorService asyncExecutor() {
            return clock; // for asynchronous actions, of which there are none
        }

        @Override
        public EventLoop eventLoop() {
            return () -> null;
        }

        @Override
        public Timer timer() {
            return this;
        }

        @Override
        public MetricsProvider metricsProvider() {
            return this;
        }

        @Override
        public boolean isEnabled() {
            return false;
        }

        @Override
        public MetricsRecorder create(MeteredOperation operation) {
            return MetricsRecorder.NOOP;
        }

        @Override
        public int getId() {
            return 0;
        }

        @Override
        public TimerTask schedule(long delayInMillis, Runnable task) {
            try {
                return new Scheduled(clock.schedule(task, delayInMillis, TimeUnit.MILLISECONDS));
            } catch (RejectedExecutionException e) {
                return new Scheduled(
                        java.util.concurrent.CompletableFuture.completedFuture(null)); // the pool is closed
            }
        }

        @Override
        public TimerTask schedule(long delayInMillis, Runnable task, @Nullable Executor executor) {
            return schedule(delayInMillis, executor == null ? task : () -> executor.execute(task));
        }

        @Override
        public int countScheduledTasks() {
            return 0;
        }

        @Override
        public void shutdown() {}
    }

    private record Scheduled(Future<?> future) implements TimerTask {
        @Override
        public boolean isDone() {
            return future.isDone();
        }

        @Override
        public boolean cancel() {
            return future.cancel(false);
        }
    }
}
