package dev.kiln.pool;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A task of a {@link PoolExecutor}: a call whose failure is the task's own exception.
 *
 * @param call under way
 * @param task what was submitted, as a task that another executor can run
 */
record PoolTask<T extends @Nullable Object>(RemoteCall<T> call, Runnable task) implements Future<T> {

    @Override
    public T get() throws InterruptedException, ExecutionException {
        try {
            return call.get();
        } catch (ExecutionException e) {
            throw own(e);
        }
    }

    @Override
    public T get(long atMost, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return call.get(atMost, unit);
        } catch (ExecutionException e) {
            throw own(e);
        }
    }

    private static ExecutionException own(ExecutionException e) {
        return e.getCause() instanceof CallFailed failed && failed.getCause() != null
                ? new ExecutionException(failed.getMessage(), failed.getCause())
                : e;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return call.cancel(mayInterruptIfRunning);
    }

    @Override
    public boolean isCancelled() {
        return call.isCancelled();
    }

    @Override
    public boolean isDone() {
        return call.isDone();
    }
}
