package dev.kiln.pool;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A submitted call as a future whose cancel reaches the runner. */
final class RemoteCall<T extends @Nullable Object> extends WaitingFuture<T> implements Call<T> {
    private final OpenCall open;
    private final CallDesk desk;

    RemoteCall(OpenCall open, CallDesk desk) {
        super(() -> desk.waiting(open));
        this.open = open;
        this.desk = desk;
    }

    void complete(Supplier<T> outcome) {
        try {
            complete(outcome.get());
        } catch (RuntimeException | Error e) {
            completeExceptionally(e);
        }
    }

    /** Whether its work may have begun somewhere. */
    boolean mayHaveBegun() {
        return open.mayHaveBegun();
    }

    /** Its part in a batch; null for none, or on a runner. */
    @Nullable
    BatchCall member() {
        return open instanceof PendingCall call ? call.inBatch() : null;
    }

    @Override
    public long id() {
        return open.id();
    }

    @Override
    public Optional<String> runner() {
        return Optional.ofNullable(open.runner());
    }

    @Override
    public T join() {
        try {
            return get();
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException | CancellationException e) {
            throw unwrap(e);
        }
    }

    @Override
    public T join(Duration atMost) {
        try {
            return get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new CallTimedOut(
                    desk.describe(open) + " has no outcome after " + atMost + "; it goes on",
                    open.runner() == null ? CallTimedOut.Phase.QUEUE : CallTimedOut.Phase.RUN,
                    false,
                    null);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException | CancellationException e) {
            throw unwrap(e);
        }
    }

    private CallCancelled interrupted(InterruptedException e) {
        cancel();
        Thread.currentThread().interrupt();
        return desk.interrupted(open, e);
    }

    private RuntimeException unwrap(Exception e) {
        if (e instanceof CancellationException) {
            return desk.cancelled(open);
        }
        return switch (e.getCause()) {
            case RuntimeException failure -> failure;
            case Error error -> throw error;
            case null, default -> new IllegalStateException("a call fails with unchecked exceptions only", e);
        };
    }

    @Override
    public boolean cancel() {
        return cancel(true);
    }

    /** Cancels the remote work; the argument makes no difference. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        // This future is cancelled before its outcome is decided, so that it never looks failed instead.
        return desk.cancel(open, () -> super.cancel(mayInterruptIfRunning));
    }
}
