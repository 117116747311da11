package dev.kiln.pool;

import static dev.kiln.pool.SimModel.check;

import java.util.HashMap;
import java.util.Map;

/** What must always be true of a pool. */
final class SimLaws {
    private static final long BOOT_PAUSE = 30_000_000_000L;

    private final PoolOptions options;
    private final SimModel model;
    private final boolean demandDriven;
    private int size;
    private boolean open;

    /** @param demandDriven whether the scaling policy is the default one, at least in the end */
    SimLaws(PoolOptions options, SimModel model, boolean demandDriven) {
        this.options = options;
        this.model = model;
        this.demandDriven = demandDriven;
    }

    /** Wishes are respected, and nobody is passed by those who rank below and could have waited. */
    void mayBeDispatched(SimCall call, String runner, Books books) {
        switch (call.wish) {
            case Wish.Anywhere _ -> {}
            case Wish.On on ->
                check(on.runner().equals(runner), () -> call.id + " insists on " + on + ", not " + runner);
            case Wish.Inside in -> {
                check(in.runner().equals(runner), () -> call.id + " belongs " + in + ", not on " + runner);
                return;
            }
            case Wish.Keyed keyed -> sameKeySameRunner(call, keyed, runner, books);
        }
        for (SimCall other : model.live.values()) {
            boolean passed = new Rank(other.priority, other.id).compareTo(new Rank(call.priority, call.id)) < 0
                    && other.waits()
                    && (other.wish instanceof Wish.Anywhere || other.wish.equals(new Wish.On(runner)));
            check(!passed, () -> "call " + other.id + " is passed by " + call.id + " on " + runner);
        }
    }

    private void sameKeySameRunner(SimCall call, Wish.Keyed keyed, String runner, Books books) {
        for (SimCall other : model.live.values()) {
            String there = other.runner;
            if (there != null && !there.equals(runner) && other.wish.equals(keyed)) {
                CrewMember member = books.crew().find(there);
                check(
                        member == null || member.state() != RunnerState.READY,
                        () -> keyed + " is on " + there + " with " + other.id + " and on " + runner + " with "
                                + call.id);
            }
        }
    }

    /** A runner that boots may have been asked for after it was said that there is none of that name. */
    void mayBeMisplaced(SimCall call, BookEffect.Misplaced effect, Books books) {
        String runner = effect.runner();
        CrewMember member = books.crew().find(runner);
        check(
                !effect.gone() || member == null || member.state() == RunnerState.BOOTING,
                () -> effect + ", but the runner is there");
        switch (call.wish) {
            case Wish.On on ->
                check(
                        on.runner().equals(runner)
                                && (member == null || !member.open() || member.state() == RunnerState.BOOTING),
                        () -> "call " + call.id + " could have waited for " + runner);
            case Wish.Inside in ->
                check(
                        in.runner().equals(runner) && (member == null || member.state() != RunnerState.READY),
                        () -> "call " + call.id + " could have run on " + runner);
            case Wish.Anywhere _, Wish.Keyed _ -> throw new AssertionError("call " + call.id + " may run anywhere");
        }
    }

    void hold(Books books, long now) {
        Crew crew = books.crew();
        int before = size;
        size = crew.size();
        check(size <= Math.max(model.max(), before), () -> size + " runners of " + model.max() + ", were " + before);
        int booting = 0;
        int ready = 0;
        int free = 0;
        for (CrewMember member : crew.all()) {
            SimSlots there = model.at(member.id());
            int busy = there.busy();
            check(busy == member.busySlots(), () -> busy + " slots are busy: " + describe(member));
            check(
                    member.activeCalls() == there.calls.size() + there.inside.size(),
                    () -> there.inside + " run inside: " + describe(member));
            check(
                    member.state() != RunnerState.BOOTING || member.activeCalls() == 0,
                    () -> "works while it boots: " + describe(member));
            booting += member.state() == RunnerState.BOOTING ? 1 : 0;
            ready += member.state() == RunnerState.READY ? 1 : 0;
            free += member.state() == RunnerState.READY ? Math.max(0, options.slots() - busy) : 0;
        }
        boolean summed = booting == crew.booting() && ready == crew.ready() && free == crew.freeSlots();
        check(summed, () -> "the crew's sums are wrong");
        open |= ready >= model.min();
        checkCalls(books, now, booting, free);
        boolean spared = !model.letGo() || !demandDriven || free >= options.warmSpare();
        int left = free;
        check(spared, () -> "an idle runner goes, and " + left + " free slots are left of " + options.warmSpare());
    }

