package dev.kiln.runner;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where am I? {@code Runner.current()} is empty in the program that opened the pool, and present in its runners:
 *
 * <pre>{@code
 * if (Runner.current().isEmpty()) {
 *     startWebServer();
 * }
 * }</pre>
 */
public final class Runner {
    static final ScopedValue<RunnerContext> CALL = ScopedValue.newInstance();
    private static volatile @Nullable RunnerContext process;

    private Runner() {}

    /**
     * The runner that this code runs on: on a call's thread with that call's deadline and cancel, elsewhere in a runner's
     * process with neither.
     */
    public static Optional<RunnerContext> current() {
        return CALL.isBound() ? Optional.of(CALL.get()) : Optional.ofNullable(process);
    }

    /** From now on this process is a runner. */
    static void processIs(RunnerContext context) {
        process = context;
    }
}
