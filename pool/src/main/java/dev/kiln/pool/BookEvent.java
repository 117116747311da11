package dev.kiln.pool;

import dev.kiln.runner.RunnerExit;

/** What the books are told. Every event on a call or runner that they do not know, or no longer, changes nothing. */
sealed interface BookEvent {

    /**
     * A call wants to run. One that comes again after it was lost, or after no runner could be started for it, gets the place
     * that its number had.
     *
     * @param latestNanos when it stops waiting
     * @param priority calls with a higher one go first
     * @param again whether it was here before: then it is not refused when the queue is full
     */
    record Arrived(long call, long latestNanos, Wish wish, int priority, boolean again) implements BookEvent {

        /** One of no batch. */
        Arrived(long call, long latestNanos, Wish wish, boolean again) {
            this(call, latestNanos, wish, 0, again);
        }

        /** One that comes for the first time. */
        Arrived(long call, long latestNanos, Wish wish) {
            this(call, latestNanos, wish, 0, false);
        }

        /** One that comes for the first time and may run anywhere. */
        Arrived(long call, long latestNanos) {
            this(call, latestNanos, Wish.ANYWHERE, 0, false);
        }
    }

    /** The caller no longer wants the call. */
    record Withdrawn(long call) implements BookEvent {}

    /**
     * The call has an outcome.
     *
     * @param slotKept whether something goes on in its slot: data that holds it, or work that did not stop
     * @param unstoppable whether that is work that did not stop: the runner is not to be used any more
     */
    record Finished(long call, String runner, boolean slotKept, boolean unstoppable) implements BookEvent {}

    /** A slot that was kept is free. */
    record SlotFreed(long call, String runner) implements BookEvent {}

    /** The call's work waits for another call: its slot is free meanwhile. */
    record Lent(long call, String runner) implements BookEvent {}

    /** The call's work goes on, whether its slot is free or not: the runner may have more work than slots for a while. */
    record TakenBack(long call, String runner) implements BookEvent {}

    /** The runner would not begin the call, since it is leaving; it waits again until {@code latestNanos}. */
    record NotTaken(long call, String runner, long latestNanos) implements BookEvent {}

    /** A runner is up, and knows that it was taken: its first sign of life has come. */
    record Greeted(String runner) implements BookEvent {}

    /** Asking for a runner has failed, and is tried again. */
    record BootTrouble(String runner, BootFailed problem) implements BookEvent {}

    /** A runner could not be started; {@code problem} is what callers are told. */
    record BootProblem(String runner, BootFailed problem) implements BookEvent {}

    /** A runner has ended. */
    record Died(String runner, RunnerExit how) implements BookEvent {
        Died(String runner, String how) {
            this(runner, RunnerExit.unknown(how));
        }
    }

    /**
     * A runner says how much data it holds for others.
     *
     * @param paused whether its memory is so short that it is to get no new work
     */
    record Reported(String runner, long residents, boolean paused) implements BookEvent {

        /** One that has memory. */
        Reported(String runner, long residents) {
            this(runner, residents, false);
        }
    }

    /** A runner that was asked to retire says whether it does. */
    record RetireAnswered(String runner, boolean goes) implements BookEvent {}

    /** The bounds have changed. */
    record Resized(int min, int max) implements BookEvent {}

    /** The pool closes. */
    record Closing() implements BookEvent {}

    /** Time has passed. */
    record Tick() implements BookEvent {}
}
