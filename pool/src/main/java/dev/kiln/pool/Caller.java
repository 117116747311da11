package dev.kiln.pool;

import dev.kiln.frame.Frame;
import dev.kiln.frame.Resident;
import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.RemoteFunction;
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
     * The same, for work that does no harm when it runs more than once, wholly or in part: a call whose runner is lost is
     * made again, so that it is sent to at most 3 runners in all. Each try has the pool's limits of its own, all together
     * that of {@link #within} if it is said. What the work itself throws is never a reason to make the call again. A runner
     * that cannot be started needs no word: the pool asks for another one as long as any call has time to wait, unless it
     * would fail in the same way ({@link BootFailed#permanent}).
     */
    Caller idempotent();

    /**
     * The same, for work that runs on the runner that the frame's data is on, and waits for a slot there. If the data moves
     * because that runner has to go, or one of its replicas is lost, calls that wait go after it; calls that a runner makes
     * do not. If it is gone, calls fail with {@link dev.kiln.frame.FrameLost}. The data of a frame of this process is as far
     * from one runner as from another: calls near it run anywhere. Replaces what {@link #keyed} said.
     *
     * @param frame not closed; once it is closed, calls go where its data was last
     * @throws IllegalArgumentException if its data is on a runner of another pool
     */
    Caller near(Frame frame);

    /**
     * The same, for work that uses a resident: it runs where that lives, the only place where {@link Resident#get} works.
     *
     * @param resident only where it lives matters, it may be closed
     * @throws IllegalArgumentException if it lives on a runner of another pool
     */
    Caller near(Resident<?> resident);

    /**
     * The same, for calls that belong together: all of one key run on one runner, for as long as there are any, and wait for
     * a slot there. If that runner ends, the next ones go to another together. Replaces what {@link #near} said.
     *
     * @param key from 1 to 1,000 characters
     */
    Caller keyed(String key);

    /**
     * The same, for calls, and what they return and place, in a batch, in place of the one that is bound to the thread.
     *
     * @param batch open when the calls are made
     */
    Caller in(Batch batch);

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

    /**
     * Places an object on a runner, where it takes a slot until it is let go, and waits until it is there. Calling this is a
     * call, with the limits of this view; so is each use of a method of the object, with the same limits.
     *
     * <pre>{@code
     * try (Placed<Index> index = pool.place(Index.class, () -> new LuceneIndex(folder))) {
     *     index.get().add(document);
     * }
     * }</pre>
     *
     * @param type an interface, not sealed, whose methods take and return what can cross
     * @param factory makes the object, on the runner; not null, and an implementation of the interface
     * @throws IllegalArgumentException if the type cannot be used, naming the method
     * @throws dev.kiln.frame.NotTransferable if the factory captures something that cannot cross
     * @throws CallFailed if the factory threw, or returned something else; and as {@link #call} throws
     */
    <S> Placed<S> place(Class<S> type, RemoteCallable<? extends S> factory);

    /** The same, for placed objects whose methods may run at the same time: they are safe for that. */
    Caller concurrent();

    /**
     * The same, for placed objects that are made again on another runner, by their factory, when theirs is lost or has to go.
     *
     * @param n how often at most, at least 0
     */
    Caller restarts(int n);

    /**
     * For placed objects that are made again from what was kept of them: taken on their runner between two of their methods,
     * at an interval and whenever {@link Placed#checkpoint} asks for it, and kept here. Needs {@link #restarts} of at least 1.
     *
     * <pre>{@code
     * Placed<Counter> counter = pool.restarts(3)
     *         .checkpoint(Duration.ofSeconds(5), MyCounter::value)     // or (MyCounter c) -> c.value()
     *         .restore(value -> new MyCounter(value))
     *         .place(Counter.class, () -> new MyCounter(0));
     * }</pre>
     *
     * A checkpoint that fails is logged, and the one before remains.
     *
     * @param every positive; counts from the end of the last one
     * @param state takes the object; what it returns is kept by value, with the data of all frames in it
     * @param <C> the object's class, or its interface: a lambda must name it, a method reference does
     * @param <T> what is kept
     */
    <C, T extends @Nullable Object> Checkpointing<C, T> checkpoint(Duration every, RemoteFunction<C, T> state);

    /** The same, only when {@link Placed#checkpoint} asks for it and before a planned move. */
    <C, T extends @Nullable Object> Checkpointing<C, T> checkpoint(RemoteFunction<C, T> state);
}
