package dev.kiln.pool;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What must be true of calls and runners, told in terms of what goes into the books and what comes out. */
final class SimModel {
    private static final long BOOT_PAUSE = 30_000_000_000L;

    final Map<Long, SimCall> calls = new TreeMap<>();
    private final PoolOptions options;
    private final Map<String, Set<Long>> slots = new HashMap<>();
    private int min;
    private int max;
    private int size;
    private boolean closing;

    SimModel(PoolOptions options) {
        this.options = options;
        this.min = options.min();
        this.max = options.max();
    }

    int min() {
        return min;
    }

    int max() {
        return max;
    }

    boolean closing() {
        return closing;
    }

    /** Before the books hear of it. */
    void hears(BookEvent event) {
        switch (event) {
            case BookEvent.Arrived e -> calls.put(e.call(), new SimCall(e.call(), e.latestNanos()));
            case BookEvent.Withdrawn e -> {
                SimCall call = calls.get(e.call());
                if (call.end == null) {
                    call.end("withdrawn");
                }
            }
            case BookEvent.Finished e -> {
                if (leaves(e.call(), e.runner())) {
                    if (calls.get(e.call()).end == null) {
                        calls.get(e.call()).end("finished");
                    }
                    if (e.slotKept()) {
                        slots.get(e.runner()).add(e.call());
                    }
                }
            }
            case BookEvent.SlotFreed e -> {
                SimCall call = calls.get(e.call());
                if (call.runner == null && slots.containsKey(e.runner())) {
                    slots.get(e.runner()).remove(e.call());
                }
            }
            case BookEvent.NotTaken e -> {
                boolean _ = leaves(e.call(), e.runner());
            }
            case BookEvent.Resized e -> {
                min = e.min();
                max = e.max();
            }
            case BookEvent.Closing _ -> closing = true;
            case BookEvent.Lent _,
                    BookEvent.TakenBack _,
                    BookEvent.Greeted _,
                    BookEvent.BootTrouble _,
                    BookEvent.BootProblem _,
                    BookEvent.Died _,
                    BookEvent.Reported _,
                    BookEvent.RetireAnswered _,
                    BookEvent.Tick _ -> {}
        }
    }

    private boolean leaves(long id, String runner) {
        SimCall call = calls.get(id);
        if (!runner.equals(call.runner)) {
            return false;
        }
        call.runner = null;
        slots.get(runner).remove(id);
        return true;
    }

    void wants(BookEffect effect, Books books, long now) {
        switch (effect) {
            case BookEffect.Boot e -> {
                check(!closing, () -> "a boot while closing");
                check(
                        slots.put(e.runner(), new HashSet<>()) == null,
                        () -> "runner " + e.runner() + " is booted twice");
            }
            case BookEffect.Dispatch e -> {
                SimCall call = calls.get(e.call());
                check(!closing, () -> "a dispatch while closing");
                check(
                        call.waits(),
                        () -> "call " + call.id + " is dispatched, but is " + call.end + " at " + call.runner);
                check(now - call.latestNanos < 0, () -> "call " + call.id + " is dispatched too late");
                call.runner = e.runner();
                slots.get(e.runner()).add(call.id);
            }
            case BookEffect.CancelAt e ->
                check(
                        e.runner().equals(calls.get(e.call()).runner),
                        () -> "call " + e.call() + " is cancelled elsewhere");
            case BookEffect.TimedOut e -> {
                check(now - calls.get(e.call()).latestNanos >= 0, () -> "call " + e.call() + " times out too early");
                endWaiting(e.call(), "timed out");
            }
            case BookEffect.Unbootable e -> {
                check(e.cause().permanent(), () -> "a transient boot problem fails calls");
                endWaiting(e.call(), "unbootable");
            }
            case BookEffect.Saturated e -> endWaiting(e.call(), "saturated");
            case BookEffect.Turned e -> {
                check(closing, () -> "call " + e.call() + " is turned away from an open pool");
                endWaiting(e.call(), "turned");
            }
            case BookEffect.Lost e -> {
                check(leaves(e.call(), e.runner()), () -> "call " + e.call() + " is lost where it is not");
                calls.get(e.call()).end("lost");
            }
            case BookEffect.AllGone _ -> check(closing && books.crew().size() == 0, () -> "all gone too early");
            case BookEffect.Misplaced e -> endWaiting(e.call(), "misplaced");
            case BookEffect.GrowStart _,
                    BookEffect.GrowEnd _,
                    BookEffect.Shrink _,
                    BookEffect.AskRetire _,
                    BookEffect.Stop _,
                    BookEffect.Kill _,
                    BookEffect.Opened _,
                    BookEffect.OpenFailed _ -> {}
        }
    }

    private void endWaiting(long id, String how) {
        SimCall call = calls.get(id);
        check(call.runner == null, () -> "call " + id + " is " + how + " while it runs at " + call.runner);
        call.end(how);
    }

    /** After each event: books and model agree, and what must always be true is. */
    void check(Books books, long now) {
        Crew crew = books.crew();
        int before = size;
        size = crew.size();
        check(size <= Math.max(max, before), () -> size + " runners of " + max + ", were " + before);
        forgetTheGone(crew);
        int booting = 0;
        int ready = 0;
        int free = 0;
        for (CrewMember member : crew.all()) {
            int busy = slots.get(member.id()).size();
            check(
                    busy == member.busySlots() && busy <= options.slots(),
                    () -> busy + " slots are busy: " + describe(member));
            check(
                    member.state() != RunnerState.BOOTING || busy == 0,
                    () -> "works while it boots: " + describe(member));
            booting += member.state() == RunnerState.BOOTING ? 1 : 0;
            ready += member.state() == RunnerState.READY ? 1 : 0;
            free += member.state() == RunnerState.READY ? options.slots() - busy : 0;
        }
        boolean summed = booting == crew.booting() && ready == crew.ready() && free == crew.freeSlots();
        check(summed, () -> "the crew's sums are wrong");
        checkCalls(books, now, booting, free);
    }

    private static String describe(CrewMember member) {
        return member.id() + " " + member.state() + ", calls " + member.calls() + ", kept " + member.keptSlots();
    }

    private void checkCalls(Books books, long now, int booting, int free) {
        int waits = 0;
        int runs = 0;
        for (SimCall call : calls.values()) {
            waits += call.waits() ? 1 : 0;
            runs += call.runner != null && call.end == null ? 1 : 0;
        }
        int waiting = waits;
        int running = runs;
        PoolStats stats = books.stats(now, 0, 0);
        boolean counted = stats.queued() == waiting && stats.running() == running;
        check(counted, () -> waiting + " wait, " + running + " run: " + stats);
        check(waiting == 0 || free == 0, () -> waiting + " calls wait for " + free + " free slots");
        check(!closing || waiting == 0, () -> "calls wait in a closing pool");
        boolean served =
                waiting <= (long) booting * options.slots() || size >= max || books.nextTickNanos() - now <= BOOT_PAUSE;
        check(served, () -> waiting + " calls wait and nothing is done about it");
    }

    private void forgetTheGone(Crew crew) {
        if (slots.size() == crew.size()) {
            return;
        }
        slots.keySet().removeIf(runner -> crew.find(runner) == null);
        for (SimCall call : calls.values()) {
            if (call.runner != null && !slots.containsKey(call.runner)) {
                check(
                        call.end != null,
                        () -> "runner " + call.runner + " is gone and took call " + call.id + " along in silence");
                call.runner = null;
            }
        }
    }

    static void check(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }
}
