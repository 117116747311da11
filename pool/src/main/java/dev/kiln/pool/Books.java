package dev.kiln.pool;

import dev.kiln.pool.CrewMember.Leaving;
import dev.kiln.runner.RunnerExit;
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
    private final PoolOptions options;
    private final Crew crew;
    private final Map<Long, Sent> sent = new HashMap<>(); // without those that were withdrawn
    private final WaitingLine line;
    private final Upkeep upkeep;
    private final Growth growth;
    private final List<BookEffect> effects = new ArrayList<>();
    private long nowNanos;
    private long losses;
    private boolean closing;

    /** A call that is at a runner. */
    private record Sent(String runner, Wish wish, int priority, long sinceNanos) {}

    Books(PoolOptions options, RandomGenerator random, long now) {
        this.options = options;
        this.nowNanos = now;
        this.crew = new Crew(options.name(), options.dispatch());
        this.line = new WaitingLine(options.slots(), options.idleShutdownAfter().toNanos(), crew::hasRoom);
        this.upkeep = new Upkeep(options, crew, effects::add, now);
        this.growth = new Growth(options, crew, line, upkeep, effects::add, random);
        crew.watch(new Crew.Watcher() {
            @Override
            public void room(@Nullable String runner, boolean room) {
                line.room(runner, room);
            }

            @Override
            public void closed(String runner) {
                line.closed(runner, nowNanos).forEach(call -> misplaced(call, runner));
            }
        });
    }

    /** Takes an event at a time of the monotonic clock and says what is to be done about it, in order. */
    List<BookEffect> on(BookEvent event, long now) {
        effects.clear();
        nowNanos = now;
        switch (event) {
            case BookEvent.Arrived e -> arrived(e, now);
            case BookEvent.Withdrawn e -> withdrawn(e.call(), now);
            case BookEvent.Finished e -> finished(e, now);
            case BookEvent.SlotFreed e -> withMember(e.runner(), member -> slotFreed(member, e.call(), now));
            case BookEvent.Lent e ->
                withMember(e.runner(), member -> {
                    if (!options.singleUse()) { // a runner that takes one call has no slot to lend
                        member.lend(e.call());
                    }
                });
            case BookEvent.TakenBack e -> withMember(e.runner(), member -> member.takeBack(e.call()));
            case BookEvent.NotTaken e -> notTaken(e, now);
            case BookEvent.Greeted e -> withMember(e.runner(), member -> greeted(member, now));
            case BookEvent.BootTrouble e ->
                withMember(e.runner(), member -> {
                    if (member.state() == RunnerState.BOOTING && !closing) {
                        growth.troubled(e.problem());
                    }
                });
            case BookEvent.BootProblem e -> bootProblem(e.runner(), e.problem(), now);
            case BookEvent.Died e -> died(e, now);
            case BookEvent.Reported e -> withMember(e.runner(), member -> reported(member, e, now));
            case BookEvent.RetireAnswered e -> withMember(e.runner(), member -> upkeep.answered(member, e.goes(), now));
            case BookEvent.Resized e -> {
                upkeep.wakeResting();
                growth.resize(e.min(), e.max());
            }
            case BookEvent.Closing _ -> {
                closing = true;
                line.removeAll(now).forEach(call -> effects.add(new BookEffect.Turned(call)));
                upkeep.close(now);
            }
            case BookEvent.Tick _ -> {}
        }
        reconcile(now, mayChangeCrew(event), event instanceof BookEvent.Arrived e && !e.again() ? e : null);
        return List.copyOf(effects);
    }

    /**
     * Whether all runners must be looked at; other events touch none but their own runner, or say when to look, so that
     * their cost does not grow with the number of runners.
     */
    private static boolean mayChangeCrew(BookEvent event) {
        return switch (event) {
            case BookEvent.Greeted _,
                    BookEvent.BootProblem _,
                    BookEvent.Died _,
                    BookEvent.RetireAnswered _,
                    BookEvent.NotTaken _,
                    BookEvent.Resized _,
                    BookEvent.Closing _ -> true;
            case BookEvent.Arrived _,
                    BookEvent.Withdrawn _,
                    BookEvent.Finished _,
                    BookEvent.SlotFreed _,
                    BookEvent.Lent _,
                    BookEvent.TakenBack _,
                    BookEvent.Reported _,
                    BookEvent.BootTrouble _,
                    BookEvent.Tick _ -> false;
        };
    }

    private void withMember(String runner, Consumer<CrewMember> change) {
        CrewMember member = crew.find(runner);
        if (member != null) {
            crew.change(member, change);
        }
    }

    private void arrived(BookEvent.Arrived e, long now) {
        if (line.contains(e.call()) || sent.containsKey(e.call())) {
            return;
        }
        if (closing) {
            effects.add(new BookEffect.Turned(e.call()));
        } else {
            upkeep.wakeResting();
            place(e.call(), e.latestNanos(), e.wish(), e.priority(), now, now);
        }
    }

    /** A call waits, or goes where it insists on, or finds that it is misplaced. */
    private void place(long call, long latestNanos, Wish wish, int priority, long sinceNanos, long now) {
        switch (wish) {
            case Wish.Inside inside -> {
                CrewMember member = crew.find(inside.runner());
                if (member == null || !member.admits()) {
                    misplaced(call, inside.runner());
                } else if (now - latestNanos >= 0) {
                    effects.add(new BookEffect.TimedOut(call, CallTimedOut.Phase.QUEUE, null));
                } else {
                    crew.change(member, m -> m.inside().add(call));
                    send(call, inside.runner(), wish, priority, sinceNanos);
                }
                return;
            }
            case Wish.On on -> {
                CrewMember member = crew.find(on.runner());
                if (member == null || !member.open()) {
                    misplaced(call, on.runner());
                    return;
                }
            }
            case Wish.Keyed keyed -> {
                CrewMember member = memberWith(keyed.key());
                if (member != null && member.state() != RunnerState.READY) {
                    line.free(keyed.key()); // it was asked whether it goes: another one is sure to take the call
                }
            }
            case Wish.Anywhere _ -> {}
        }
        line.add(call, latestNanos, wish, priority, sinceNanos, now);
    }

    private @Nullable CrewMember memberWith(String key) {
        String runner = runnerOf(key);
        return runner == null ? null : crew.find(runner);
    }

    /** Where the calls of the key go, if that is decided. */
    @Nullable
    String runnerOf(String key) {
        return line.runnerOf(key);
    }

    private void withdrawn(long call, long now) {
        if (!line.remove(call, now)) {
            Sent at = sent.remove(call);
            if (at != null) { // the call keeps its slot until the runner says that its thread has left
                effects.add(new BookEffect.CancelAt(call, at.runner()));
            }
        }
    }

    private void finished(BookEvent.Finished e, long now) {
        withMember(e.runner(), member -> {
            boolean hadSlot = member.calls().contains(e.call());
            if (!member.remove(e.call())) {
                return;
            }
            line.over(e.call(), now);
            sent.remove(e.call());
            if (e.unstoppable()) {
                member.deaf(e.call());
            } else if (e.slotKept() && hadSlot) {
                member.keptSlots().add(e.call());
            }
            if (e.unstoppable() && member.leaving() != Leaving.DRAINING) {
                upkeep.drain(member, options.shutdownTimeout().toNanos(), "work on it does not stop", now);
                upkeep.vacated(member, now);
            } else if (member.state() == RunnerState.READY && options.singleUse() && hadSlot) {
                upkeep.spend(member, now);
            } else {
                upkeep.vacated(member, now);
            }
        });
    }

    private void slotFreed(CrewMember member, long call, long now) {
        if (member.free(call)) {
            upkeep.vacated(member, now);
        }
    }

    private void reported(CrewMember member, BookEvent.Reported said, long now) {
        boolean wasIdle = member.idle();
        member.residents(said.residents());
        member.paused(said.paused());
        if (!wasIdle) {
            upkeep.vacated(member, now);
        }
    }

    private void notTaken(BookEvent.NotTaken e, long now) {
        CrewMember member = crew.find(e.runner());
        if (member == null || !member.has(e.call())) {
            return;
        }
        crew.change(member, m -> {
            m.remove(e.call());
            if (m.state() == RunnerState.READY) { // it is going without having been asked
                upkeep.going(m, "it goes of itself", now);
            }
        });
        line.over(e.call(), now);
        Sent was = sent.remove(e.call());
        if (was == null) {
            return; // nobody wants it any more
        }
        if (closing) {
            effects.add(new BookEffect.Turned(e.call()));
        } else if (was.wish() instanceof Wish.Inside inside) {
            misplaced(e.call(), inside.runner()); // there is no other place for it
        } else {
            place(e.call(), e.latestNanos(), was.wish(), was.priority(), was.sinceNanos(), now);
        }
    }

    private void misplaced(long call, String runner) {
        effects.add(new BookEffect.Misplaced(call, runner, crew.find(runner) == null));
    }

    private void greeted(CrewMember member, long now) {
        if (member.state() == RunnerState.BOOTING) {
            member.move(RunnerState.READY, Leaving.NO, now);
            growth.succeeded();
            if (closing) {
                upkeep.drain(member, 0, "the pool was closed", now);
            } else {
                effects.add(new BookEffect.GrowEnd(crew.ready() + 1, null)); // the crew counts it after this change
            }
        }
    }

    private void bootProblem(String runner, BootFailed problem, long now) {
        CrewMember member = crew.find(runner);
        if (member != null && member.state() == RunnerState.BOOTING) {
            crew.change(member, m -> m.move(RunnerState.GONE, Leaving.NO, now));
            growth.failed(problem, closing, now);
        }
    }

    private void died(BookEvent.Died e, long now) {
        CrewMember member = crew.find(e.runner());
        if (member == null) {
            return;
        }
        if (member.state() == RunnerState.BOOTING) {
            boolean permanent = e.how().kind() == RunnerExit.Kind.NOT_STARTED;
            bootProblem(
                    e.runner(),
                    new BootFailed("runner " + e.runner() + " ended before it greeted: " + e.how(), permanent, null),
                    now);
            return;
        }
        List<Long> calls = new ArrayList<>(member.calls());
        calls.addAll(member.inside());
        boolean stayed = member.state() == RunnerState.READY;
        losses += stayed || !calls.isEmpty() ? 1 : 0;
        crew.change(member, m -> m.move(RunnerState.GONE, Leaving.NO, now));
        for (long call : calls) {
            line.over(call, now);
            if (sent.remove(call) != null) {
                effects.add(new BookEffect.Lost(call, e.runner(), e.how(), closing));
            }
        }
        upkeep.takeLeave(member, "runner " + e.runner() + " was lost: " + e.how());
    }

    private void reconcile(long now, boolean crewChanged, BookEvent.@Nullable Arrived newcomer) {
        for (long call : line.removeLate(now)) {
            CallTimedOut.Phase phase = crew.ready() == 0 ? CallTimedOut.Phase.BOOT : CallTimedOut.Phase.QUEUE;
            effects.add(new BookEffect.TimedOut(call, phase, growth.lastProblem()));
        }
        boolean lookAtAll = crewChanged || now - upkeep.lookNanos() >= 0;
        if (lookAtAll) {
            upkeep.expire(now, member -> bootProblem(member.id(), tooLate(member), now));
        }
        dispatch(now);
        if (closing) {
            growth.closing();
            if (crew.size() == 0) {
                effects.add(new BookEffect.AllGone());
            }
        } else {
            growth.failHopeless(now);
            growth.seeWhetherOpen();
            growth.grow(now);
            if (newcomer != null && line.size() > options.maxQueue() && line.remove(newcomer.call(), now)) {
                effects.add(new BookEffect.Saturated(newcomer.call(), growth.occupation()));
            }
            upkeep.noteSlack(now);
            if (lookAtAll) {
                upkeep.shrink(now, growth);
                dispatch(now); // the keys of runners that are to end are free, and their calls may run elsewhere
                growth.grow(now);
            }
        }
        if (lookAtAll) {
            upkeep.looked(now, growth);
        }
    }

    private BootFailed tooLate(CrewMember member) {
        String within = " did not greet within bootTimeout (" + options.bootTimeout() + ")";
        return new BootFailed("runner " + member.id() + within, false, null);
    }

    private void dispatch(long now) {
        for (WaitingLine.Turn turn = line.takeFirst(crew.next(), now);
                turn != null;
                turn = line.takeFirst(crew.next(), now)) {
            String runner = turn.wish() instanceof Wish.Anywhere anywhere
                    ? crew.withMost(anywhere.bytes(), turn.runner())
                    : turn.runner();
            CrewMember member = crew.find(runner);
            if (member == null) {
                throw new IllegalStateException("runner " + runner + " has room, but is gone");
            }
            long call = turn.call();
            crew.change(member, m -> m.calls().add(call));
            send(call, runner, turn.wish(), turn.priority(), turn.sinceNanos());
        }
    }

    private void send(long call, String runner, Wish wish, int priority, long sinceNanos) {
        sent.put(call, new Sent(runner, wish, priority, sinceNanos));
        effects.add(new BookEffect.Dispatch(call, runner));
    }

    /** When the next event is due at the latest: tell the books {@link BookEvent.Tick} then. */
    long nextTickNanos() {
        return growth.sooner(Upkeep.sooner(upkeep.lookNanos(), line.nextLateNanos(upkeep.lookNanos())));
    }

    Crew crew() {
        return crew;
    }

    /** @param done calls that returned, and {@code failed}, those that did not: the books do not hear how calls end */
    PoolStats stats(long now, long done, long failed) {
        return new PoolStats(
                line.size(),
                sent.size(),
                crew.booting(),
                crew.ready(),
                crew.retiring(),
                crew.freeSlots(),
                Duration.ofNanos(Math.max(0, now - line.longestSinceNanos(now))),
                growth.booted(),
                growth.failures(),
                losses,
                done,
                failed);
    }
}
