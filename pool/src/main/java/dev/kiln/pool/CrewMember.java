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
    private final Set<Long> lent = new HashSet<>();
    private final Set<Long> inside = new HashSet<>();
    private final Set<Long> keptSlots = new HashSet<>();
    private final Set<Long> deaf = new HashSet<>(); // of those that keep a slot: work that does not stop
    private RunnerState state = RunnerState.BOOTING;
    private Leaving leaving = Leaving.NO;
    private long residents;
    private boolean paused;
    private long dueNanos;
    private boolean spent;
    private boolean tookLeave;

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

    /** Whether this is the first that is said of its leaving. */
    boolean takesLeave() {
        boolean first = !tookLeave;
        tookLeave = true;
        return first;
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

    /** The calls there that were given a slot, also those whose slot is lent. */
    Set<Long> calls() {
        return calls;
    }

    /** The calls there that need no slot. */
    Set<Long> inside() {
        return inside;
    }

    /** Those that are over, with something that goes on in their slot. */
    Set<Long> keptSlots() {
        return keptSlots;
    }

    /** The work of a call that is over does not stop; it keeps its slot. */
    void deaf(long call) {
        keptSlots.add(call);
        deaf.add(call);
    }

    /** A slot that was kept is free; whether it was kept here. */
    boolean free(long call) {
        deaf.remove(call);
        return keptSlots.remove(call);
    }

    /** Whether it is there for nothing but work that does not stop. */
    boolean onlyDeaf() {
        return !deaf.isEmpty() && activeCalls() == 0 && residents == 0 && deaf.containsAll(keptSlots);
    }

    boolean has(long call) {
        return calls.contains(call) || inside.contains(call);
    }

    /** A call is over; whether it was here. */
    boolean remove(long call) {
        lent.remove(call);
        return calls.remove(call) || inside.remove(call);
    }

    /** The call needs no slot for a while. */
    void lend(long call) {
        if (calls.contains(call)) {
            lent.add(call);
        }
    }

    void takeBack(long call) {
        lent.remove(call);
    }

    /** How many calls are there, with slot or without. */
    int activeCalls() {
        return calls.size() + inside.size();
    }

    int busySlots() {
        return calls.size() - lent.size() + keptSlots.size();
    }

    int freeSlots() {
        return state == RunnerState.READY && !paused ? Math.max(0, slots - busySlots()) : 0;
    }

    RunnerLoad load() {
        return new RunnerLoad(id, number, busySlots(), freeSlots(), activeCalls(), residents);
    }

    long residents() {
        return residents;
    }

    /** Whether its memory is short: it has no free slots then. */
    boolean paused() {
        return paused;
    }

    void paused(boolean now) {
        paused = now;
    }

    void residents(long count) {
        residents = count;
    }

    /** Whether it gets calls, or may get some again: what waits for it waits on. */
    boolean open() {
        return state == RunnerState.BOOTING || state == RunnerState.READY || (leaving == Leaving.ASKED && !spent);
    }

    /** Whether what is there already may be worked with: not once it was told to end. */
    boolean admits() {
        return state == RunnerState.READY || (state == RunnerState.RETIRING && leaving != Leaving.DRAINING);
    }

    boolean idle() {
        return activeCalls() == 0 && keptSlots.isEmpty() && residents == 0;
    }
}
