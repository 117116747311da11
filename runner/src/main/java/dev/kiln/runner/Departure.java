package dev.kiln.runner;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** When a runner that is to end may go: once it is idle, at the latest at a given time. The first reason to end stands. */
final class Departure {
    private record Plan(long latestNanos, String reason, BooleanSupplier idle) {}

    private @Nullable Plan plan;

    /**
     * @param latestNanos of {@link System#nanoTime}; a later call can only make the end come sooner
     * @param idle whether it may end before; of several calls, one that says so is enough
     */
    synchronized void begin(long latestNanos, String reason, BooleanSupplier idle) {
        if (plan == null) {
            plan = new Plan(latestNanos, reason, idle);
        } else {
            BooleanSupplier before = plan.idle;
            plan = new Plan(
                    latestNanos - plan.latestNanos < 0 ? latestNanos : plan.latestNanos,
                    plan.reason,
                    () -> before.getAsBoolean() || idle.getAsBoolean());
        }
    }

    /** Why the runner ends now, or null if it does not. */
    synchronized @Nullable String due(long nowNanos) {
        return plan != null && (nowNanos - plan.latestNanos >= 0 || plan.idle.getAsBoolean()) ? plan.reason : null;
    }
}
