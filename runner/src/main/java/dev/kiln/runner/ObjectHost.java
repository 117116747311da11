package dev.kiln.runner;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.Parcel;
import dev.kiln.gc.ProcessRef;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The objects that calls placed here, until they are released. Work on them is done on the thread of the call that brings it.
 * Any thread.
 */
final class ObjectHost {
    private final FrameSpace space;
    private final String runner;
    private final Executor threads;
    private final Map<Long, HostedObject> byCall = new ConcurrentHashMap<>();
    private final Map<Long, HostedObject> byNumber = new ConcurrentHashMap<>();

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
            case ObjectWork.Make make -> {
                HostedObject made = make(make, author);
                byCall.put(call, made);
                byNumber.put(made.number(), made);
                yield space.packResult(null, author);
            }
            case ObjectWork.Invoke invoke -> {
                HostedObject target = find(invoke.object());
                yield target.inTurn(
                        object -> space.packResult(target.call(invoke.method(), invoke.arguments()), author));
            }
            case ObjectWork.Save save -> {
                HostedObject target = find(save.object());
                HostedObject.Deed<byte[]> packing = object -> space.packWhole(target.state());
                byte[] state = save.last() ? target.asLast(packing) : target.inTurn(packing);
                yield space.packResult(state, author);
            }
        };
    }

    private HostedObject make(ObjectWork.Make make, ProcessRef author) throws Exception {
        if (!(Executions.read(space, make.recipe(), author) instanceof ObjectRecipe recipe)) {
            throw new IllegalArgumentException("nothing says how to make object " + make.object());
        }
        if (make.state() == null) {
            return HostedObject.of(
                    make.object(), runner, recipe, recipe.factory().call(), "factory");
        }
        if (recipe.restore() == null) {
            throw new IllegalArgumentException("nothing says how to restore object " + make.object());
        }
        @Nullable Object state = space.unpack(make.state(), author);
        return HostedObject.of(make.object(), runner, recipe, recipe.restore().apply(state), "restore function");
    }

    private HostedObject find(long number) {
        HostedObject found = byNumber.get(number);
        if (found == null || found.released()) {
            throw new ObjectMoved(number, runner);
        }
        return found;
    }

    /** Whether an object is here and may be worked with. */
    boolean hosts(long number) {
        HostedObject found = byNumber.get(number);
        return found != null && found.isHere();
    }

    /** Calls a method for work on this runner: in its turn, on this thread, with copies of what it takes and gives. */
    @Nullable
    Object invoke(ObjectWork.Invoke invoke) throws Exception {
        HostedObject target = find(invoke.object());
        var arguments = (@Nullable Object[]) Objects.requireNonNull(copy(invoke.arguments()));
        return target.<@Nullable Object>inTurn(object -> copy(target.call(invoke.method(), arguments)));
    }

    private @Nullable Object copy(@Nullable Object value) {
        try (Parcel parcel = space.packWork(value)) {
            return space.unpack(parcel.bytes(), space.self());
        }
    }

    /** Whether the call placed an object that is still here. */
    boolean holds(long call) {
        return byCall.containsKey(call);
    }

    boolean isEmpty() {
        return byCall.isEmpty();
    }

    /**
     * Lets an object go: what waits for its turn is still done, then it is closed if it can be.
     *
     * @param call the one that placed it
     * @param gone called when that is over; not if there is no such object, or it is going already
     */
    void release(long call, Runnable gone) {
        HostedObject target = byCall.get(call);
        if (target == null || !target.release()) {
            return;
        }
        try {
            threads.execute(() -> {
                target.close();
                forget(call, target);
                gone.run();
            });
        } catch (RejectedExecutionException e) {
            forget(call, target); // the runner is ending, and everything on it
        }
    }

    private void forget(long call, HostedObject target) {
        byCall.remove(call);
        byNumber.remove(target.number(), target);
    }

    /** Lets all objects go. */
    void releaseAll() {
        byCall.keySet().forEach(call -> release(call, () -> {}));
    }
}
