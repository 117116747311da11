package dev.kiln.pool;

import static dev.kiln.pool.SimModel.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One history of a pool, decided by its seed: twenty wild seconds of calls, boots that fail or hang, deaths, resizes, and
 * messages that come late or twice; a quiet time in which all works; the end.
 */
final class Simulation {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final long WILD = 20 * SECOND;
    private static final long QUIET = 200 * SECOND;
    private static final long END = 120 * SECOND;
    private static final int TICKS_PER_SECOND = 40;

    private final Random random;
    private final PoolOptions options;
    private final Books books;
    private final SimModel model;
    private final SimTrace trace;
    private final Map<String, SimRunner> runners = new HashMap<>();
    private final long start;
    private final SimAgenda agenda = new SimAgenda();
    private long now;
    private long ticks;
    private int idleTicks;
    private boolean wild = true;
    private boolean opened;
    private boolean allGone;

    Simulation(long seed, boolean traced) {
        this.random = new Random(seed);
        this.trace = new SimTrace(traced);
        boolean demandDriven = random.nextInt(8) > 0;
        this.options = SimOptions.some(random, demandDriven);
        // Some histories run while the monotonic clock wraps.
        this.start = random.nextInt(8) == 0 ? Long.MAX_VALUE - random.nextLong(60 * SECOND) : random.nextLong();
        this.now = start;
        this.books = new Books(options, new Random(seed), now);
        this.model = new SimModel(options, demandDriven);
    }

    List<String> trace() {
        return trace.lines();
    }

    /** Runs it all and says what was seen how often. */
    Map<String, Integer> run() {
        tell(new BookEvent.Tick());
        planWildTime();
        advanceTo(start + WILD);
        wild = false;
        advanceTo(start + WILD + QUIET);
        if (!model.closing()) {
            checkQuiet();
            tell(new BookEvent.Closing());
        }
        advanceTo(start + WILD + QUIET + END);
        check(allGone, () -> "the pool does not end");
        for (SimCall call : model.calls.values()) {
            check(call.end != null, () -> "call " + call.id + " never ends");
            saw("call " + call.end);
        }
        return trace.seen();
    }

    private void checkQuiet() {
        PoolStats stats = books.stats(now, 0, 0);
        int least = options.minIdleShutdownAfter() == null ? model.min() : 0;
        int spare = Math.min(model.max(), Math.ceilDiv(options.warmSpare(), options.slots()));
        int expected = Math.max(least, spare);
        check(
                stats.queued() == 0 && stats.running() == 0 && stats.booting() == 0 && stats.retiring() == 0,
                () -> "not quiet: " + stats);
        check(stats.ready() == expected, () -> "when all is quiet " + expected + " runners should be left: " + stats);
        check(opened, () -> "the pool never opens");
    }

    private void planWildTime() {
        int calls = random.nextInt(40);
        for (long id = 1; id <= calls; id++) {
            long call = random.nextInt(8) == 0 ? -id : id; // the numbers of nested calls are below all others
            long at = random.nextLong(random.nextBoolean() ? WILD : WILD / 10);
            later(at, () -> {
                SimCall made = SimCall.some(call, random, now, runners.size());
                model.announce(made);
                tell(new BookEvent.Arrived(call, made.latestNanos, made.wish, made.priority, false));
                if (random.nextInt(10) == 0) {
                    later(random.nextLong(2 * SECOND), () -> arriveTwice(made));
                }
            });
            if (random.nextInt(6) == 0) {
                later(at + 1 + random.nextLong(4 * SECOND), () -> tell(new BookEvent.Withdrawn(call)));
            }
        }
        for (int resizes = random.nextInt(4) - 1; resizes > 0; resizes--) {
            later(random.nextLong(WILD), () -> {
                int min = random.nextInt(4);
                tell(new BookEvent.Resized(min, Math.max(1, min + random.nextInt(4))));
            });
        }
        for (int deaths = random.nextInt(5) - 1; deaths > 0; deaths--) {
            later(random.nextLong(WILD), this::someRunnerDies);
        }
        if (random.nextInt(4) == 0) {
            later(random.nextLong(WILD), () -> tell(new BookEvent.Closing()));
        }
    }

    /** It waits or runs already, so that this means nothing. */
    private void arriveTwice(SimCall call) {
        if (call.end == null && !call.away) {
            saw("arrives twice");
            tell(new BookEvent.Arrived(call.id, call.latestNanos, call.wish, call.priority, true));
        }
    }

    /** A call that was lost, or had no runner, comes again if it is one of those that do. */
    private void comeAgain(long id) {
        SimCall call = model.calls.get(id);
        if (call.away) {
            later(random.nextLong(2) * random.nextLong(50 * MILLI), () -> {
                if (call.end == null) {
                    saw("comes again");
                    tell(new BookEvent.Arrived(id, call.latestNanos, call.wish, call.priority, true));
                }
            });
        }
    }