    private static String describe(CrewMember member) {
        return member.id() + " " + member.state() + ", calls " + member.calls() + ", inside " + member.inside()
                + ", kept " + member.keptSlots();
    }

    private void checkCalls(Books books, long now, int booting, int free) {
        int waiting = 0;
        int running = 0;
        int wanted = 0; // slots of runners yet to come
        Map<String, Integer> ofKeys = new HashMap<>();
        for (SimCall call : model.live.values()) {
            running += call.runner != null && call.end == null ? 1 : 0;
            if (call.waits()) {
                waiting++;
                isNotEligible(call, books, free);
                if (call.wish instanceof Wish.Anywhere) {
                    wanted++;
                } else if (call.wish instanceof Wish.Keyed keyed && books.runnerOf(keyed.key()) == null) {
                    ofKeys.merge(keyed.key(), 1, Integer::sum);
                }
            }
        }
        for (int calls : ofKeys.values()) {
            wanted += Math.min(calls, options.slots());
        }
        PoolStats stats = books.stats(now, 0, 0);
        String counted = waiting + " wait, " + running + " run: " + stats;
        check(stats.queued() == waiting && stats.running() == running, () -> counted);
        check(!model.closing() || waiting == 0, () -> "calls wait in a closing pool");
        Long newcomer = model.newcomer();
        boolean overfull = newcomer != null
                && waiting > options.maxQueue()
                && model.calls.get(newcomer).waits();
        check(!overfull, () -> "call " + newcomer + " waits in a full queue");
        growsEnough(books, now, wanted, booting, free);
    }

    /** No call waits that some runner could take now. */
    private void isNotEligible(SimCall call, Books books, int free) {
        switch (call.wish) {
            case Wish.Anywhere _ -> check(free == 0, () -> "call " + call.id + " waits for " + free + " free slots");
            case Wish.On on -> {
                CrewMember member = books.crew().find(on.runner());
                check(
                        member != null && member.open() && member.freeSlots() == 0,
                        () -> "call " + call.id + " waits for " + on.runner() + " in vain");
            }
            case Wish.Keyed keyed -> {
                String runner = books.runnerOf(keyed.key());
                CrewMember member = runner == null ? null : books.crew().find(runner);
                boolean bound = member != null && member.state() == RunnerState.READY;
                check(
                        bound ? member.freeSlots() == 0 : runner == null && free == 0,
                        () -> "call " + call.id + " of a key at " + runner + " waits in vain");
            }
            case Wish.Inside _ -> throw new AssertionError("call " + call.id + " waits for no slot");
        }
    }

    private void growsEnough(Books books, long now, int wanted, int booting, int free) {
        if (!demandDriven || model.closing()) {
            return;
        }
        int spare = open ? options.warmSpare() : 0;
        boolean enough = wanted + spare - free - (long) booting * options.slots() <= 0;
        boolean bound = size >= model.max() || (model.probing() && booting > 0);
        boolean soon = books.nextTickNanos() - now <= BOOT_PAUSE;
        check(enough || bound || soon, () -> wanted + " slots are wanted and nothing is done about it");
        boolean filled = books.crew().staying() >= model.min() || options.minIdleShutdownAfter() != null;
        check(filled || bound || soon || booting >= 10, () -> "min is not restored");
    }
}
