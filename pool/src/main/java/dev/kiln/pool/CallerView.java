package dev.kiln.pool;

import dev.kiln.frame.Frame;
import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.RemoteRunnable;
import dev.kiln.runner.wire.CallTerms.Kind;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** A pool's calls with options. */
record CallerView(CallDesk desk, CallOptions options) implements Caller {
    private static final int LONGEST_KEY = 1_000;

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
        return new CallerView(desk, options.lasting(timeout));
    }

    @Override
    public Caller unlinked() {
        return new CallerView(desk, options.loose());
    }

    @Override
    public Caller idempotent() {
        return new CallerView(desk, options.repeatable());
    }

    @Override
    public Caller near(Frame frame) {
        return new CallerView(desk, options.on(desk.runnerOf(frame)));
    }

    @Override
    public Caller keyed(String key) {
        Objects.requireNonNull(key, "key");
        PoolBuilder.require(
                !key.isEmpty() && key.length() <= LONGEST_KEY,
                "the length of key",
                key.length(),
                "from 1 to " + LONGEST_KEY);
        return new CallerView(desk, options.of(key));
    }

    @Override
    public ExecutorService asExecutor() {
        return new PoolExecutor(desk, options);
    }
}