    private void someRunnerDies() {
        List<SimRunner> alive =
                runners.values().stream().filter(r -> !r.dead && r.up).toList();
        if (!alive.isEmpty()) {
            SimRunner victim = alive.get(random.nextInt(alive.size()));
            if (random.nextBoolean()) {
                leave(victim); // it goes without having been asked
            } else {
                die(victim);
            }
        }
    }

    private void later(long delay, Runnable action) {
        agenda.add(now + delay, action);
    }

    private void advanceTo(long horizon) {
        while (true) {
            SimAgenda.Timed next = agenda.first();
            long tick = books.nextTickNanos();
            if (next != null && next.at() - tick <= 0) {
                if (next.at() - horizon > 0) {
                    break;
                }
                agenda.removeFirst();
                now = next.at() - now > 0 ? next.at() : now;
                next.action().run();
            } else if (tick - horizon > 0) {
                break;
            } else {
                tick(tick);
            }
        }
        now = horizon;
    }

    private void tick(long due) {
        boolean late = due - now <= 0;
        now = late ? now : due;
        boolean moved = tell(new BookEvent.Tick());
        idleTicks = late && !moved ? idleTicks + 1 : 0;
        check(idleTicks < 2, () -> "the books are due in the past again and again");
        check(++ticks < 100 + TICKS_PER_SECOND * ((now - start) / SECOND + 1), () -> "too many ticks");
    }

    /** Enters an event in the books and plays what they want done; whether they want anything. */
    private boolean tell(BookEvent event) {
        trace.note((now - start) / MILLI, event);
        model.hears(event);
        List<BookEffect> effects = books.on(event, now);
        for (BookEffect effect : effects) {
            trace.note((now - start) / MILLI, effect);
            model.wants(effect, books, now);
            play(effect);
        }
        model.check(books, now);
        return !effects.isEmpty();
    }

    private void saw(String what) {
        trace.saw(what);
    }

    private void play(BookEffect effect) {
        switch (effect) {
            case BookEffect.Boot e -> boot(e.runner());
            case BookEffect.Dispatch e -> work(runners.get(e.runner()), e.call());
            case BookEffect.CancelAt e -> cancel(runners.get(e.runner()), e.call());
            case BookEffect.AskRetire e -> askedToRetire(runners.get(e.runner()), e.mayRefuse());
            case BookEffect.Stop e -> stop(runners.get(e.runner()), e.drainNanos());
            case BookEffect.Kill e -> later(random.nextLong(500 * MILLI), () -> die(runners.get(e.runner())));
            case BookEffect.Opened _ -> {
                check(!opened, () -> "opened twice");
                opened = true;
            }
            case BookEffect.OpenFailed _ -> {
                check(!opened, () -> "an open pool fails to open");
                if (random.nextBoolean() && wild) {
                    later(0, () -> tell(new BookEvent.Closing()));
                }
            }
            case BookEffect.AllGone _ -> allGone = true;
            case BookEffect.GrowStart _,
                    BookEffect.GrowEnd _,
                    BookEffect.Shrink _,
                    BookEffect.Misplaced _,
                    BookEffect.TimedOut _,
                    BookEffect.Saturated _,
                    BookEffect.Turned _ -> {}
            case BookEffect.Unbootable e -> comeAgain(e.call());
            case BookEffect.Lost e -> comeAgain(e.call());
        }
    }

    private void boot(String id) {
        var runner = new SimRunner(id, now);
        runners.put(id, runner);
        int fate = wild ? random.nextInt(20) : 19;
        long delay = wild ? random.nextLong(3 * SECOND) : 50 * MILLI;
        if (wild && random.nextInt(10) == 0) {
            var trouble = new BootFailed("not now", false, null);
            later(random.nextLong(delay + 1), () -> say(runner, new BookEvent.BootTrouble(id, trouble)));
        }
        if (fate == 0) {
            var problem = new BootFailed("no such image", true, null);
            later(delay, () -> bootFails(runner, problem));
        } else if (fate < 4) {
            var problem = new BootFailed("no room", false, null);
            later(delay, () -> bootFails(runner, problem));
        } else if (fate == 4) {
            later(delay, () -> die(runner));
        } else if (fate > 5) { // 5: it never greets
            later(delay, () -> {
                if (!runner.dead) {
                    runner.up = true;
                    say(runner, new BookEvent.Greeted(id));
                }
            });
        }
    }

    private void bootFails(SimRunner runner, BootFailed problem) {
        if (!runner.dead) {
            runner.dead = true;
            say(runner, new BookEvent.BootProblem(runner.id, problem));
        }
    }

