package dev.kiln.pool;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameInfo;
import dev.kiln.frame.Resident;
import dev.kiln.pool.spi.Backend;
import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.RemoteFunction;
import dev.kiln.runner.RemoteRunnable;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Runs pieces of this program in short-lived copies of it.
 *
 * <pre>{@code
 * try (Pool pool = Pool.named("media").max(10).maxConcurrency(4).open()) {
 *     Thumbnail t = pool.call(() -> Thumbnails.of(video, second));
 * }
 * }</pre>
 *
 * The closure runs in a runner: a process that the pool starts when it is needed and ends when it is not, with this
 * program's own classes. Dataframes in what it returns stay there; the caller gets {@linkplain dev.kiln.frame.Frame handles}
 * in their places, works on them from here, and the memory over there is freed when it drops them.
 *
 * <p>How many runners there may be, how long a call may take and what a runner is: see {@link PoolBuilder}.
 *
 * <p><b>On a runner.</b> A closure may use the pool that it runs in: a captured pool crosses as its name and is a view of this
 * pool over there, by which calls can be made. They are queued and placed with all others, count against {@code max}, go
 * before calls that have not begun, and belong to the call that makes them: they have no more time than that has left, and
 * are cancelled with it or when its runner ends, unless they are {@link #unlinked}; what {@link #execute} starts has no limit
 * but is cancelled with a call that has not returned. While a closure waits for such a call its slot is lent, so that calls
 * may nest to any depth in a full pool (not in a {@linkplain PoolBuilder#singleUse single-use} one, whose runners take one
 * call). What waits in another way, as by {@link java.util.concurrent.CompletableFuture#allOf}, keeps its slot. The ids of
 * calls are their runner's own there. Everything but calls is refused with {@link IllegalStateException}.
 *
 * <p>Thread-safe. Source of the idea: FLAME for Elixir.
 */
public final class Pool implements Caller, AutoCloseable {
    private static final Set<String> OPEN_NAMES = ConcurrentHashMap.newKeySet();

    private final CallerSide side;
    private final CallerView view;

    Pool(CallerSide side) {
        this.side = side;
        this.view = new CallerView(side.desk(), CallOptions.DEFAULT);
    }

    /** Begins a pool. The name shows in messages and in the runners' ids, and is unique among this process's open pools. */
    public static PoolBuilder named(String name) {
        return new PoolBuilder(name);
    }

    static Pool open(PoolOptions options, Backend backend) {
        if (!OPEN_NAMES.add(options.name())) {
            throw new IllegalStateException("a pool named '" + options.name()
                    + "' is open in this process already: close it first, or choose another name");
        }
        Runnable forget = () -> OPEN_NAMES.remove(options.name());
        try {
            return Headquarters.open(options, backend, forget).pool();
        } catch (RuntimeException | Error e) {
            forget.run();
            throw e;
        }
    }

    /** The pool's name. */
    public String name() {
        return side.name();
    }

    CallDesk desk() {
        return side.desk();
    }

    @Override
    public <T extends @Nullable Object> T call(RemoteCallable<T> work) {
        return view.call(work);
    }

    @Override
    public <T extends @Nullable Object> Call<T> submit(RemoteCallable<T> work) {
        return view.submit(work);
    }

    @Override
    public void execute(RemoteRunnable work) {
        view.execute(work);
    }

    @Override
    public Caller within(Duration timeout) {
        return view.within(timeout);
    }

    @Override
    public Caller unlinked() {
        return view.unlinked();
    }

    @Override
    public Caller idempotent() {
        return view.idempotent();
    }

    @Override
    public Caller near(Frame frame) {
        return view.near(frame);
    }

    @Override
    public Caller near(Resident<?> resident) {
        return view.near(resident);
    }

    @Override
    public Caller keyed(String key) {
        return view.keyed(key);
    }

    @Override
    public Caller in(Batch batch) {
        return view.in(batch);
    }

    @Override
    public <S> Placed<S> place(Class<S> type, RemoteCallable<? extends S> factory) {
        return view.place(type, factory);
    }

    @Override
    public Caller concurrent() {
        return view.concurrent();
    }

    @Override
    public Caller restarts(int n) {
        return view.restarts(n);
    }

    @Override
    public <C, T extends @Nullable Object> Checkpointing<C, T> checkpoint(Duration every, RemoteFunction<C, T> state) {
        return view.checkpoint(every, state);
    }

    @Override
    public <C, T extends @Nullable Object> Checkpointing<C, T> checkpoint(RemoteFunction<C, T> state) {
        return view.checkpoint(state);
    }

    @Override
    public ExecutorService asExecutor() {
        return view.asExecutor();
    }

    /**
     * Moves all frames and residents in a value, however nested, to a runner.
     *
     * @return the same structure with handles in their places; the value's own frames and residents are unchanged and still
     *     to be closed
     * @throws dev.kiln.frame.NotTransferable if a part of it cannot cross, such as the value of a resident
     */
    public <T extends @Nullable Object> T put(T value) {
        RemoteCallable<T> work = () -> value;
        return call(work);
    }

    /**
     * Gives every runner that takes calls now a copy of a frame's data; if there is none, one is started. On one machine it is
     * written to memory once, and mapped by each of them.
     *
     * @param frame stays as it is
     * @return a frame that is lost only with the last of these runners; operations run at a copy that lives, and closures find
     *     the copy of their own runner
     */
    public Frame broadcast(Frame frame) {
        return side.broadcast(frame, 0);
    }

    /**
     * The same for so many runners, those that keep the least data so far.
     *
     * @param copies at least 1
     * @throws dev.kiln.frame.FrameRefused if there are fewer runners that take one
     */
    public Frame broadcast(Frame frame, int copies) {
        PoolBuilder.require(copies >= 1, "copies", copies, "at least 1");
        return side.broadcast(frame, copies);
    }

    /**
     * Changes how many runners there may be. Those above max go: idle ones first, busy ones after what they have.
     *
     * @param min at least 0
     * @param max at least 1 and min
     */
    public void resize(int min, int max) {
        PoolBuilder.require(min >= 0, "min", min, "at least 0");
        PoolBuilder.require(max >= 1 && max >= min, "max", max, "at least 1 and at least min (" + min + ")");
        side.resize(min, max);
    }

    /** The runners that are not gone, oldest first, as last heard of. */
    public List<RunnerInfo> runners() {
        return side.runners();
    }

    /**
     * The frames that this process or a runner holds on a runner, runner by runner. Each runner is asked, once and all at the
     * same time; what this process has let go of before is not listed. Frames of a runner that ends meanwhile are left out, as
     * are those of one that does not answer within two seconds, which is logged.
     *
     * <pre>{@code
     * pool.frames().stream().sorted(comparingLong(FrameInfo::bytes).reversed()).limit(5).forEach(System.out::println);
     * }</pre>
     *
     * <p>When a pool is closed while this process still holds frames of it, they are named in the log, and to {@link
     * PoolListener#onFramesLeaked}.
     */
    public List<FrameInfo> frames() {
        return side.frames();
    }

    /**
     * The address by which other processes of this user, on this machine, see and end the batches of this program as long as
     * the pool is open: see {@link PoolSession}. It says nothing to anybody else.
     */
    public String session() {
        return side.session();
    }

    /** The pool's numbers now. */
    public PoolStats stats() {
        return side.stats();
    }

    /**
     * Closes the pool and waits until nothing of it is left: waiting calls fail with {@link PoolClosed}, running ones have the
     * shutdownTimeout to end, then their runners are killed; frames that were not brought home are lost. Idempotent.
     */
    @Override
    public void close() {
        side.close();
    }

    @Override
    public String toString() {
        return "Pool[" + name() + "]";
    }
}
