package dev.kiln.pool;

import dev.kiln.frame.Frame;
import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.RemoteRunnable;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
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

    /**
     * The same, for work that goes on within the runners' shutdownTimeout when this process ends. Said on a runner: for work
     * that goes on when the call that makes it is cancelled or out of time, or its runner ends.
     */
    Caller unlinked();

    /**
     * The same, for work that does no harm when it runs more than once, wholly or in part: a call whose runner is lost, or
     * for which none could be started, is made again, at most 3 times in all and only while its time lasts. A call that the
     * work itself failed is never made again.
     */
    Caller idempotent();

    /**
     * The same, for work that runs on the runner that the frame's data is on, and waits for a slot there. If that runner
     * ends first, calls fail with {@link dev.kiln.frame.FrameLost}. The data of a frame of this process is as far from one
     * runner as from another: calls near it run anywhere. Replaces what {@link #keyed} said.
     *
     * @param frame not closed; only where its data is now matters, it may be closed afterwards
     * @throws IllegalArgumentException if its data is on a runner of another pool
     */
    Caller near(Frame frame);

    /**
     * The same, for calls that belong together: all of one key run on one runner, for as long as there are any, and wait for
     * a slot there. If that runner ends, the next ones go to another together. Replaces what {@link #near} said.
     *
     * @param key from 1 to 1,000 characters
     */
    Caller keyed(String key);

    /**
     * These calls as an executor, for code that knows nothing of pools. Tasks must be able to cross: objects of serializable
     * classes, or lambdas that say so, {@code (Callable<Integer> & Serializable) () -> 7}; any other task is refused when it
     * is submitted, with {@link dev.kiln.frame.NotTransferable}.
     *
     * <p>Futures fail as {@link ExecutorService} documents: with what the task threw as cause, or with a
     * {@link PoolException} as cause if it has no outcome of its own; the limits of time are those of these calls. Cancelling
     * a future interrupts the task on its runner, whatever the argument. {@code shutdownNow} cancels all and returns those
     * that never began. Shutting the executor down, or closing it, leaves the pool open; an executor that is shut down, or
     * whose pool is closed, throws {@link java.util.concurrent.RejectedExecutionException}.
     */
    ExecutorService asExecutor();
}
