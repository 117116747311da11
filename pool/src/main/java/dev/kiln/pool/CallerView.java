package dev.kiln.pool;

import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.RemoteRunnable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A pool's calls with options. */
record CallerView(CallDesk desk, CallOptions options) implements Caller {

    @Override
    public <T extends @Nullable Object> T call(RemoteCallable<T> work) {
        return desk.call(work, options);
    }

    @Override
    public <T extends @Nullable Object> Call<T> submit(RemoteCallable<T> work) {
        return desk.submit(work, options);
    }

    @Override
    public void execute(RemoteRunnable work) {
        desk.execute(work, options);
    }

    @Override
    public Caller within(Duration timeout) {
        PoolBuilder.requirePositive("within", timeout);
        return new CallerView(desk, new CallOptions(timeout, options.linked()));
    }

    @Override
    public Caller unlinked() {
        return new CallerView(desk, new CallOptions(options.within(), false));
    }
}
