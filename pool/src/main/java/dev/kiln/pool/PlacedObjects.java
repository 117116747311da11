package dev.kiln.pool;

import dev.kiln.KilnException;
import dev.kiln.frame.FrameSpace;
import dev.kiln.runner.ObjectRecipe;
import dev.kiln.runner.ObjectWork;
import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.RunnerExit;
import dev.kiln.runner.wire.CallTerms.Kind;
import dev.kiln.runner.wire.Message.Release;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The placed objects of a pool: how they come about, what befalls their runners, and the calls that they need. Any thread. */
final class PlacedObjects {
    private static final Cleaner CLEANER = Cleaner.create();

    private final PoolOptions options;
    private final PoolPath path;
    private final CallDesk desk;
    private final LiveRunners runners;
    private final ScheduledExecutorService clock;
    private final Map<Long, PlacedObject> objects = new ConcurrentHashMap<>();
    private final AtomicLong lastNumber = new AtomicLong();

    PlacedObjects(PoolOptions options, PoolPath path, LiveRunners runners, ScheduledExecutorService clock) {
        this.options = options;
        this.path = path;
        this.desk = new CallDesk(path);
        this.runners = runners;
        this.clock = clock;
    }

    <S> Placed<S> place(Class<S> type, RemoteCallable<?> factory, CallOptions how, PlaceOptions as) {
        if (isClosed()) {
            throw closedNow();
        }
        PlacedType.check(type);
        PlaceOptions.@Nullable Keeping keeping = as.keeping();
        PoolBuilder.require(
                keeping == null || as.restarts() > 0,
                "restarts",
                as.restarts(),
                "at least 1 where there is a checkpoint");
        HomeBatch batch = BatchBook.HERE.of(how);
        PackedWork recipe = PackedWork.of(
                new ObjectRecipe(
                        type,
                        factory,
                        as.concurrent(),
                        keeping == null ? null : keeping.checkpoint(),
                        keeping == null ? null : keeping.restore()),
                false,
                path.space());
        var object = new PlacedObject(this, lastNumber.incrementAndGet(), type, recipe, how, as);
        S proxy = PlacedProxy.of(type, object);
        // Before anything is sent: from here on the object goes when nobody can reach the proxy any more.
        Cleaner.Cleanable end = CLEANER.register(proxy, object::close);
        object.reachedBy(proxy, end);
        objects.put(object.number(), object);
        try {
            if (batch != null) {
                object.member().join(batch);
            }
            object.place();
            return new PlacedHandle<>(proxy, object, end);
        } catch (Throwable e) {
            end.clean();
            throw e;
        } finally {
            Reference.reachabilityFence(proxy);
        }
    }

    // ---- objects that travelled

    boolean isEmpty() {
        return objects.isEmpty();
    }

    /**
     * What a stand is for: the very proxy, or a handle for it.
     *
     * @throws IllegalArgumentException if the object is gone
     */
    Object find(ObjectStand stand) {
        PlacedObject object = objects.get(stand.object());
        Placed<?> handle = object == null ? null : object.handle();
        if (handle == null) {
            throw new IllegalArgumentException("object " + stand.object() + " of pool " + name() + " is gone");
        }
        return stand.handle() ? handle : handle.get();
    }

    /** A call that work on a runner makes of an object, known to the open calls. Never blocks. */
    void enter(PendingCall call, long number) {
        PlacedObject object = objects.get(number);
        if (object == null) {
            fail(call, new IllegalStateException("object " + number + " of pool " + name() + " is closed or lost"));
        } else {
            CallDesk.READERS.execute(() -> object.calls().enter(call));
        }
    }

    /** Ends it, with an exception of the pool or of another kind. */
    void fail(PendingCall call, RuntimeException why) {
        path.fail(
                call,
                why instanceof KilnException known
                        ? known
                        : new CallFailed("call " + call.id() + " of pool " + name() + " failed: " + why, why));
    }

    boolean isOpen(PendingCall call) {
        return path.isOpen(call);
    }

    /** The books learn of a call that has waited for its object. */
    void book(PendingCall call, Whereabouts.At at) {
        call.wish(new Wish.Inside(at.runner()));
        path.enter(call);
    }

    // ---- what befalls runners

    /** A runner is about to be told to end, by whoever calls this. */
    void leaving(String runner) {
        if (!isClosed()) { // else its objects may work until they are closed over there
            objects.values().forEach(object -> object.leaving(runner));
        }
    }

    /**
     * A runner has ended, and neither the books nor its calls know it yet.
     *
     * @return to be run once the books have been told
     */
    Runnable gone(String runner, RunnerExit how) {
        List<Runnable> then = objects.values().stream()
                .map(object -> object.gone(runner, how))
                .toList();
        return () -> then.forEach(Runnable::run);
    }

    /** How many objects are on each runner that has any. */
    Map<String, Integer> countByRunner() {
        Map<String, Integer> counts = new HashMap<>();
        objects.values().forEach(object -> object.runner().ifPresent(runner -> counts.merge(runner, 1, Integer::sum)));
        return counts;
    }

    // ---- for the objects

    String name() {
        return options.name();
    }

    FrameSpace space() {
        return path.space();
    }

    /** How long a call may wait before it runs. */
    Duration patience(CallOptions how) {
        return how.within() == null ? options.queueTimeout() : how.within();
    }

    /** Makes an object and waits until it is made. */
    Whereabouts.At make(ObjectWork.Make work, CallOptions how) {
        OpenCall call = path.begin(work, how, Kind.CALL);
        Object _ = desk.await(call);
        return new Whereabouts.At(Objects.requireNonNull(call.runner(), "the call has run"), call.id());
    }

    /** Begins a call on the runner that an object is on. */
    OpenCall begin(ObjectWork work, CallOptions how, Whereabouts.At at) {
        return path.begin(work, how, Kind.CALL, new Wish.Inside(at.runner()));
    }

    /** The same without the books, which admit no call to a runner that is leaving. Owner's thread. */
    OpenCall beginUnbooked(ObjectWork.Save work, String runner) {
        return path.beginUnbooked(work, runners.find(runner));
    }

    @Nullable
    Object await(OpenCall call) {
        return desk.<@Nullable Object>await(call);
    }

    void cancel(OpenCall call) {
        desk.cancel(call, () -> {});
    }

    boolean isUp(String runner) {
        return runners.find(runner) != null;
    }

    boolean isClosed() {
        return path.isClosed();
    }

    PoolClosed closedNow() {
        return path.closedNow();
    }

    /** Lets go what calls placed on runners, with one message to each runner. Never blocks. */
    void release(List<Whereabouts.At> places) {
        Map<String, List<Long>> calls = new LinkedHashMap<>();
        for (Whereabouts.At at : places) {
            calls.computeIfAbsent(at.runner(), runner -> new ArrayList<>()).add(at.call());
        }
        calls.forEach((id, placed) -> {
            LiveRunner runner = runners.find(id);
            if (runner != null) {
                runner.send(new Release(placed));
            }
        });
    }

    void release(Whereabouts.At at) {
        release(List.of(at));
    }

    void forget(PlacedObject object) {
        objects.remove(object.number());
    }

    /** Runs a task after a while, on a thread of its own; never if the pool is closed by then. */
    void later(Duration delay, Runnable task) {
        try {
            Future<?> _ = clock.schedule(() -> CallDesk.READERS.execute(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The pool is closed.
        }
    }
}
