package dev.kiln.pool;

import dev.kiln.pool.Whereabouts.At;
import dev.kiln.runner.ObjectMoved;
import dev.kiln.runner.ObjectWork;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a placed object's methods: in the order in which they are made, one at a time, unless it is concurrent; each
 * goes where the object is when its turn has come. Any thread.
 */
final class MethodCalls {
    private final PlacedObjects pool;
    private final PlacedObject object;
    private final CallOptions how;
    private final @Nullable Semaphore turn; // fair; null if methods run together

    MethodCalls(PlacedObjects pool, PlacedObject object, CallOptions how, boolean concurrent) {
        this.pool = pool;
        this.object = object;
        this.how = how;
        this.turn = concurrent ? null : new Semaphore(1, true);
    }

    /**
     * Calls a method and waits for it.
     *
     * @throws CallFailed if the method threw
     */
    @Nullable
    Object make(ObjectWork.Invoke work) {
        long waitsUntil = System.nanoTime() + pool.patience(how).toNanos();
        try {
            begin(waitsUntil);
            try {
                return makeWhereItIs(work, waitsUntil);
            } finally {
                done();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CallCancelled("a call of " + object.name() + " was cancelled: its caller was interrupted", e);
        }
    }

    private void begin(long waitsUntil) throws InterruptedException {
        if (turn != null && !turn.tryAcquire(waitsUntil - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            throw object.waitedTooLong("its turn: the methods called before still run");
        }
    }

    private void done() {
        if (turn != null) {
            turn.release();
        }
    }

    private @Nullable Object makeWhereItIs(ObjectWork work, long waitsUntil) throws InterruptedException {
        @Nullable At before = null;
        while (true) {
            At at = object.whereNow(before, waitsUntil);
            OpenCall call = pool.begin(work, remaining(waitsUntil), at);
            try {
                return pool.await(call);
            } catch (RunnerLost e) {
                if (call.mayHaveBegun() && !how.idempotent()) {
                    throw e;
                }
            } catch (CallFailed e) {
                if (!(e.getCause() instanceof ObjectMoved)) {
                    throw e;
                }
            } catch (CallTimedOut e) {
                if (!e.stopped()) {
                    object.stuck(at);
                }
                throw e;
            }
            before = at; // it never began, or may run again: where the object is next
        }
    }

    /** A view's one limit counts from the start. */
    private CallOptions remaining(long until) {
        CallOptions now = object.member().in(how);
        return now.within() == null ? now : now.lasting(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
    }

    /** Enters a call of work on a runner, which waits there, and waits until it is over. A thread of its own. */
    void enter(PendingCall call) {
        long waitsUntil = call.limits().latestStartNanos();
        try {
            begin(waitsUntil);
            try {
                At at = object.whereNow(null, waitsUntil);
                if (pool.isOpen(call)) {
                    pool.book(call, at);
                    Outcome outcome = call.outcome().get(); // then it is the next one's turn
                    if (outcome instanceof Outcome.Failed(CallTimedOut late) && !late.stopped()) {
                        object.stuck(at);
                    }
                }
            } finally {
                done();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("nobody interrupts this thread, and an outcome never fails", e);
        } catch (RuntimeException e) {
            pool.fail(call, e);
        }
    }
}
