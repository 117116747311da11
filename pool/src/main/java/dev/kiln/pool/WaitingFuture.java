package dev.kiln.pool;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A future that tells when a thread waits for it. Those made from it tell, too, and are otherwise ordinary futures:
 * cancelling them does not cancel the call.
 */
sealed class WaitingFuture<T extends @Nullable Object> extends CompletableFuture<T> permits RemoteCall {
    private final Supplier<CallPath.Wait> waiting;

    WaitingFuture(Supplier<CallPath.Wait> waiting) {
        this.waiting = waiting;
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        if (isDone()) {
            return super.get();
        }
        try (var _ = waiting.get()) {
            return super.get();
        }
    }

    @Override
    public T get(long atMost, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        if (isDone()) {
            return super.get(atMost, unit);
        }
        try (var _ = waiting.get()) {
            return super.get(atMost, unit);
        }
    }

    @Override
    public T join() {
        if (isDone()) {
            return super.join();
        }
        try (var _ = waiting.get()) {
            return super.join();
        }
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new WaitingFuture<>(waiting);
    }
}
