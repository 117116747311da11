package dev.kiln.pool;

import dev.kiln.pool.CrewMember.Leaving;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The pool's books: which runners there are, which calls wait and which run where. A pure state machine: events and the time
 * go in, effects come out; after every event one reconcile step makes calls and slots, runners and demand agree. One thread
 * at a time; no I/O, no clock, no randomness of its own.
 */
final class Books {
    private static final int BOOTS_FOR_MIN_AT_ONCE = 10;

    private final PoolOptions options;
    private final Crew crew = new Crew();
    private final Map<Long, String> runsAt = new HashMap<>(); // without those that were withdrawn
    private final WaitingLine line = new WaitingLine();
    private final BootGovernor boots;
    private final Upkeep upkeep;
    private final List<BookEffect> effects = new ArrayList<>();
    private long lastNumber;
    private boolean bootsHeldBack;
    private int min;
    private int max;
    private long booted;
    private long bootFailures;
    private long losses;
    private boolean opening = true;
    private boolean closing;

    Books(PoolOptions options, RandomGenerator random, long now) {
        this.options = options;
        this.min = options.min();
        this.max = options.max();
        this.boots = new BootGovernor(random);
        this.upkeep = new Upkeep(options, crew, effects::add, now);
    }

    /** Takes an event at a time of the monotonic clock and says what is to be done about it, in order. */
    List<BookEffect> on(BookEvent event, long now) {
        effects.clear();
        switch (event) {
            case BookEvent.Arrived e -> arrived(e);
            case BookEvent.Withdrawn e -> withdrawn(e.call());
            case BookEvent.Finished e -> finished(e, now);
            case BookEvent.SlotFreed e -> withMember(e.runner(), member -> slotFreed(member, e.call(), now));
            case BookEvent.NotTaken e -> withMember(e.runner(), member -> notTaken(member, e, now));
            case BookEvent.Greeted e -> withMember(e.runner(), member -> greeted(member, now));
            case BookEvent.BootProblem e -> bootProblem(e.runner(), e.problem(), now);
            case BookEvent.Died e -> died(e, now);
            case BookEvent.Reported e -> withMember(e.runner(), member -> reported(member, e.residents(), now));
            case BookEvent.RetireAnswered e -> withMember(e.runner(), member -> upkeep.answered(member, e.goes(), now));
            case BookEvent.Resized e -> {
                upkeep.wakeResting();
                min = e.min();
                max = e.max();
            }
            case BookEvent.Closing _ -> {
                closing = true;
                line.removeAll().forEach(call -> effects.add(new BookEffect.Turned(call)));
                upkeep.close(now);
            }
            case BookEvent.Tick _ -> {}
        }
        reconcile(
                now,
                !(event instanceof BookEvent.Arrived
                        || event instanceof BookEvent.Withdrawn
                        || event instanceof BookEvent.Finished));
        return List.copyOf(effects);
    }

    private void withMember(String runner, Consumer<CrewMember> change) {
        CrewMember member = crew.find(runner);
        if (member != null) {
            crew.change(member, change);
        }
    }

    private void arrived(BookEvent.Arrived e) {
        if (closing) {
            effects.add(new BookEffect.Turned(e.call()));
        } else {
            upkeep.wakeResting();
            line.add(e.call(), e.latestNanos());
        }
    }

    private void withdrawn(long call) {
        if (!line.remove(call)) {
            @Nullable String runner = runsAt.remove(call);
            if (runner != null) { // the call keeps its slot until the runner says that its thread has left
                effects.add(new BookEffect.CancelAt(call, runner));
            }
        }
    }

    private void finished(BookEvent.Finished e, long now) {
        withMember(e.runner(), member -> {
            if (!member.calls().remove(e.call())) {
                return;
            }
            runsAt.remove(e.call());
            if (e.slotKept()) {
                member.keptSlots().add(e.call());
            }
            if (e.unstoppable() && member.leaving() != Leaving.DRAINING) {
                upkeep.drain(member, options.shutdownTimeout().toNanos(), now);
            } else if (member.state() == RunnerState.READY && options.singleUse()) {
                upkeep.spend(member, now);
            } else {
                upkeep.vacated(member, now);
            }
        });
    }

    private void slotFreed(CrewMember member, long call, long now) {
        if (member.keptSlots().remove(call)) {
            upkeep.vacated(member, now);
        }
    }

    private void reported(CrewMember member, long residents, long now) {
        boolean wasIdle = member.idle();
        member.residents(residents);
        if (!wasIdle) {
            upkeep.vacated(member, now);
        }
    }

    private void notTaken(CrewMember member, BookEvent.NotTaken e, long now) {
        if (!member.calls().remove(e.call())) {
            return;
        }
        boolean wanted = runsAt.remove(e.call()) != null;
        if (wanted && closing) {
            effects.add(new BookEffect.Turned(e.call()));
        } else if (wanted) {
            line.add(e.call(), e.latestNanos());
        }
        if (member.state() == RunnerState.READY) { // it is going without having been asked
            upkeep.going(member, now);
        }
    }

    private void greeted(CrewMember member, long now) {
        if (member.state() == RunnerState.BOOTING) {
            member.move(RunnerState.READY, Leaving.NO, now);
            boots.succeeded();
            booted++;
            if (closing) {
                upkeep.drain(member, 0, now);
            }
        }
    }

