package dev.kiln.pool;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A call that was submitted. Dependents run on threads of their own, never on those that read links or keep the books;
 * {@code toCompletableFuture().cancel(true)} cancels the remote work as {@link #cancel} does.
 *
 * @param <T> the value's type
 */
public interface Call<T extends @Nullable Object> extends CompletionStage<T> {

    /** Unique within the pool. */
    long id();

    /** The runner that the call was sent to last; empty while it waits. */
    Optional<String> runner();

    /**
     * Waits for the value.
     *
     * @throws PoolException if there is none
     * @throws CallCancelled also if the waiting thread is interrupted: the call is cancelled then, and the flag set again
     */
    T join();

    /**
     * Waits for the value, but not longer than this; the call goes on if it takes longer.
     *
     * @throws CallTimedOut if the time is over; {@code stopped()} is false then
     * @throws PoolException if there is no value
     */
    T join(Duration atMost);

    /**
     * Cancels the call: it never starts, or its thread is interrupted.
     *
     * @return false if it was over already
     */
    boolean cancel();
}
