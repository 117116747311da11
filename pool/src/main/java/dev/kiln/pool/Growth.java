package dev.kiln.pool;

import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How a pool gets its runners: how many, when, and what is said of those that do not come up. Only the books touch it; where
 * it is given a member, it is inside of a change of that member.
 */
final class Growth {
    private static final int BOOTS_FOR_MIN_AT_ONCE = 10;

    private final PoolOptions options;
    private final Crew crew;
    private final WaitingLine line;
    private final Upkeep upkeep;
    private final Consumer<BookEffect> effects;
    private final SafeScaling scaling;
    private final BootGovernor boots;
    private int min;
    private int max;
    private long lastNumber;
    private @Nullable BootFailed trouble; // the last one of asking, if no runner has come up since
    private boolean heldBack;
    private long heldUntilNanos;
    private boolean opening = true;
    private long booted;
    private long failures;

    Growth(
            PoolOptions options,
            Crew crew,
            WaitingLine line,
            Upkeep upkeep,
            Consumer<BookEffect> effects,
            RandomGenerator random) {
        this.options = options;
        this.crew = crew;
        this.line = line;
        this.upkeep = upkeep;
        this.effects = effects;
        this.scaling = new SafeScaling(options.name(), options.scaling());
        this.boots = new BootGovernor(random);
        this.min = options.min();
        this.max = options.max();
    }

    int min() {
        return min;
    }

    int max() {
        return max;
    }

    void resize(int least, int most) {
        min = least;
        max = most;
    }

    void succeeded() {
        boots.succeeded();
        trouble = null;
        booted++;
    }

    /** Asking for a runner, which the crew leaves out for the moment, has failed; it is asked for again. */
    void troubled(BootFailed problem) {
        trouble = problem;
        failures++;
        effects.accept(new BookEffect.GrowEnd(crew.ready(), problem));
        effects.accept(new BookEffect.GrowStart(crew.staying() + 1));
    }

    /** A runner, which is out of the crew already, did not come up. */
    void failed(BootFailed problem, boolean closing, long now) {
        boots.failed(problem, now);
        failures++;
        if (closing) {
            return;
        }
        effects.accept(new BookEffect.GrowEnd(crew.ready(), problem));
        if (opening) {
            effects.accept(new BookEffect.OpenFailed(problem));
        }
    }

    /** The last problem, if no runner has come up since. */
    @Nullable
    BootFailed lastProblem() {
        BootFailed last = boots.last();
        return last == null ? trouble : last;
    }

    /** Where no runner can be started, those who wait for one wait in vain. */
    void failHopeless(long now) {
        BootFailed problem = boots.hopeless(now);
        if (problem != null && crew.ready() == 0) {
            line.removeUnbound(now).forEach(call -> effects.accept(new BookEffect.Unbootable(call, problem)));
        }
    }

    /** Whether the first min runners are up, at last. */
    void seeWhetherOpen() {
        if (opening && crew.ready() >= min) {
            opening = false;
            upkeep.opened();
            effects.accept(new BookEffect.Opened());
        }
    }

    /** P-21: one deficit over all that waits, has room and is on its way, after every event. */
    void grow(long now) {
        int room = max - crew.size();
        int forDemand = Math.min(room, scaling.boots(demand(0)));
        int missing = min - upkeep.resting() - crew.staying();
        int forMin = Math.min(room, Math.min(missing, BOOTS_FOR_MIN_AT_ONCE - crew.booting()));
        int wanted = Math.max(boots.mayBoot(now) ? forDemand : 0, boots.mayRefill(now) ? forMin : 0);
        heldBack = wanted <= 0 && Math.max(forDemand, forMin) > 0;
        heldUntilNanos = forDemand > 0 ? boots.notBeforeNanos() : boots.refillNotBeforeNanos();
        if (wanted > 0 && boots.mustProbe()) {
            wanted = Math.min(wanted, 1 - crew.booting()); // one shows whether it works again
        }
        if (wanted <= 0) {
            return;
        }
        effects.accept(new BookEffect.GrowStart(crew.staying() + wanted));
        for (int boot = wanted; boot > 0; boot--) {
            long number = ++lastNumber;
            var member = new CrewMember(
                    options.name() + "-" + number,
                    number,
                    options.slots(),
                    now + options.bootTimeout().toNanos());
            crew.add(member);
            upkeep.lookBy(member.dueNanos());
            effects.accept(new BookEffect.Boot(member.id()));
        }
    }

    /**
     * Whether another runner would be started if this idle one were not there, and none of those that boot came up.
     *
     * @param free how many free slots it has
     */
    boolean wouldMiss(int free) {
        return scaling.boots(demand(free)) > 0;
    }

    /** @param without free slots of a runner to be left out, together with all that boot; 0 for what is */
    private Scaling.Demand demand(int without) {
        int booting = without > 0 ? 0 : crew.booting();
        return new Scaling.Demand(
                line.demand(),
                crew.freeSlots() - without,
                Math.clamp((long) booting * options.slots(), 0, Integer.MAX_VALUE),
                opening ? 0 : options.warmSpare(),
                options.slots(),
                without > 0 ? crew.ready() - 1 : crew.ready(),
                booting,
                crew.retiring(),
                min,
                max);
    }

    /** When it is to be tried again, if that is so sooner than {@code other}. */
    long sooner(long other) {
        return heldBack ? Upkeep.sooner(other, heldUntilNanos) : other;
    }

    void closing() {
        heldBack = false;
    }

    String occupation() {
        return crew.size() + " of at most " + max + " runners, " + crew.booting() + " of them booting, run "
                + crew.busySlots() + " calls and hold " + crew.residents() + " frames; " + options.maxQueue()
                + " calls wait";
    }

    long booted() {
        return booted;
    }

    long failures() {
        return failures;
    }
}
