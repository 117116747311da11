package dev.kiln.pool;

import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.wire.CallTerms.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A pool's calls as an executor: see {@link Caller#asExecutor}. Any thread. */
final class PoolExecutor implements ExecutorService {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());

    private final CallDesk desk;
    private final CallOptions options;
    private final Set<PoolTask<?>> open = new LinkedHashSet<>(); // guarded by this
    private final CountDownLatch terminated = new CountDownLatch(1);
    private boolean shutdown; // guarded by this

    /** Work of a task, so that what is refused is called by that name. */
    private record Task<T extends @Nullable Object>(Callable<T> task) implements RemoteCallable<T> {
        @Override
        public T call() throws Exception {
            return task.call();
        }
    }

    /** The same for one without a value. */
    private record Errand<T extends @Nullable Object>(Runnable task, T result) implements RemoteCallable<T> {
        @Override
        public T call() {
            task.run();
            return result;
        }
    }

    PoolExecutor(CallDesk desk, CallOptions options) {
        this.desk = desk;
        this.options = options;
    }

    private <T extends @Nullable Object> PoolTask<T> start(RemoteCallable<T> work, Runnable task, Kind kind) {
        PoolTask<T> started;
        synchronized (this) {
            if (shutdown) {
                throw new RejectedExecutionException(
                        "this executor of pool " + desk.pool() + " is shut down; make another with asExecutor()");
            }
            try {
                started = new PoolTask<>(desk.submit(work, options, kind), task);
            } catch (PoolClosed e) {
                throw new RejectedExecutionException(e.getMessage(), e);
            }
            open.add(started);
        }
        // After it was added, so that it is taken out in the end however quick it is.
        CompletableFuture<?> _ = started.call().whenComplete((value, failure) -> over(started));
        return started;
    }

    private synchronized void over(PoolTask<?> task) {
        open.remove(task);
        if (shutdown && open.isEmpty()) {
            terminated.countDown();
        }
    }

    @Override
    public void execute(Runnable task) {
        Objects.requireNonNull(task, "task");
        RemoteCall<@Nullable Object> call = start(new Errand<@Nullable Object>(task, null), task, Kind.EXECUTE)
                .call();
        CompletableFuture<?> _ = call.exceptionally(failure -> {
            LOG.log(System.Logger.Level.WARNING, "a task that was executed and forgotten failed", failure);
            return null;
        });
    }

    @Override
    public <T extends @Nullable Object> Future<T> submit(Callable<T> task) {
        return begin(task);
    }

    private <T extends @Nullable Object> PoolTask<T> begin(Callable<T> task) {
        Objects.requireNonNull(task, "task");
        return start(
                new Task<>(task),
                () -> {
                    try {
                        task.call();
                    } catch (RuntimeException e) {
                        throw e;
                    } catch (Exception e) {
                        throw new IllegalStateException("the task failed", e);
                    }
                },
                Kind.CALL);
    }

    @Override
    public <T extends @Nullable Object> Future<T> submit(Runnable task, T result) {
        Objects.requireNonNull(task, "task");
        return start(new Errand<>(task, result), task, Kind.CALL);
    }

    @Override
    public Future<?> submit(Runnable task) {
        Objects.requireNonNull(task, "task");
        PoolTask<@Nullable Object> started = start(new Errand<@Nullable Object>(task, null), task, Kind.CALL);
        return started;
    }

    @Override
    public <T extends @Nullable Object> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks)
            throws InterruptedException {
        List<Future<T>> started = startAll(tasks);
        try {
            for (Future<T> task : started) {
                await(task);
            }
            return started;
        } catch (InterruptedException e) {
            started.forEach(task -> task.cancel(true));
            throw e;
        }
    }

    @Override
    public <T extends @Nullable Object> List<Future<T>> invokeAll(
            Collection<? extends Callable<T>> tasks, long atMost, TimeUnit unit) throws InterruptedException {
        long end = System.nanoTime() + unit.toNanos(atMost);
        List<Future<T>> started = startAll(tasks);
        try {
            for (Future<T> task : started) {
                await(task, end);
            }
            return started;
        } catch (InterruptedException e) {
            started.forEach(task -> task.cancel(true));
            throw e;
        } catch (TimeoutException e) {
            started.forEach(task -> task.cancel(true));
            return started;
        }
    }

    /** Starts all or, if one is refused, none. */
    private <T extends @Nullable Object> List<Future<T>> startAll(Collection<? extends Callable<T>> tasks) {
        List<Future<T>> started = new ArrayList<>(tasks.size());
        try {
            for (Callable<T> task : tasks) {
                started.add(begin(task));
            }
            return started;
        } catch (RuntimeException e) {
            started.forEach(task -> task.cancel(true));
            throw e;
        }
    }

    private static void await(Future<?> task) throws InterruptedException {
        try {
            task.get();
        } catch (ExecutionException | CancellationException e) {
            return; // its future tells
        }
    }

    private static void await(Future<?> task, long endNanos) throws InterruptedException, TimeoutException {
        try {
            task.get(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | CancellationException e) {
            return; // its future tells
        }
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> tasks)
            throws InterruptedException, ExecutionException {
        return firstOf(tasks, LinkedBlockingQueue::take);
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> tasks, long atMost, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        long end = System.nanoTime() + unit.toNanos(atMost);
        return firstOf(tasks, over -> {
            PoolTask<T> task = over.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (task == null) {
                throw new TimeoutException("no task of " + tasks.size() + " has succeeded in time; all are cancelled");
            }
            return task;
        });
    }

    /** Waits for the next task that is over. */
    private interface Next<T extends @Nullable Object, X extends Exception> {
        PoolTask<T> of(LinkedBlockingQueue<PoolTask<T>> over) throws InterruptedException, X;
    }

    private <T extends @Nullable Object, X extends Exception> T firstOf(
            Collection<? extends Callable<T>> tasks, Next<T, X> next)
            throws InterruptedException, ExecutionException, X {
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("invokeAny needs at least one task");
        }
        var over = new LinkedBlockingQueue<PoolTask<T>>();
        List<Future<T>> started = startAll(tasks);
        try {
            for (Future<T> future : started) {
                PoolTask<T> task = (PoolTask<T>) future;
                CompletableFuture<?> _ = task.call().whenComplete((value, failure) -> over.add(task));
            }
            ExecutionException last = new ExecutionException("all tasks were cancelled", null);
            for (int left = started.size(); left > 0; left--) {
                try (var _ = desk.waiting(null)) {
                    return next.of(over).get();
                } catch (ExecutionException e) {
                    last = e;
                } catch (CancellationException e) {
                    last = new ExecutionException("a task was cancelled", e);
                }
            }
            throw last;
        } finally {
            started.forEach(task -> task.cancel(true));
        }
    }

    @Override
    public synchronized void shutdown() {
        shutdown = true;
        if (open.isEmpty()) {
            terminated.countDown();
        }
    }

    @Override
    public List<Runnable> shutdownNow() {
        List<PoolTask<?>> unfinished;
        synchronized (this) {
            shutdown();
            unfinished = List.copyOf(open);
        }
        List<Runnable> neverBegan = new ArrayList<>();
        // Those that wait first: a slot that one of the others leaves must not become theirs.
        for (PoolTask<?> task : unfinished) {
            // Looked at again after the cancel: a call that was taken before it was sent is not sent any more.
            if (!task.call().mayHaveBegun() && task.cancel(true) && !task.call().mayHaveBegun()) {
                neverBegan.add(task.task());
            }
        }
        unfinished.forEach(task -> task.cancel(true));
        return neverBegan;
    }

    @Override
    public synchronized boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return terminated.getCount() == 0;
    }

    @Override
    public boolean awaitTermination(long atMost, TimeUnit unit) throws InterruptedException {
        try (var _ = desk.waiting(null)) {
            return terminated.await(atMost, unit);
        }
    }
}
