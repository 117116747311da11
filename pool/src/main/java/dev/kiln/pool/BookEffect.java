package dev.kiln.pool;

import dev.kiln.runner.RunnerExit;
import org.jspecify.annotations.Nullable;

/** What the books want done, in this order. */
sealed interface BookEffect {

    /** Start a runner of that id. */
    record Boot(String runner) implements BookEffect {}

    /** Send the call to the runner. */
    record Dispatch(long call, String runner) implements BookEffect {}

    /** Tell the runner that the call is no longer wanted. */
    record CancelAt(long call, String runner) implements BookEffect {}

    /** The call waited too long; the last boot problem goes along, if there is one. */
    record TimedOut(
            long call, CallTimedOut.Phase phase, @Nullable BootFailed cause) implements BookEffect {}

    /** The call fails, since no runner can be started. */
    record Unbootable(long call, BootFailed cause) implements BookEffect {}

    /** The call insists on a runner that is gone, or will take no more calls. It did not run there. */
    record Misplaced(long call, String runner, boolean gone) implements BookEffect {}

    /** The queue is full. */
    record Saturated(long call, String occupation) implements BookEffect {}

    /** The pool is closing; the call never ran. */
    record Turned(long call) implements BookEffect {}

    /** The runner ended under the call. */
    record Lost(long call, String runner, RunnerExit how, boolean closing) implements BookEffect {
        Lost(long call, String runner, String how, boolean closing) {
            this(call, runner, RunnerExit.unknown(how), closing);
        }
    }

    /**
     * Ask the runner whether it has nothing to do.
     *
     * @param mayRefuse whether the user's idle check is asked too: not where the runner must go anyway
     */
    record AskRetire(String runner, boolean mayRefuse) implements BookEffect {}

    /** Tell the runner to finish what it has within that time, then to end. */
    record Stop(String runner, long drainNanos) implements BookEffect {}

    /** End the runner at once; {@code why} is for the log and for those that lose something. */
    record Kill(String runner, String why) implements BookEffect {}

    /** For the listener: runners were asked for; {@code count} is how many there will be, those that go not counted. */
    record GrowStart(int count) implements BookEffect {}

    /**
     * For the listener: a runner came up, or did not.
     *
     * @param count how many are up
     * @param problem why it did not
     */
    record GrowEnd(int count, @Nullable BootFailed problem) implements BookEffect {}

    /** For the listener: a runner goes, or is lost; {@code count} is how many are left, those that boot counted. */
    record Shrink(int count, String reason) implements BookEffect {}

    /** The first min runners are up. */
    record Opened() implements BookEffect {}

    /** One of the first min runners did not come up. */
    record OpenFailed(BootFailed cause) implements BookEffect {}

    /** The pool was closing and no runner is left. */
    record AllGone() implements BookEffect {}
}
