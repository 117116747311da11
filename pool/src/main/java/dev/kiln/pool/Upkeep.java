package dev.kiln.pool;

import dev.kiln.pool.CrewMember.Leaving;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the clock decides about runners: that they come up in time, leave when nobody needs them, and are gone when they
 * should be. Only the books touch it; where it is given a member, it is inside of a change of that member.
 */
final class Upkeep {
    private static final long ASK_AGAIN = Duration.ofMillis(100).toNanos();
    /** When an idle runner that must stay, for now, is looked at again. */
    private static final long LOOK_AGAIN = Duration.ofSeconds(1).toNanos();

    private static final long NEVER = Long.MAX_VALUE / 4;
    /** How long an idle check of the user's may take on the runner. */
    private static final long ANSWER_PATIENCE = Duration.ofSeconds(30).toNanos();

    private static final long EXIT_PATIENCE = Duration.ofSeconds(5).toNanos();

    private final PoolOptions options;
    private final Crew crew;
    private final Consumer<BookEffect> effects;
    private long lookNanos;
    private long patience = NEVER; // of the next runner to go, as long as none comes, goes or changes
    private int resting;
    private final Slack slack;
    private boolean heldBack; // an idle runner stays, since it would be missed
    private boolean opening = true;
    private boolean closing;

    Upkeep(PoolOptions options, Crew crew, Consumer<BookEffect> effects, long now) {
        this.options = options;
        this.crew = crew;
        this.effects = effects;
        this.lookNanos = now;
        this.slack = new Slack(options.idleShutdownAfter().toNanos());
    }

    /** When the runners are next to be looked at. */
    long lookNanos() {
        return lookNanos;
    }

    /** The runners are to be looked at by then, or sooner. */
    void lookBy(long due) {
        lookNanos = sooner(lookNanos, due);
    }

    static long sooner(long a, long b) {
        return a - b <= 0 ? a : b;
    }

    /** How many of the min runners went because there was nothing to do; they come back with the next call. */
    int resting() {
        return resting;
    }

    /** The first min runners are up: from here on they may rest. */
    void opened() {
        opening = false;
    }

    void wakeResting() {
        resting = 0;
    }

    /** Something ended on the runner: if it is idle from now on, its time counts from here. */
    void vacated(CrewMember member, long now) {
        if (member.leaving() == Leaving.DRAINING && member.onlyDeaf()) {
            member.leave(Leaving.DRAINING, now); // nobody needs the time that it was given
            lookBy(now);
        }
        if (!member.idle()) {
            return;
        }
        if (member.state() == RunnerState.READY) {
            member.idleSince(now);
            lookBy(now + patience);
        } else if (member.leaving() == Leaving.SPENT) {
            member.leave(Leaving.SPENT, now);
            lookBy(now);
        }
    }

    /** The runner has had its one call: it goes as soon as nothing of it is left there. */
    void spend(CrewMember member, long now) {
        member.move(RunnerState.RETIRING, Leaving.SPENT, now);
        takeLeave(member, "runner " + member.id() + " has had its one call");
        lookBy(now);
    }

    /** The runner gets no new work, has that long for what it has, and is killed if it stays longer. */
    void drain(CrewMember member, long drainNanos, String why, long now) {
        leaveBy(member, now + drainNanos + EXIT_PATIENCE, now);
        takeLeave(member, "runner " + member.id() + " is to end: " + why);
        effects.accept(new BookEffect.Stop(member.id(), drainNanos));
    }

    /** The runner is going of itself. */
    void going(CrewMember member, String why, long now) {
        leaveBy(member, now + EXIT_PATIENCE, now);
        takeLeave(member, "runner " + member.id() + " goes: " + why);
    }

    private void leaveBy(CrewMember member, long due, long now) {
        if (member.state() == RunnerState.READY) {
            member.move(RunnerState.RETIRING, Leaving.DRAINING, due);
        } else {
            member.leave(Leaving.DRAINING, due);
        }
        lookBy(now);
    }

    /** Tells once that the runner, which the crew does not count among those that stay any more, is leaving. */
    void takeLeave(CrewMember member, String reason) {
        if (member.takesLeave() && !closing) {
            effects.accept(new BookEffect.Shrink(crew.staying(), reason));
        }
    }

    /** The runner was asked whether it has nothing to do. */
    void answered(CrewMember member, boolean goes, long now) {
        if (member.leaving() != Leaving.ASKED) {
            return;
        }
        if (goes) {
            going(member, "it has had nothing to do", now);
            return;
        }
        resting = Math.max(0, resting - 1);
        if (member.spent()) {
            member.leave(Leaving.SPENT, now + ASK_AGAIN);
        } else {
            member.move(RunnerState.READY, Leaving.NO, now);
            slack.restore();
        }
    }

    /** The pool closes: what boots is killed, what runs is drained. */
    void close(long now) {
        closing = true;
        for (CrewMember member : List.copyOf(crew.all())) {
            if (member.state() == RunnerState.BOOTING) {
                kill(member, "the pool was closed");
            } else if (member.leaving() != Leaving.DRAINING) {
                crew.change(member, m -> drain(m, options.shutdownTimeout().toNanos(), "the pool was closed", now));
            }
        }
    }

