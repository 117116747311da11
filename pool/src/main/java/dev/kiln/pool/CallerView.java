package dev.kiln.pool;

import dev.kiln.frame.Frame;
import dev.kiln.frame.Resident;
import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.RemoteFunction;
import dev.kiln.runner.RemoteRunnable;
import dev.kiln.runner.wire.CallTerms.Kind;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** A pool's calls with options. */
record CallerView(CallDesk desk, CallOptions options, PlaceOptions placing) implements Caller {
    private static final int LONGEST_KEY = 1_000;

    CallerView(CallDesk desk, CallOptions options) {
        this(desk, options, PlaceOptions.DEFAULT);
    }

    private CallerView with(CallOptions other) {
        return new CallerView(desk, other, placing);
    }

    @Override
    public <T extends @Nullable Object> T call(RemoteCallable<T> work) {
        return desk.call(work, options);
    }

    @Override
    public <T extends @Nullable Object> Call<T> submit(RemoteCallable<T> work) {
        return desk.submit(work, options, Kind.CALL);
    }

    @Override
    public void execute(RemoteRunnable work) {
        desk.execute(work, options);
    }

    @Override
    public Caller within(Duration timeout) {
        PoolBuilder.requirePositive("within", timeout);
        return with(options.lasting(timeout));
    }

    @Override
    public Caller unlinked() {
        return with(options.loose());
    }

    @Override
    public Caller idempotent() {
        return with(options.repeatable());
    }

    @Override
    public Caller near(Frame frame) {
        return with(options.near(() -> desk.runnerOf(frame)));
    }

    @Override
    public Caller near(Resident<?> resident) {
        return with(options.near(() -> desk.runnerOf(resident)));
    }

    @Override
    public Caller keyed(String key) {
        Objects.requireNonNull(key, "key");
        PoolBuilder.require(
                !key.isEmpty() && key.length() <= LONGEST_KEY,
                "the length of key",
                key.length(),
                "from 1 to " + LONGEST_KEY);
        return with(options.of(key));
    }

    @Override
    public Caller in(Batch batch) {
        return with(options.inBatch(batch.id()));
    }

    @Override
    public ExecutorService asExecutor() {
        return new PoolExecutor(desk, options);
    }

    @Override
    public <S> Placed<S> place(Class<S> type, RemoteCallable<? extends S> factory) {
        return place(type, factory, placing);
    }

    /** Places an object with other options. */
    <S> Placed<S> place(Class<S> type, RemoteCallable<?> factory, PlaceOptions as) {
        return desk.objects().place(type, factory, options, as);
    }

    @Override
    public Caller concurrent() {
        return new CallerView(desk, options, placing.together());
    }

    @Override
    public Caller restarts(int n) {
        PoolBuilder.require(n >= 0, "restarts", n, "at least 0");
        return new CallerView(desk, options, placing.restarting(n));
    }

    @Override
    public <C, T extends @Nullable Object> Checkpointing<C, T> checkpoint(Duration every, RemoteFunction<C, T> state) {
        PoolBuilder.requirePositive("checkpoint", every);
        return new Checkpointing<>(this, every, state);
    }

    @Override
    public <C, T extends @Nullable Object> Checkpointing<C, T> checkpoint(RemoteFunction<C, T> state) {
        return new Checkpointing<>(this, null, state);
    }
}
