package dev.kiln.examples;

import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerInfo;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;

/** What every scene of the demo needs. */
record Stage(Pool pool, Screen screen, Promises promises) {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Waits for a call, shows what the pool does meanwhile, and returns the value or throws what {@code join} throws. */
    <T> T await(String what, Call<T> call) {
        screen.until(what, this::runners, PATIENCE, call.toCompletableFuture()::isDone);
        return call.join();
    }

    /** The runners and their states now, in a few words. */
    String runners() {
        return pool.runners().isEmpty()
                ? "no runner"
                : pool.runners().stream()
                        .map(one -> one.id() + " " + one.state().toString().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(", "));
    }

    /** The bytes of frames on all runners that this process holds, as last heard of. */
    long residentBytes() {
        return pool.runners().stream().mapToLong(RunnerInfo::residentBytes).sum();
    }

    /** The number of frames on all runners that this process holds, as last heard of. */
    long residentCount() {
        return pool.runners().stream().mapToLong(RunnerInfo::residentCount).sum();
    }
}
