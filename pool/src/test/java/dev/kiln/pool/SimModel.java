package dev.kiln.pool;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What becomes of calls, told in terms of what goes into the books and what comes out; each call ends once. */
final class SimModel {
    final Map<Long, SimCall> calls = new TreeMap<>();
    final Map<Long, SimCall> live = new TreeMap<>(); // without those that have ended and left their runner
    private final PoolOptions options;
    private final Map<String, SimSlots> slots = new HashMap<>();
    private final SimLaws laws;
    private int min;
    private int max;
    private boolean closing;
    private boolean probing; // the last boot failed for good
    private @Nullable Long newcomer;
    private boolean letGo; // an idle runner was asked to go

    SimModel(PoolOptions options, boolean demandDriven) {
        this.options = options;
        this.min = options.min();
        this.max = options.max();
        this.laws = new SimLaws(options, this, demandDriven);
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

    boolean probing() {
        return probing;
    }

    boolean letGo() {
        return letGo;
    }

    @Nullable
    Long newcomer() {
        return newcomer;
    }

    /** A call is about to arrive for the first time. */
    void announce(SimCall call) {
        calls.put(call.id, call);
        live.put(call.id, call);
    }

    SimSlots at(String runner) {
        return slots.getOrDefault(runner, new SimSlots());
    }

    /** Before the books hear of it. */
    void hears(BookEvent event) {
        newcomer = null;
        letGo = false;
        switch (event) {
            case BookEvent.Arrived e -> arrives(e);
            case BookEvent.Withdrawn e -> {
                SimCall call = calls.get(e.call());
                if (call != null && call.end == null) {
                    call.end("withdrawn");
                }
            }
            case BookEvent.Finished e -> finishes(e);
            case BookEvent.SlotFreed e -> at(e.runner()).kept.remove(e.call());
            case BookEvent.Lent e -> {
                if (!options.singleUse() && at(e.runner()).calls.contains(e.call())) {
                    at(e.runner()).lent.add(e.call());
                }
            }
            case BookEvent.TakenBack e -> at(e.runner()).lent.remove(e.call());
            case BookEvent.NotTaken e -> {
                boolean _ = leaves(e.call(), e.runner());
            }
            case BookEvent.Resized e -> {
                min = e.min();
                max = e.max();
            }
            case BookEvent.Closing _ -> closing = true;
            case BookEvent.BootProblem e ->
                probing |= slots.containsKey(e.runner()) && e.problem().permanent();
            case BookEvent.Greeted _,
                    BookEvent.BootTrouble _,
                    BookEvent.Died _,
                    BookEvent.Reported _,
                    BookEvent.RetireAnswered _,
                    BookEvent.Tick _ -> {}
        }
    }

    private void arrives(BookEvent.Arrived e) {
        SimCall call = calls.get(e.call());
        if (call == null) {
            throw new AssertionError("call " + e.call() + " was not announced");
        }
        call.latestNanos = e.latestNanos();
        call.away = false;
        newcomer = e.again() ? null : (Long) e.call();
    }

    private void finishes(BookEvent.Finished e) {
        boolean inside = at(e.runner()).inside.contains(e.call());
        if (leaves(e.call(), e.runner())) {
            if (calls.get(e.call()).end == null) {
                calls.get(e.call()).end("finished");
            }
            if (e.slotKept() && (!inside || e.unstoppable())) {
                at(e.runner()).kept.add(e.call());
            }
        }
    }

    private boolean leaves(long id, String runner) {
        SimCall call = calls.get(id);
        if (!runner.equals(call.runner)) {
            return false;
        }
        call.runner = null;
        at(runner).remove(id);
        return true;
    }

    void wants(BookEffect effect, Books books, long now) {
        switch (effect) {
            case BookEffect.Boot e -> {
                check(!closing, () -> "a boot while closing");
                check(slots.put(e.runner(), new SimSlots()) == null, () -> "runner " + e.runner() + " is booted twice");
            }
            case BookEffect.Dispatch e -> dispatched(calls.get(e.call()), e.runner(), books, now);
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
                SimCall call = calls.get(e.call());
                check(call.waits(), () -> "call " + call.id + " has no runner, but does not wait");
                call.endOrAway("unbootable", closing);
            }
            case BookEffect.Misplaced e -> {
                laws.mayBeMisplaced(calls.get(e.call()), e, books);
                endWaiting(e.call(), "misplaced");
            }
            case BookEffect.Saturated e -> {
                check(
                        Long.valueOf(e.call()).equals(newcomer),
                        () -> "not the newcomer, but " + e.call() + " is refused");
                endWaiting(e.call(), "saturated");
            }
            case BookEffect.Turned e -> {
                check(closing, () -> "call " + e.call() + " is turned away from an open pool");
                endWaiting(e.call(), "turned");
            }
            case BookEffect.Lost e -> {
                check(leaves(e.call(), e.runner()), () -> "call " + e.call() + " is lost where it is not");
                calls.get(e.call()).losses++;
                calls.get(e.call()).endOrAway("lost", e.closing());
            }
            case BookEffect.AskRetire e -> letGo |= e.mayRefuse();
            case BookEffect.AllGone _ -> check(closing && books.crew().size() == 0, () -> "all gone too early");
            case BookEffect.GrowEnd e -> {
                check(!closing, () -> "news while closing");
                probing &= e.problem() != null;
            }
            case BookEffect.GrowStart _, BookEffect.Shrink _ -> check(!closing, () -> "news while closing");
            case BookEffect.Stop _, BookEffect.Kill _, BookEffect.Opened _, BookEffect.OpenFailed _ -> {}
        }
    }

    private void dispatched(SimCall call, String runner, Books books, long now) {
        check(!closing, () -> "a dispatch while closing");
        check(call.waits(), () -> "call " + call.id + " is dispatched, but is " + call.end + " at " + call.runner);
        check(now - call.latestNanos < 0, () -> "call " + call.id + " is dispatched too late");
        laws.mayBeDispatched(call, runner, books);
        call.runner = runner;
        SimSlots there = at(runner);
        if (call.wish instanceof Wish.Inside) {
            there.inside.add(call.id);
        } else {
            there.calls.add(call.id);
            check(there.busy() <= options.slots(), () -> "call " + call.id + " has no slot at " + runner);
        }
    }

    private void endWaiting(long id, String how) {
        SimCall call = calls.get(id);
        check(
                call.waits(),
                () -> "call " + id + " is " + how + ", but does not wait: " + call.end + ", " + call.runner);
        call.end(how);
    }

    /** After each event: books and model agree, and what must always be true is. */
    void check(Books books, long now) {
        forgetTheGone(books.crew());
        live.values().removeIf(call -> call.end != null && call.runner == null);
        laws.hold(books, now);
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
