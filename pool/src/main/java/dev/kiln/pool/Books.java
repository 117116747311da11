package dev.kiln.pool;

import dev.kiln.pool.CrewMember.Leaving;
import java.time.Duration;
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
    private static final long ASK_AGAIN = Duration.ofMillis(100).toNanos();
    private static final long NEVER = Long.MAX_VALUE / 4;
    private static final long EXIT_PATIENCE = Duration.ofSeconds(5).toNanos();

    private final PoolOptions options;
    private final Crew crew = new Crew();
    private final Map<Long, String> runsAt = new HashMap<>();
    private final WaitingLine line = new WaitingLine();
    private final BootGovernor boots;
    private List<BookEffect> effects = new ArrayList<>();
    private long lastNumber;
    private long lookNanos;
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
        this.lookNanos = now;
    }

    /** Takes an event at a time of the monotonic clock and says what is to be done about it, in order. */
    List<BookEffect> on(BookEvent event, long now) {
        effects = new ArrayList<>();
        switch (event) {
            case BookEvent.Arrived e -> arrived(e);
            case BookEvent.Withdrawn e -> {
                if (!line.remove(e.call()) && runsAt.containsKey(e.call())) {
                    // It keeps its slot until the runner says that its thread has left.
                    effects.add(new BookEffect.CancelAt(e.call(), runsAt.get(e.call())));
                }
            }
            case BookEvent.Finished e -> finished(e, now);
            case BookEvent.SlotFreed e ->
                withMember(e.runner(), member -> {
                    if (member.keptSlots().remove(e.call())) {
                        vacated(member, now);
                    }
                });
            case BookEvent.NotTaken e -> withMember(e.runner(), member -> notTaken(member, e, now));
            case BookEvent.Greeted e -> withMember(e.runner(), member -> greeted(member, now));
            case BookEvent.BootProblem e -> bootProblem(e.runner(), e.problem(), now);
            case BookEvent.Died e -> died(e, now);
            case BookEvent.Reported e ->
                withMember(e.runner(), member -> {
                    boolean wasIdle = member.idle();
                    member.residents(e.residents());
                    if (!wasIdle) {
                        vacated(member, now);
                    }
                });
            case BookEvent.RetireAnswered e -> withMember(e.runner(), member -> retireAnswered(member, e.goes(), now));
            case BookEvent.Resized e -> {
                min = e.min();
                max = e.max();
            }
            case BookEvent.Closing _ -> close(now);
            case BookEvent.Tick _ -> {}
        }
        reconcile(
                now,
                !(event instanceof BookEvent.Arrived
                        || event instanceof BookEvent.Withdrawn
                        || event instanceof BookEvent.Finished));
        return effects;
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
            line.add(e.call(), e.latestNanos());
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
                drain(member, options.shutdownTimeout().toNanos(), now);
            } else {
                vacated(member, now);
            }
        });
    }

    /** Something ended on the runner: is it idle from now on, has it had its one call, has it drained? */
    private void vacated(CrewMember member, long now) {
        if (member.state() == RunnerState.READY && options.singleUse()) {
            member.move(RunnerState.RETIRING, Leaving.SPENT, now);
        } else if (member.state() == RunnerState.READY && member.idle()) {
            member.idleSince(now);
        } else if (member.leaving() == Leaving.SPENT && member.idle()) {
            member.leave(Leaving.SPENT, now);
        }
    }

    private void notTaken(CrewMember member, BookEvent.NotTaken e, long now) {
        if (member.calls().remove(e.call())) {
            runsAt.remove(e.call());
            line.add(e.call(), e.latestNanos());
            if (member.state() == RunnerState.READY) { // it is going without having been asked
                member.move(RunnerState.RETIRING, Leaving.DRAINING, now + EXIT_PATIENCE);
            }
        }
    }

    private void greeted(CrewMember member, long now) {
        if (member.state() == RunnerState.BOOTING) {
            member.move(RunnerState.READY, Leaving.NO, now);
            boots.succeeded();
            booted++;
            if (closing) {
                drain(member, 0, now);
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
            runsAt.remove(call);
            effects.add(new BookEffect.Lost(call, e.runner(), e.how(), closing));
        }
    }

    private void retireAnswered(CrewMember member, boolean goes, long now) {
        if (member.leaving() != Leaving.ASKED) {
            return;
        }
        if (goes) {
            member.leave(Leaving.DRAINING, now + EXIT_PATIENCE);
        } else if (options.singleUse()) {
            member.leave(Leaving.SPENT, now + ASK_AGAIN);
        } else {
            member.move(RunnerState.READY, Leaving.NO, now);
        }
    }

    private void close(long now) {
        closing = true;
        line.removeAll().forEach(call -> effects.add(new BookEffect.Turned(call)));
        for (CrewMember member : List.copyOf(crew.all())) {
            if (member.state() == RunnerState.BOOTING) {
                kill(member, "the pool was closed");
            } else if (member.leaving() != Leaving.DRAINING) {
                crew.change(member, m -> drain(m, options.shutdownTimeout().toNanos(), now));
            }
        }
    }

    /** Inside of a change. The runner gets no new work, has that long for what it has, and is killed if it stays longer. */
    private void drain(CrewMember member, long drainNanos, long now) {
        long due = now + drainNanos + EXIT_PATIENCE;
        if (member.state() == RunnerState.READY) {
            member.move(RunnerState.RETIRING, Leaving.DRAINING, due);
        } else {
            member.leave(Leaving.DRAINING, due);
        }
        effects.add(new BookEffect.Stop(member.id(), drainNanos));
    }

    private void kill(CrewMember member, String why) {
        effects.add(new BookEffect.Kill(member.id(), why));
    }

    /**
     * @param crewChanged whether all runners must be looked at; arrivals and outcomes alone touch none but their own, so that
     *     their cost does not grow with the number of runners
     */
    private void reconcile(long now, boolean crewChanged) {
        for (long call : line.removeLate(now)) {
            boolean booting = crew.ready() == 0;
            effects.add(new BookEffect.TimedOut(
                    call, booting ? CallTimedOut.Phase.BOOT : CallTimedOut.Phase.QUEUE, booting ? boots.last() : null));
        }
        boolean lookAtAll = crewChanged || now - lookNanos >= 0;
        if (lookAtAll) {
            expire(now);
        }
        dispatch();
        if (closing) {
            if (crew.size() == 0) {
                effects.add(new BookEffect.AllGone());
            }
        } else {
            failHopeless(now);
            grow(now);
            turnAwayOverflow();
            if (lookAtAll) {
                shrink(now);
            }
            if (opening && crew.ready() >= min) {
                opening = false;
                effects.add(new BookEffect.Opened());
            }
        }
        if (lookAtAll) {
            lookNanos = nextLook(now);
        }
    }

    private void expire(long now) {
        for (CrewMember member : List.copyOf(crew.all())) {
            if (now - member.dueNanos() < 0) {
                continue;
            }
            if (member.state() == RunnerState.BOOTING) {
                kill(member, "it did not greet in time");
                bootProblem(
                        member.id(),
                        new BootFailed(
                                "runner " + member.id() + " did not greet within bootTimeout (" + options.bootTimeout()
                                        + ")",
                                false,
                                null),
                        now);
            } else if (member.leaving() == Leaving.DRAINING) {
                kill(member, "it did not end in time");
                crew.change(member, m -> m.leave(Leaving.DRAINING, now + EXIT_PATIENCE));
            } else if (member.leaving() == Leaving.SPENT && member.idle()) {
                ask(member, now);
            }
        }
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
        if (!boots.mayBoot(now)) {
            return;
        }
        int room = max - crew.size();
        long deficit = (long) line.size() - crew.freeSlots() - (long) crew.booting() * options.slots();
        int forDemand = deficit <= 0 ? 0 : Math.clamp(Math.ceilDiv(deficit, options.slots()), 0, Integer.MAX_VALUE);
        int forMin = Math.min(min - crew.ready() - crew.booting(), BOOTS_FOR_MIN_AT_ONCE - crew.booting());
        for (int boot = Math.min(room, Math.max(forDemand, forMin)); boot > 0; boot--) {
            long number = ++lastNumber;
            var member = new CrewMember(
                    options.name() + "-" + number,
                    number,
                    options.slots(),
                    now + options.bootTimeout().toNanos());
            crew.add(member);
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

    private void shrink(long now) {
        int surplus = crew.ready() - min;
        int tooMany = crew.ready() + crew.booting() - max; // after a resize
        List<CrewMember> longestIdleFirst = crew.in(RunnerState.READY).stream()
                .filter(CrewMember::idle)
                .sorted((a, b) -> Long.signum(a.dueNanos() - b.dueNanos()))
                .toList();
        for (CrewMember member : longestIdleFirst) {
            @Nullable Duration patience = surplus > 0 ? options.idleShutdownAfter() : options.minIdleShutdownAfter();
            if (tooMany > 0 || (patience != null && now - member.dueNanos() - patience.toNanos() >= 0)) {
                ask(member, now);
                surplus--;
                tooMany--;
            }
        }
        for (CrewMember member : crew.in(RunnerState.READY).reversed()) {
            if (tooMany > 0) { // none is idle: the youngest finish what they have
                crew.change(member, m -> drain(m, options.shutdownTimeout().toNanos(), now));
                tooMany--;
            }
        }
    }

    private void ask(CrewMember member, long now) {
        crew.change(member, m -> {
            if (m.state() == RunnerState.READY) {
                m.move(RunnerState.RETIRING, Leaving.ASKED, now);
            } else {
                m.leave(Leaving.ASKED, now);
            }
        });
        effects.add(new BookEffect.AskRetire(member.id()));
    }

    /** When a runner is next to be given up, asked or killed. */
    private long nextLook(long now) {
        long next = now + NEVER;
        @Nullable Duration patience = crew.ready() > min ? options.idleShutdownAfter() : options.minIdleShutdownAfter();
        for (CrewMember member : crew.all()) {
            if (member.state() == RunnerState.READY) {
                // A busy runner may become idle just now: looking one patience from now is never too late.
                long idleSince = member.idle() ? member.dueNanos() : now;
                next = patience == null ? next : sooner(next, idleSince + patience.toNanos());
            } else if (member.state() == RunnerState.BOOTING
                    || member.leaving() == Leaving.DRAINING
                    || (member.leaving() == Leaving.SPENT && member.idle())) {
                next = sooner(next, member.dueNanos());
            }
        }
        return next;
    }

    /** When the next event is due at the latest: tell the books {@link BookEvent.Tick} then. */
    long nextTickNanos() {
        long next = line.nextLateNanos(lookNanos);
        next = sooner(next, lookNanos);
        boolean wanted = !line.isEmpty() || crew.ready() + crew.booting() < min;
        return wanted && boots.last() != null ? sooner(next, boots.notBeforeNanos()) : next;
    }

    private static long sooner(long a, long b) {
        return a - b <= 0 ? a : b;
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