    private void bootProblem(String runner, BootFailed problem, long now) {
        CrewMember member = crew.find(runner);
        if (member == null || member.state() != RunnerState.BOOTING) {
            return;
        }
        crew.change(member, m -> m.move(RunnerState.GONE, Leaving.NO, now));
        boots.failed(problem, now);
        bootFailures++;
        if (opening && !closing) {
            effects.add(new BookEffect.OpenFailed(problem));
        }
    }

    private void died(BookEvent.Died e, long now) {
        CrewMember member = crew.find(e.runner());
        if (member == null) {
            return;
        }
        if (member.state() == RunnerState.BOOTING) {
            bootProblem(
                    e.runner(),
                    new BootFailed("runner " + e.runner() + " ended before it greeted: " + e.how(), false, null),
                    now);
            return;
        }
        List<Long> calls = new ArrayList<>(member.calls());
        losses += member.state() == RunnerState.READY || !calls.isEmpty() ? 1 : 0;
        crew.change(member, m -> m.move(RunnerState.GONE, Leaving.NO, now));
        for (long call : calls) {
            if (runsAt.remove(call) != null) {
                effects.add(new BookEffect.Lost(call, e.runner(), e.how(), closing));
            }
        }
    }

    /**
     * @param crewChanged whether all runners must be looked at; arrivals and outcomes alone touch none but their own, so that
     *     their cost does not grow with the number of runners
     */
    private void reconcile(long now, boolean crewChanged) {
        for (long call : line.removeLate(now)) {
            CallTimedOut.Phase phase = crew.ready() == 0 ? CallTimedOut.Phase.BOOT : CallTimedOut.Phase.QUEUE;
            effects.add(new BookEffect.TimedOut(call, phase, boots.last()));
        }
        boolean lookAtAll = crewChanged || now - upkeep.lookNanos() >= 0;
        if (lookAtAll) {
            upkeep.expire(now, member -> bootProblem(member.id(), tooLate(member), now));
        }
        dispatch();
        if (closing) {
            bootsHeldBack = false;
            if (crew.size() == 0) {
                effects.add(new BookEffect.AllGone());
            }
        } else {
            failHopeless(now);
            grow(now);
            turnAwayOverflow();
            if (opening && crew.ready() >= min) {
                opening = false;
                upkeep.opened();
                effects.add(new BookEffect.Opened());
            }
            if (lookAtAll) {
                upkeep.shrink(now, min, max);
            }
        }
        if (lookAtAll) {
            upkeep.looked(now, min, max);
        }
    }

    private BootFailed tooLate(CrewMember member) {
        String within = " did not greet within bootTimeout (" + options.bootTimeout() + ")";
        return new BootFailed("runner " + member.id() + within, false, null);
    }

    private void dispatch() {
        while (!line.isEmpty()) {
            CrewMember member = crew.leastLoaded();
            if (member == null) {
                return;
            }
            long call = line.takeFirst();
            crew.change(member, m -> m.calls().add(call));
            runsAt.put(call, member.id());
            effects.add(new BookEffect.Dispatch(call, member.id()));
        }
    }

    private void failHopeless(long now) {
        BootFailed problem = boots.hopeless(now);
        if (problem != null && crew.ready() == 0) {
            line.removeAll().forEach(call -> effects.add(new BookEffect.Unbootable(call, problem)));
        }
    }

    /** P-21: one deficit over all that waits, has room and is on its way, after every event. */
    private void grow(long now) {
        int room = max - crew.size();
        long deficit = (long) line.size() - crew.freeSlots() - (long) crew.booting() * options.slots();
        int forDemand = deficit <= 0 ? 0 : Math.clamp(Math.ceilDiv(deficit, options.slots()), 0, Integer.MAX_VALUE);
        int missing = min - upkeep.resting() - crew.ready() - crew.booting();
        int forMin = Math.min(missing, BOOTS_FOR_MIN_AT_ONCE - crew.booting());
        int wanted = Math.min(room, Math.max(forDemand, forMin));
        bootsHeldBack = wanted > 0 && !boots.mayBoot(now);
        for (int boot = bootsHeldBack ? 0 : wanted; boot > 0; boot--) {
            long number = ++lastNumber;
            var member = new CrewMember(
                    options.name() + "-" + number,
                    number,
                    options.slots(),
                    now + options.bootTimeout().toNanos());
            crew.add(member);
            upkeep.lookBy(member.dueNanos());
            effects.add(new BookEffect.Boot(member.id()));
        }
    }

    private void turnAwayOverflow() {
        while (line.size() > options.maxQueue()) {
            effects.add(new BookEffect.Saturated(line.takeLast(), occupation()));
        }
    }

    private String occupation() {
        int running = crew.all().stream().mapToInt(CrewMember::busySlots).sum();
        long residents = crew.all().stream().mapToLong(CrewMember::residents).sum();
        return crew.size() + " of at most " + max + " runners, " + crew.booting() + " of them booting, run " + running
                + " calls and hold " + residents + " frames; " + options.maxQueue() + " calls wait";
    }

    /** When the next event is due at the latest: tell the books {@link BookEvent.Tick} then. */
    long nextTickNanos() {
        long next = Upkeep.sooner(upkeep.lookNanos(), line.nextLateNanos(upkeep.lookNanos()));
        return bootsHeldBack ? Upkeep.sooner(next, boots.notBeforeNanos()) : next;
    }

    Crew crew() {
        return crew;
    }

    PoolStats stats() {
        return new PoolStats(
                line.size(),
                runsAt.size(),
                crew.booting(),
                crew.ready(),
                crew.size() - crew.booting() - crew.ready(),
                booted,
                bootFailures,
                losses);
    }
}
