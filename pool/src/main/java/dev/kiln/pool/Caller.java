package dev.kiln.pool;

import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.RemoteRunnable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A way to call into a pool: the pool itself, or an immutable view of it that carries options for the calls made through it.
 *
 * <pre>{@code
 * Thumbnail t = pool.within(Duration.ofSeconds(2)).call(() -> Thumbnails.of(video, second));
 * }</pre>
 *
 * What a closure captures, returns and throws crosses by value; frames in what it returns stay on the runner, and handles
 * take their places. All methods may be called from any thread.
 */
public sealed interface Caller permits Pool, CallerView {

    /**
     * Runs work on a runner and waits for its value. Interrupting the waiting thread cancels the call.
     *
     * @return what the work returned, which may be null
     * @throws dev.kiln.frame.NotTransferable if the work captures something that cannot cross, naming the path to it, before
     *     anything is sent; or if the value cannot cross back
     * @throws CallFailed if the work threw, with that exception as cause
     * @throws CallTimedOut if it waited or ran for too long
     * @throws CallCancelled if this thread was interrupted; its flag is set again
     * @throws RunnerLost if the runner ended under it
     * @throws BootFailed if no runner could be started for it
     * @throws PoolSaturated if too many calls wait already
     * @throws PoolClosed if the pool is closed, or was closed before the work ended
     */
    <T extends @Nullable Object> T call(RemoteCallable<T> work);

    /**
     * Starts work on a runner. What cannot cross is refused here; all other failures end the returned call, as
     * {@link #call} would throw them.
     */
    <T extends @Nullable Object> Call<T> submit(RemoteCallable<T> work);

    /**
     * Starts work on a runner and forgets it: its failure is logged. It may run for as long as it likes, unless this view
     * says {@link #within}.
     */
    void execute(RemoteRunnable work);

    /**
     * The same, with one time for waiting and running together in place of the pool's.
     *
     * @param timeout positive
     */
    Caller within(Duration timeout);

    /** The same, for work that goes on within the runners' shutdownTimeout when this process ends. */
    Caller unlinked();
}
