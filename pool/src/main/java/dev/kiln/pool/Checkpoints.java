package dev.kiln.pool;

import dev.kiln.pool.Whereabouts.At;
import dev.kiln.runner.ObjectWork;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a placed object: its last good checkpoint from the place where it is, taken when asked for and by the clock.
 * Any thread.
 */
final class Checkpoints {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());

    private final PlacedObjects pool;
    private final PlacedObject object;
    private final CallOptions how;
    private final PlaceOptions.@Nullable Keeping keeping;
    private @Nullable At from; // guarded by this, as what follows
    private long by;
    private byte @Nullable [] bytes;

    /** A checkpoint that was asked for. */
    record Asked(At from, OpenCall call) {}

    Checkpoints(PlacedObjects pool, PlacedObject object, CallOptions how, PlaceOptions.@Nullable Keeping keeping) {
        this.pool = pool;
        this.object = object;
        this.how = how;
        this.keeping = keeping;
    }

    // ---- what is kept

    /** The object is there now: from now on only what comes from there counts. */
    synchronized void comeFrom(At place) {
        from = place;
    }

    /** For making the object again: what is still on its way from where it was does not count any more. */
    synchronized byte @Nullable [] last() {
        from = null;
        return bytes;
    }

    private synchronized void keep(At place, long call, byte[] checkpoint) {
        // Of two that were asked for at the same time the later one counts, whichever comes first.
        if (place.equals(from) && call > by) {
            bytes = checkpoint;
            by = call;
        }
    }

    /** The object is gone. */
    synchronized void drop() {
        from = null;
        bytes = null;
    }

    // ---- how it comes

    /** Takes one now. */
    void take() {
        if (keeping == null) {
            throw new IllegalStateException(object.name() + " was placed without checkpoint and restore");
        }
        try {
            At at = object.whereNow(null, System.nanoTime() + pool.patience(how).toNanos());
            await(new Asked(at, pool.begin(new ObjectWork.Save(object.number(), false), how, at)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CallCancelled(
                    "a checkpoint of " + object.name() + " was cancelled: its caller was interrupted", e);
        }
    }

    private void await(Asked asked) {
        keep(asked.from(), asked.call().id(), (byte[]) Objects.requireNonNull(pool.await(asked.call())));
    }

    /** Asks for the last one of an object whose runner is told next that it is to end. Null if nothing is kept. */
    @Nullable
    Asked askForLast(At at) {
        return keeping == null
                ? null
                : new Asked(at, pool.beginUnbooked(new ObjectWork.Save(object.number(), true), at.runner()));
    }

    /** Waits for the last one; if it does not come the one before counts. */
    void awaitLast(Asked asked) {
        try {
            await(asked);
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the last checkpoint of " + object.name() + " failed; the one before counts",
                    e);
        }
    }

    /** From now on one is taken at the interval, if there is one. */
    void byClock() {
        if (keeping != null && keeping.every() != null && !object.isOver()) {
            pool.later(keeping.every(), this::takeByClock);
        }
    }

    private void takeByClock() {
        try {
            if (object.runner().isPresent()) {
                take();
            }
        } catch (RuntimeException e) {
            if (!object.isOver()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "a checkpoint of " + object.name() + " failed; the one before remains",
                        e);
            }
        } finally {
            byClock();
        }
    }
}