    /** Sees to those whose time is over; {@code late} takes those that did not greet in time. */
    void expire(long now, Consumer<CrewMember> late) {
        for (CrewMember member : List.copyOf(crew.all())) {
            if (now - member.dueNanos() < 0) {
                continue;
            }
            if (member.state() == RunnerState.BOOTING) {
                kill(member, "it did not greet in time");
                late.accept(member);
            } else if (member.leaving() == Leaving.DRAINING || member.leaving() == Leaving.ASKED) {
                kill(member, overdue(member));
                crew.change(member, m -> m.leave(Leaving.DRAINING, now + EXIT_PATIENCE));
            } else if (member.leaving() == Leaving.SPENT && member.idle()) {
                ask(member, false, now);
            }
        }
    }

    private static String overdue(CrewMember member) {
        if (member.leaving() == Leaving.ASKED) {
            return "it did not say in time whether it may go";
        }
        return member.onlyDeaf() ? "work on it did not stop, and nothing else was there" : "it did not end in time";
    }

    private void kill(CrewMember member, String why) {
        effects.accept(new BookEffect.Kill(member.id(), why));
    }

    /** How many runners could go without the warm spare missing them. */
    void noteSlack(long now) {
        if (options.warmSpare() > 0) {
            slack.note(Math.max(0, (crew.freeSlots() - (long) options.warmSpare()) / options.slots()), now);
            lookBy(slack.nextGrowthNanos(now, lookNanos));
        }
    }

    /** Lets go of those that are idle for long or, after a resize, too many. */
    void shrink(long now, Growth growth) {
        int surplus = crew.ready() - growth.min();
        int tooMany = crew.staying() - growth.max();
        heldBack = false;
        List<CrewMember> longestIdleFirst = crew.in(RunnerState.READY).stream()
                .filter(CrewMember::idle)
                .sorted((a, b) -> Long.signum(a.dueNanos() - b.dueNanos()))
                .toList();
        for (CrewMember member : longestIdleFirst) {
            if (now - member.dueNanos() - patience(surplus, tooMany) < 0) {
                break;
            }
            if (tooMany <= 0 && isMissed(member, growth, now)) {
                heldBack = true;
                break;
            }
            if (surplus <= 0 && tooMany <= 0) {
                resting++;
            }
            slack.release();
            ask(member, tooMany <= 0, now);
            surplus--;
            tooMany--;
        }
        // If there are too many even without the idle ones, the youngest finish what they have. Those that boot will be
        // idle when they are up.
        List<CrewMember> busy = crew.in(RunnerState.READY).stream()
                .filter(member -> !member.idle())
                .toList();
        for (CrewMember member :
                busy.subList(Math.min(busy.size(), growth.max()), busy.size()).reversed()) {
            String why = "there are more than max (" + growth.max() + ")";
            crew.change(member, m -> drain(m, options.shutdownTimeout().toNanos(), why, now));
        }
    }

    private boolean isMissed(CrewMember member, Growth growth, long now) {
        return (options.warmSpare() > 0 && slack.least(now) < 1) || growth.wouldMiss(member.freeSlots());
    }

    /** How long the next runner to go must have been idle. */
    private long patience(int surplus, int tooMany) {
        if (tooMany > 0) {
            return ASK_AGAIN;
        }
        @Nullable Duration idle = surplus > 0 ? options.idleShutdownAfter() : options.minIdleShutdownAfter();
        return idle == null || (surplus <= 0 && opening) ? NEVER : idle.toNanos();
    }

    private void ask(CrewMember member, boolean mayRefuse, long now) {
        crew.change(member, m -> {
            if (m.state() == RunnerState.READY) {
                m.move(RunnerState.RETIRING, Leaving.ASKED, now + ANSWER_PATIENCE);
            } else {
                m.leave(Leaving.ASKED, now + ANSWER_PATIENCE);
            }
        });
        effects.accept(new BookEffect.AskRetire(member.id(), mayRefuse));
    }

    /** All runners have been looked at: when is one next to be given up, asked or killed? */
    void looked(long now, Growth growth) {
        lookNanos = now + NEVER;
        patience = patience(crew.ready() - growth.min(), crew.staying() - growth.max());
        for (CrewMember member : crew.all()) {
            if (member.state() == RunnerState.READY && member.idle()) {
                long due = member.dueNanos() + patience;
                lookBy(heldBack && now - due >= 0 ? now + LOOK_AGAIN : due);
            } else if (member.state() == RunnerState.BOOTING
                    || member.leaving() == Leaving.DRAINING
                    || member.leaving() == Leaving.ASKED
                    || (member.leaving() == Leaving.SPENT && member.idle())) {
                lookBy(member.dueNanos());
            }
        }
        if (options.warmSpare() > 0) {
            lookBy(slack.nextGrowthNanos(now, lookNanos));
        }
    }
}
