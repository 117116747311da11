package dev.kiln.pool;

import dev.kiln.frame.MemoryLimits;
import dev.kiln.frame.OperandPolicy;
import dev.kiln.runner.RemoteCallable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The validated options of one pool. Times are positive unless {@link PoolBuilder} says otherwise. */
record PoolOptions(
        String name,
        int min,
        int max,
        int maxConcurrency,
        boolean singleUse,
        boolean strictSlots,
        boolean placeFrames,
        boolean traceFrames,
        OperandPolicy operands,
        Duration timeout,
        Duration bootTimeout,
        Duration queueTimeout,
        Duration shutdownTimeout,
        Duration idleShutdownAfter,
        @Nullable RemoteCallable<Boolean> idleCheck,
        @Nullable Duration minIdleShutdownAfter,
        int maxQueue,
        int warmSpare,
        Dispatch dispatch,
        Scaling scaling,
        @Nullable PoolListener listener,
        boolean virtualThreads,
        MemoryLimits memory,
        List<String> jvmOptions,
        Map<String, String> env) {

    /** How many calls a runner may have at once. */
    int slots() {
        return singleUse ? 1 : maxConcurrency;
    }
}
