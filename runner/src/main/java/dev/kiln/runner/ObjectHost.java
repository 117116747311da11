package dev.kiln.runner;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.Parcel;
import dev.kiln.gc.ProcessRef;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The objects that calls placed here, each under the number of its call, until they are released. Work on them is done on the
 * thread of the call that brings it. Any thread.
 */
final class ObjectHost {
    private final FrameSpace space;
    private final String runner;
    private final Executor threads;
    private final Map<Long, HostedObject> objects = new ConcurrentHashMap<>();

    /** @param threads run the objects' own {@code close} */
    ObjectHost(FrameSpace space, String runner, Executor threads) {
        this.space = space;
        this.runner = runner;
        this.threads = threads;
    }

    /**
     * Does the work of a call.
     *
     * @param author who packed it and reads the result
     * @return the result, packed in the object's turn: it may be a part of the object that the next method changes
     */
    Parcel run(long call, ProcessRef author, ObjectWork work) throws Exception {
        return switch (work) {
            case ObjectWork.Place place -> {
                objects.put(call, HostedObject.of(place, place.factory().call(), "factory"));
                yield space.packResult(null, author);
            }
            case ObjectWork.Restore restore -> {
                objects.put(call, restored(restore, author));
                yield space.packResult(null, author);
            }
            case ObjectWork.Invoke invoke -> {
                HostedObject target = find(invoke.object());
                yield target.inTurn(
                        object -> space.packResult(target.call(invoke.method(), invoke.arguments()), author));
            }
            case ObjectWork.Save save -> {
                HostedObject target = find(save.object());
                byte[] state = target.inTurn(object -> space.packWhole(target.state()));
                yield space.packResult(state, author);
            }
        };
    }

    private HostedObject restored(ObjectWork.Restore restore, ProcessRef author) throws Exception {
        if (space.unpack(restore.place(), author) instanceof ObjectWork.Place place && place.restore() != null) {
            return HostedObject.of(
                    place, place.restore().apply(space.unpack(restore.state(), author)), "restore function");
        }
        throw new IllegalArgumentException("nothing says how to restore the object");
    }

    private HostedObject find(long object) {
        HostedObject found = objects.get(object);
        if (found == null || found.released()) {
            throw new IllegalStateException("object " + object + " is not on runner " + runner + " any more");
        }
        return found;
    }

    /** Whether the call placed an object that is still here. */
    boolean holds(long call) {
        return objects.containsKey(call);
    }

    boolean isEmpty() {
        return objects.isEmpty();
    }

    /**
     * Lets an object go: what waits for its turn is still done, then it is closed if it can be.
     *
     * @param gone called when that is over; not if there is no such object, or it is going already
     */
    void release(long object, Runnable gone) {
        HostedObject target = objects.get(object);
        if (target == null || !target.release()) {
            return;
        }
        try {
            threads.execute(() -> {
                target.close();
                objects.remove(object);
                gone.run();
            });
        } catch (RejectedExecutionException e) {
            objects.remove(object); // the runner is ending, and everything on it
        }
    }

    /** Lets all objects go. */
    void releaseAll() {
        objects.keySet().forEach(object -> release(object, () -> {}));
    }
}
