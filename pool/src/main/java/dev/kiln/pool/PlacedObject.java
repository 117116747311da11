package dev.kiln.pool;

import dev.kiln.frame.FrameSpace;
import dev.kiln.pool.Whereabouts.At;
import dev.kiln.pool.Whereabouts.Moving;
import dev.kiln.pool.Whereabouts.Over;
import dev.kiln.runner.ObjectWork;
import dev.kiln.runner.RunnerExit;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
final class PlacedObject implements ObjectTarget {
    private static final Duration MISSED = Duration.ofMillis(100);

    private final PlacedObjects pool;
    private final long number;
    private final Class<?> type;
    private final String name;
    private final PackedWork recipe;
    private final CallOptions how;
    private final Restarts restarts;
    private volatile @Nullable WeakReference<Object> proxy;
    private volatile Cleaner.@Nullable Cleanable end;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final MethodCalls calls;
    private final Checkpoints checkpoints;
    private final BatchObject member = new BatchObject(this);
    private Whereabouts whereabouts = new Moving(null); // guarded by lock
    private @Nullable At stuckAt; // guarded by lock
    private Checkpoints.@Nullable Asked lastWords; // guarded by lock

    /** @param recipe open until this is over */
    PlacedObject(
            PlacedObjects pool, long number, Class<?> type, PackedWork recipe, CallOptions how, PlaceOptions options) {
        this.pool = pool;
        this.number = number;
        this.type = type;
        this.name = "object " + number + " (" + type.getSimpleName() + ") of pool " + pool.name();
        this.recipe = recipe;
        this.how = how;
        this.restarts = new Restarts(options.restarts());
        this.calls = new MethodCalls(pool, this, how, options.concurrent());
        this.checkpoints = new Checkpoints(pool, this, how, options.keeping());
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public Class<?> type() {
        return type;
    }

    @Override
    public FrameSpace space() {
        return pool.space();
    }

    String name() {
        return name;
    }

    /** Its part in a batch. */
    BatchObject member() {
        return member;
    }

    Checkpoints checkpoints() {
        return checkpoints;
    }

    /** By whom it is reached, and what lets it go; before it is placed. */
    void reachedBy(Object itsProxy, Cleaner.Cleanable itsEnd) {
        proxy = new WeakReference<>(itsProxy);
        end = itsEnd;
    }

    /** A handle for it, null if nobody can reach its proxy any more. */
    @Nullable
    Placed<?> handle() {
        WeakReference<Object> reference = proxy;
        Object reached = reference == null ? null : reference.get();
        return reached == null || end == null ? null : new PlacedHandle<>(reached, this, end);
    }

    /** The runner that it is on, if it is on one. */
    Optional<String> runner() {
        lock.lock();
        try {
            return whereabouts instanceof At at ? Optional.of(at.runner()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Makes it for the first time, on the thread of whoever wants it. */
    void place() {
        settle(make(how));
        checkpoints.byClock();
    }

    private At make(CallOptions as) {
        return pool.make(new ObjectWork.Make(number, recipe.bytes(), checkpoints.last()), as);
    }

    private void settle(At at) {
        boolean wanted;
        lock.lock();
        try {
            wanted = !(whereabouts instanceof Over);
            if (wanted) {
                checkpoints.comeFrom(at);
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

    /** The one place where the whereabouts changes. */
    private void move(Whereabouts next) {
        whereabouts = next;
        moved.signalAll();
    }

    // ---- use

    @Override
    public @Nullable Object call(ObjectWork.Invoke work) {
        return calls.make(work);
    }

    /** The calls of its methods. */
    MethodCalls calls() {
        return calls;
    }

    /** Where the object is, once it is anywhere else than {@code before}. */
    At whereNow(@Nullable At before, long waitsUntil) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (whereabouts instanceof Over over) {
                    throw over.why().get();
                }
                if (whereabouts instanceof At at && !at.equals(before)) {
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

    CallTimedOut waitedTooLong(String what) {
        return new CallTimedOut(
                "a call of " + name + " waited too long for " + what, CallTimedOut.Phase.QUEUE, true, null);
    }

    // ---- loss and end

    /** Its runner, if this is it, takes no more work and is about to end. Told before the runner is. */
    void leaving(String runner) {
        lock.lock();
        try {
            if (!(whereabouts instanceof At at) || !at.runner().equals(runner)) {
                return;
            }
            RunnerExit how =
                    RunnerExit.because(RunnerExit.Kind.ENDED_BY_POOL, "it takes no more work and was told to end");
            boolean again = restarts.begin();
            // Asked for here and now, so that it is on its way before the runner is told to end.
            lastWords = again && !at.equals(stuckAt) ? checkpoints.askForLast(at) : null;
            moveOn(again, at, how, lastWords).run(); // the books send nothing there any more
        } finally {
            lock.unlock();
        }
    }

    /** A method runs there that does not stop: no checkpoint of it can come between that and another. */
    void stuck(At at) {
        lock.lock();
        try {
            stuckAt = at;
            if (lastWords != null && lastWords.from().equals(at)) {
                pool.cancel(lastWords.call());
            }
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
            if (whereabouts instanceof At at && at.runner().equals(runner)) {
                return moveOn(restarts.begin(), at, how, null);
            }
            return () -> {};
        } finally {
            lock.unlock();
        }
    }

    private Runnable moveOn(boolean again, At from, RunnerExit how, Checkpoints.@Nullable Asked words) {
        if (again) {
            Thread mover = Thread.ofVirtual()
                    .name("kiln-restart-" + pool.name() + "-" + number)
                    .unstarted(() -> makeAgain(from, how, words));
            move(new Moving(mover));
            return mover::start;
        }
        end(lost(from, how, null));
        return () -> {};
    }

    private void makeAgain(At from, RunnerExit how, Checkpoints.@Nullable Asked words) {
        if (words != null) {
            checkpoints.awaitLast(words);
        }
        pool.release(from); // if its runner is only leaving, work there calls it where it is next from now on
        while (!isOver()) {
            try {
                settle(make(CallOptions.DEFAULT.of(this.how.key())));
                return;
            } catch (RunnerLost e) {
                lock.lock();
                try {
                    if (!restarts.begin()) {
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

    private Supplier<RuntimeException> lost(At from, RunnerExit how, @Nullable RuntimeException problem) {
        Supplier<RuntimeException> lost = restarts.lost(name, from, how, problem);
        return () -> pool.isClosed() ? pool.closedNow() : lost.get();
    }

    /** Lets the object go: it was closed, its proxy is unreachable, or it could not be placed. Idempotent. */
    void close() {
        close("is closed; place another one");
    }

    /** The same, with what its later use says after its name. */
    void close(String why) {
        closeAll(List.of(this), why);
    }

    /** The same for many, with one message to each of their runners. */
    static void closeAll(Collection<PlacedObject> objects, String why) {
        Map<PlacedObjects, List<At>> left = new LinkedHashMap<>();
        for (PlacedObject object : objects) {
            At at = object.over(() -> new IllegalStateException(object.name + " " + why));
            if (at != null) {
                left.computeIfAbsent(object.pool, pool -> new ArrayList<>()).add(at);
            }
        }
        left.forEach(PlacedObjects::release);
    }

    private void end(Supplier<RuntimeException> why) {
        At left = over(why);
        if (left != null) {
            pool.release(left);
        }
    }

    /** It is over: where it is still to be released, null for nowhere. */
    private @Nullable At over(Supplier<RuntimeException> why) {
        Whereabouts last;
        lock.lock();
        try {
            last = whereabouts;
            if (last instanceof Over) {
                return null;
            }
            checkpoints.drop();
            move(new Over(why));
        } finally {
            lock.unlock();
        }
        pool.forget(this);
        member.leave();
        recipe.close();
        if (last instanceof Moving(Thread by)
                && by != null
                && !Thread.currentThread().equals(by)) {
            by.interrupt(); // it waits for a place that nobody needs any more
        }
        return last instanceof At at ? at : null;
    }

    boolean isOver() {
        lock.lock();
        try {
            return whereabouts instanceof Over;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        lock.lock();
        try {
            return name
                    + switch (whereabouts) {
                        case At at -> " on runner " + at.runner();
                        case Moving _ -> ", being made";
                        case Over _ -> ", gone";
                    };
        } finally {
            lock.unlock();
        }
    }
}
