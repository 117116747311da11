package dev.kiln.pool;

import dev.kiln.frame.Parcel;
import dev.kiln.runner.ObjectWork;
import dev.kiln.runner.RunnerExit;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The life of a placed object, as the pool knows it. It has no way to its proxy, so that the proxy can become unreachable.
 *
 * <pre>
 *  MOVING ──▶ AT        it is made on a runner
 *    ▲         │
 *    └─────────┤        its runner was lost, or has to go: it is made again elsewhere
 *              │
 *  any ────────┴─▶ OVER closed, or lost for good
 * </pre>
 *
 * Any thread. What the pool's owner tells ({@link #leaving}, {@link #gone}) does not block.
 */
final class PlacedObject {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());
    private static final Duration MISSED = Duration.ofMillis(100);

    private final PlacedObjects pool;
    private final long number;
    private final String name;
    private final Parcel recipe;
    private final CallOptions how;
    private final PlaceOptions options;
    private final @Nullable Semaphore turn; // in the order in which methods are called; null if they run together
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final KeptState kept = new KeptState();
    private Situation situation = new Moving(null); // guarded by lock
    private int restarts; // guarded by lock: those that were begun

    /** Where the object is. */
    private sealed interface Situation {}

    /**
     * On a runner.
     *
     * @param call the one that placed it there
     */
    record At(String runner, long call) implements Situation {}

    /** About to be made; {@code by} which thread, once it is made again. */
    private record Moving(@Nullable Thread by) implements Situation {}

    /** Gone; {@code why} makes what the next use throws. */
    private record Over(Supplier<RuntimeException> why) implements Situation {}

    /** What its runner said last of it. */
    private record LastWords(At from, OpenCall call) {}

    /** @param recipe open until this is over */
    PlacedObject(PlacedObjects pool, long number, Class<?> type, Parcel recipe, CallOptions how, PlaceOptions options) {
        this.pool = pool;
        this.number = number;
        this.name = "object " + number + " (" + type.getSimpleName() + ") of pool " + pool.name();
        this.recipe = recipe;
        this.how = how;
        this.options = options;
        this.turn = options.concurrent() ? null : new Semaphore(1, true);
    }

    long number() {
        return number;
    }

    /** The runner that it is on, if it is on one. */
    Optional<String> runner() {
        lock.lock();
        try {
            return situation instanceof At at ? Optional.of(at.runner()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Makes it for the first time, on the thread of whoever wants it. */
    void place() {
        settle(make(how));
        keepByClock();
    }

    private At make(CallOptions as) {
        return pool.make(new ObjectWork.Make(number, recipe.bytes(), kept.take()), as);
    }

    private void settle(At at) {
        boolean wanted;
        lock.lock();
        try {
            wanted = !(situation instanceof Over);
            if (wanted) {
                kept.comesFrom(at);
                move(at);
            }
        } finally {
            lock.unlock();
        }
        if (!wanted) {
            pool.release(at); // closed while it was made
        } else if (!pool.isUp(at.runner())) {
            // It ended before the object was known to be there, so nobody may have told. A little later: the books know
            // then.
            var how = RunnerExit.unknown("it ended when the object had just been made");
            pool.later(MISSED, () -> gone(at.runner(), how).run());
        }
    }

    /** The one place where the situation changes. */
    private void move(Situation next) {
        situation = next;
        moved.signalAll();
    }

    // ---- use

    /**
     * Calls a method, when it is its turn and where the object is then.
     *
     * @throws CallFailed if the method threw
     */
    @Nullable
    Object call(ObjectWork.Invoke work) {
        long waitsUntil = System.nanoTime() + pool.patience(how).toNanos();
        try {
            if (turn != null && !turn.tryAcquire(waitsUntil - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw waitedTooLong("its turn: the methods called before still run");
            }
            try {
                return callWhereItIs(work, waitsUntil);
            } finally {
                if (turn != null) {
                    turn.release();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CallCancelled("a call of " + name + " was cancelled: its caller was interrupted", e);
        }
    }

    private @Nullable Object callWhereItIs(ObjectWork work, long waitsUntil) throws InterruptedException {
        @Nullable At before = null;
        while (true) {
            At at = whereNow(before, waitsUntil);
            OpenCall call = pool.begin(work, remaining(waitsUntil), at);
            try {
                return pool.await(call);
            } catch (RunnerLost e) {
                if (call.mayHaveBegun() && !how.idempotent()) {
                    throw e;
                }
                before = at; // it never began, or may run again: where the object is next
            }
        }
    }

    /** A view's one limit counts from the start. */
    private CallOptions remaining(long until) {
        return how.within() == null ? how : how.lasting(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
    }

    /** Where the object is, once it is anywhere else than {@code before}. */
    private At whereNow(@Nullable At before, long waitsUntil) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (situation instanceof Over over) {
                    throw over.why().get();
                }
                if (situation instanceof At at && !at.equals(before)) {
                    return at;
                }
                if (moved.awaitNanos(waitsUntil - System.nanoTime()) <= 0) {
                    throw waitedTooLong("the object, which is being made again on another runner");
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private CallTimedOut waitedTooLong(String what) {
        return new CallTimedOut(
                "a call of " + name + " waited too long for " + what, CallTimedOut.Phase.QUEUE, true, null);
    }

    // ---- what is kept of it

    /** Keeps what the object is now. */
    void checkpoint() {
        if (options.keeping() == null) {
            throw new IllegalStateException(name + " was placed without checkpoint and restore");
        }
        try {
            At at = whereNow(null, System.nanoTime() + pool.patience(how).toNanos());
            OpenCall call = pool.begin(new ObjectWork.Save(number), how, at);
            keep(new LastWords(at, call));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CallCancelled("a checkpoint of " + name + " was cancelled: its caller was interrupted", e);
        }
    }

    private void keep(LastWords words) {
        kept.keep(words.from(), words.call().id(), (byte[]) pool.await(words.call()));
    }

    private void keepByClock() {
        PlaceOptions.@Nullable Keeping keeping = options.keeping();
        if (keeping != null && keeping.every() != null && !isOver()) {
            pool.later(keeping.every(), this::checkpointByClock);
        }
    }

    private void checkpointByClock() {
        try {
            if (runner().isPresent()) {
                checkpoint();
            }
        } catch (RuntimeException e) {
            if (!isOver()) {
                LOG.log(System.Logger.Level.WARNING, "a checkpoint of " + name + " failed; the one before remains", e);
            }
        } finally {
            keepByClock();
        }
    }

    // ---- loss and end

    /** Its runner, if this is it, takes no more work and is about to end. Told before the runner is. */
    void leaving(String runner) {
        lock.lock();
        try {
            if (!(situation instanceof At at) || !at.runner().equals(runner)) {
                return;
            }
            RunnerExit how =
                    RunnerExit.because(RunnerExit.Kind.ENDED_BY_POOL, "it takes no more work and was told to end");
            boolean restarts = mayRestart();
            // Asked for here and now, so that it is on its way before the runner is told to end.
            LastWords words = restarts && options.keeping() != null
                    ? new LastWords(at, pool.beginUnbooked(new ObjectWork.Save(number), runner))
                    : null;
            moveOn(restarts, runner, how, words).run(); // the books send nothing there any more
        } finally {
            lock.unlock();
        }
    }

    /**
     * A runner has ended.
     *
     * @return what makes the object again, to be run when the books know it too: else they might send it there
     */
    Runnable gone(String runner, RunnerExit how) {
        lock.lock();
        try {
            if (situation instanceof At at && at.runner().equals(runner)) {
                return moveOn(mayRestart(), runner, how, null);
            }
            return () -> {};
        } finally {
            lock.unlock();
        }
    }

    private boolean mayRestart() {
        boolean may = restarts < options.restarts();
        restarts += may ? 1 : 0;
        return may;
    }

    private Runnable moveOn(boolean restarts, String runner, RunnerExit how, @Nullable LastWords words) {
        if (restarts) {
            Thread mover = Thread.ofVirtual()
                    .name("kiln-restart-" + pool.name() + "-" + number)
                    .unstarted(() -> makeAgain(runner, how, words));
            move(new Moving(mover));
            return mover::start;
        }
        end(lost(runner, how, null));
        return () -> {};
    }

    private void makeAgain(String from, RunnerExit how, @Nullable LastWords words) {
        if (words != null) {
            try {
                keep(words);
            } catch (RuntimeException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the last checkpoint of " + name + " failed; the one before counts",
                        e);
            }
        }
        while (!isOver()) {
            try {
                settle(make(CallOptions.DEFAULT.of(this.how.key())));
                return;
            } catch (RunnerLost e) {
                lock.lock();
                try {
                    if (!mayRestart()) {
                        end(lost(from, how, e));
                    }
                } finally {
                    lock.unlock();
                }
            } catch (RuntimeException e) {
                end(lost(from, how, e));
            }
        }
    }

    private Supplier<RuntimeException> lost(String runner, RunnerExit how, @Nullable RuntimeException problem) {
        int times = restarts;
        return () -> {
            if (pool.isClosed()) {
                return pool.closedNow();
            }
            String why = problem != null
                    ? "; it could not be made again: " + problem.getMessage()
                    : times == 0
                            ? "; it was placed without restarts"
                            : "; it had been made again " + times + " times, which is all that it may";
            return new RunnerLost(name + " was lost with its runner " + runner + ": " + how + why, how, problem);
        };
    }

    /** Lets the object go: it was closed, its proxy is unreachable, or it could not be placed. Idempotent. */
    void close() {
        end(() -> new IllegalStateException(name + " is closed; place another one"));
    }

    private void end(Supplier<RuntimeException> why) {
        Situation last;
        lock.lock();
        try {
            last = situation;
            if (last instanceof Over) {
                return;
            }
            kept.drop();
            move(new Over(why));
        } finally {
            lock.unlock();
        }
        pool.forget(this);
        recipe.close();
        if (last instanceof At at) {
            pool.release(at);
        } else if (last instanceof Moving(Thread by)
                && by != null
                && !Thread.currentThread().equals(by)) {
            by.interrupt(); // it waits for a place that nobody needs any more
        }
    }

    private boolean isOver() {
        lock.lock();
        try {
            return situation instanceof Over;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        lock.lock();
        try {
            return name
                    + switch (situation) {
                        case At at -> " on runner " + at.runner();
                        case Moving _ -> ", being made";
                        case Over _ -> ", gone";
                    };
        } finally {
            lock.unlock();
        }
    }
}
