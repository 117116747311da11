package dev.kiln.pool;

import java.util.HashSet;
import java.util.Set;

/** One runner in the books. Only the books touch it. */
final class CrewMember {

    /** Why a retiring runner gets no work, and what its end waits for. */
    enum Leaving {
        /** It does not leave. */
        NO,
        /** It was asked whether it has nothing to do. */
        ASKED,
        /** It is to be asked again once it seems to have nothing to do: it has had its one call. */
        SPENT,
        /** It finishes what it has, at most until the time that {@code dueNanos} gives, then it is killed. */
        DRAINING
    }

    private final String id;
    private final long number;
    private final int slots;
    private final Set<Long> calls = new HashSet<>();
    private final Set<Long> keptSlots = new HashSet<>();
    private RunnerState state = RunnerState.BOOTING;
    private Leaving leaving = Leaving.NO;
    private long residents;
    private long dueNanos;
    private boolean spent;

    /** @param dueNanos when it must have greeted */
    CrewMember(String id, long number, int slots, long dueNanos) {
        this.id = id;
        this.number = number;
        this.slots = slots;
        this.dueNanos = dueNanos;
    }

    /** The one place where the state moves. */
    void move(RunnerState next, Leaving why, long due) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("runner " + id + " cannot go from " + state + " to " + next);
        }
        state = next;
        leave(why, due);
    }

    /** A retiring runner leaves in another way, or at another time, than it was going to. */
    void leave(Leaving why, long due) {
        leaving = why;
        dueNanos = due;
        spent |= why == Leaving.SPENT;
    }

    String id() {
        return id;
    }

    long number() {
        return number;
    }

    RunnerState state() {
        return state;
    }

    Leaving leaving() {
        return leaving;
    }

    /** Whether it has had its one call. */
    boolean spent() {
        return spent;
    }

    /**
     * When the clock decides next about this runner: BOOTING, it is given up; READY, it has been idle since then;
     * RETIRING, it is asked again (SPENT) or killed.
     */
    long dueNanos() {
        return dueNanos;
    }

    void idleSince(long nowNanos) {
        dueNanos = nowNanos;
    }

    Set<Long> calls() {
        return calls;
    }

    Set<Long> keptSlots() {
        return keptSlots;
    }

    int busySlots() {
        return calls.size() + keptSlots.size();
    }

    int freeSlots() {
        return state == RunnerState.READY ? Math.max(0, slots - busySlots()) : 0;
    }

    long residents() {
        return residents;
    }

    void residents(long count) {
        residents = count;
    }

    boolean idle() {
        return busySlots() == 0 && residents == 0;
    }
}