    /** A message of the runner reaches the books, after those it sent before; in wild times perhaps once more, later. */
    private void say(SimRunner runner, BookEvent event) {
        long at = now + (wild ? random.nextLong(random.nextInt(10) == 0 ? SECOND : 20 * MILLI) : MILLI);
        runner.lastWordNanos = at - runner.lastWordNanos > 0 ? at : runner.lastWordNanos;
        later(runner.lastWordNanos - now, () -> tell(event));
        if (wild && random.nextInt(15) == 0 && !(event instanceof BookEvent.Reported)) { // the last report stands
            saw("duplicate");
            later(runner.lastWordNanos - now + random.nextLong(5 * SECOND), () -> tell(event));
        }
    }

    private void work(SimRunner runner, long call) {
        check(runner.up, () -> "call " + call + " is sent to runner " + runner.id + ", which has not greeted");
        if (runner.dead) {
            return;
        }
        if (runner.leaving) {
            saw("race lost");
            say(runner, new BookEvent.NotTaken(call, runner.id, model.calls.get(call).latestNanos));
            return;
        }
        SimCall sent = model.calls.get(call);
        boolean inside = sent.wish instanceof Wish.Inside;
        check(!options.singleUse() || inside || runner.sent++ == 0, () -> "a second call for " + runner.id);
        check(sent.begun++ <= sent.losses, () -> "call " + call + " runs twice and was not lost");
        runner.running.add(call);
        if (random.nextInt(4) == 0) {
            long at = random.nextLong(SECOND);
            later(at, () -> lends(runner, call, new BookEvent.Lent(call, runner.id)));
            later(at + random.nextLong(SECOND), () -> lends(runner, call, new BookEvent.TakenBack(call, runner.id)));
        }
        later(random.nextLong(random.nextInt(20) == 0 ? 30 * SECOND : 2 * SECOND), () -> end(runner, call, false));
    }

    private void lends(SimRunner runner, long call, BookEvent event) {
        if (!runner.dead && runner.running.contains(call)) {
            say(runner, event);
        }
    }

    private void end(SimRunner runner, long call, boolean unstoppable) {
        if (runner.dead || !runner.running.remove(call)) {
            return;
        }
        boolean kept = unstoppable || (options.strictSlots() && random.nextInt(3) == 0);
        if (unstoppable) {
            runner.overdue.add(call);
        }
        boolean resides = !unstoppable && random.nextInt(4) == 0;
        boolean toldBefore = random.nextBoolean();
        if (resides && toldBefore) {
            resides(runner);
        }
        say(runner, new BookEvent.Finished(call, runner.id, kept, unstoppable));
        if (resides && !toldBefore) {
            resides(runner);
        }
        if (kept && (!unstoppable || random.nextBoolean())) {
            later(random.nextLong(10 * SECOND), () -> slotFreed(runner, call));
        }
        leaveIfDone(runner);
    }

    private void slotFreed(SimRunner runner, long call) {
        if (!runner.dead) {
            runner.overdue.remove(call);
            say(runner, new BookEvent.SlotFreed(call, runner.id));
            leaveIfDone(runner);
        }
    }

    private void resides(SimRunner runner) {
        say(runner, new BookEvent.Reported(runner.id, ++runner.residents));
        later(random.nextLong(10 * SECOND), () -> {
            runner.residents--;
            if (!runner.dead) {
                say(runner, new BookEvent.Reported(runner.id, runner.residents));
            }
        });
    }

    private void cancel(SimRunner runner, long call) {
        later(random.nextLong(SECOND), () -> end(runner, call, wild && random.nextInt(4) == 0));
    }

    private void askedToRetire(SimRunner runner, boolean mayRefuse) {
        later(random.nextLong(5 * MILLI), () -> {
            if (runner.dead) {
                return;
            }
            boolean vetoed = mayRefuse && wild && random.nextInt(3) == 0;
            boolean goes = runner.idle() && runner.residents == 0 && !vetoed;
            saw(goes ? "retires" : "does not retire");
            say(runner, new BookEvent.RetireAnswered(runner.id, goes));
            if (goes) {
                leave(runner);
            }
        });
    }

    private void stop(SimRunner runner, long drainNanos) {
        leave(runner);
        later(drainNanos, () -> {
            if (!runner.hangs) {
                die(runner);
            }
        });
    }

    private void leave(SimRunner runner) {
        runner.leaving = true;
        runner.hangs = wild && random.nextInt(10) == 0; // until it is killed
        leaveIfDone(runner);
    }

    private void leaveIfDone(SimRunner runner) {
        if (runner.leaving && runner.idle() && !runner.hangs) {
            later(random.nextLong(300 * MILLI), () -> die(runner));
        }
    }

    private void die(SimRunner runner) {
        if (!runner.dead) {
            runner.dead = true;
            runner.running.clear();
            if (wild && random.nextInt(4) == 0) { // its last words come after the news of its death
                tell(new BookEvent.Died(runner.id, "killed"));
                saw("late words");
            } else {
                say(runner, new BookEvent.Died(runner.id, "killed"));
            }
        }
    }
}
