package dev.kiln.pool;

import dev.kiln.pool.Whereabouts.At;
import dev.kiln.runner.RunnerExit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How often a placed object may be made again, and what is said when it may not any more. Any thread. */
final class Restarts {
    private final int most;
    private int begun; // guarded by this

    Restarts(int most) {
        this.most = most;
    }

    /** Takes one; false if there is none left. */
    synchronized boolean begin() {
        boolean may = begun < most;
        begun += may ? 1 : 0;
        return may;
    }

    /**
     * Makes what the uses of an object that is lost for good throw.
     *
     * @param name of the object
     * @param how its runner, where it was, has ended
     * @param problem why it could not be made again; null if it may not be
     */
    synchronized Supplier<RuntimeException> lost(
            String name, At from, RunnerExit how, @Nullable RuntimeException problem) {
        String why = problem != null
                ? "; it could not be made again: " + problem.getMessage()
                : begun == 0
                        ? "; it was placed without restarts"
                        : "; it had been made again " + begun + " times, which is all that it may";
        return () ->
                new RunnerLost(name + " was lost with its runner " + from.runner() + ": " + how + why, how, problem);
    }
}
