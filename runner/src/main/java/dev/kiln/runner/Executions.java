package dev.kiln.runner;

import dev.kiln.frame.FrameLost;
import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.NotTransferable;
import dev.kiln.frame.Parcel;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.spi.RunnerExtension;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message.Ended;
import dev.kiln.runner.wire.Message.Ending;
import dev.kiln.runner.wire.Message.Execute;
import dev.kiln.runner.wire.Message.Returned;
import dev.kiln.runner.wire.Message.SlotFreed;
import dev.kiln.runner.wire.Message.Threw;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The calls that run here. {@link #begin} and {@link #cancel} are for the link's thread; closures, and the reading and
 * writing of what they take and give, have {@link CallThreads}, at most as many as the pool sends calls at once;
 * deadlines have the clock's.
 */
final class Executions implements AutoCloseable {
    private static final int MAX_TOMBSTONES = 65_536;

    private final FrameSpace space;
    private final RunnerContext process;
    private final Duration grace;
    private final ScheduledExecutorService clock;
    private final StrictSlots slots;
    private final StatusTeller status;
    private final OutputWindow output;
    private final CallThreads threads;
    private final RunnerExtension.Session extension;
    private final ObjectHost objects;
    private final Map<ExecutionId, Execution> running = new ConcurrentHashMap<>();
    private final Set<ExecutionId> tombstones = new LinkedHashSet<>(); // the link's thread only
    private final AtomicInteger unanswered = new AtomicInteger();
    private long begun; // guarded by this
    private volatile boolean closed;
    private boolean taking = true; // guarded by this, as is every change of `running` that it decides on

    Executions(
            FrameSpace space,
            RunnerContext process,
            Duration grace,
            ScheduledExecutorService clock,
            StrictSlots slots,
            StatusTeller status,
            OutputWindow output,
            CallThreads threads,
            RunnerExtension.Session extension) {
        this.extension = extension;
        this.space = space;
        this.process = process;
        this.grace = grace;
        this.clock = clock;
        this.slots = slots;
        this.status = status;
        this.output = output;
        this.threads = threads;
        this.objects = new ObjectHost(space, process.id(), threads);
    }

    void begin(Link link, Execute work) {
        var id = new ExecutionId(work.call(), work.attempt());
        if (tombstones.remove(id)) {
            link.send(new Ended(id.call(), id.attempt(), Ending.CANCELLED, true));
            return;
        }
        @Nullable
        Instant deadline = work.timeoutMillis() == 0 ? null : Instant.now().plusMillis(work.timeoutMillis());
        var nesting = new Nesting(id.call(), link::send);
        var execution = new Execution(id, work.linked(), deadline, process, nesting);
        synchronized (this) {
            if (!taking) {
                link.send(new Ended(id.call(), id.attempt(), Ending.NOT_TAKEN, true));
                return;
            }
            running.put(id, execution);
            begun++;
            unanswered.incrementAndGet();
        }
        Future<?> timer = work.timeoutMillis() == 0
                ? null
                : clock.schedule(
                        () -> stop(link, execution, Ending.TIMED_OUT), work.timeoutMillis(), TimeUnit.MILLISECONDS);
        threads.execute(() -> ScopedValue.where(Runner.CALL, execution)
                .where(CallOutput.CURRENT, new CallOutput(id.call(), output))
                .run(() -> extension.within(work.batch(), work.call(), () -> run(link, execution, work, timer))));
    }

    void cancel(Link link, ExecutionId id) {
        Execution execution = running.get(id);
        if (execution == null) {
            // Either it is over and its answer is on the way, or it was overtaken and comes later: then it never runs.
            bury(id);
        } else {
            stop(link, execution, Ending.CANCELLED);
        }
    }

    /** Runs user code that is no call, such as an idle check. */
    void onCallThread(Runnable task) {
        threads.execute(task);
    }

    private void bury(ExecutionId id) {
        tombstones.add(id);
        if (tombstones.size() > MAX_TOMBSTONES) {
            // The oldest: of all cancels, the one whose call has had most time to arrive.
            Iterator<ExecutionId> oldest = tombstones.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    private void run(Link link, Execution execution, Execute work, @Nullable Future<?> timer) {
        execution.entered();
        Parcel outcome;
        boolean threw = false;
        try {
            try (var _ = CallContexts.restore(work.context())) {
                outcome = call(execution, work);
            }
        } catch (Throwable t) { // whatever it is, it belongs to the caller: the runner goes on
            threw = true;
            try {
                outcome = failure(t, work.author());
            } catch (FrameLost e) {
                if (closed) {
                    return; // the runner has ended under its closures: nobody waits for an outcome
                }
                throw e;
            }
        } finally {
            execution.left();
            if (timer != null) {
                timer.cancel(false);
            }
        }
        CallOutput.CURRENT.get().finish(); // before the outcome, so that its lines are logged before the call returns
        status.tellResidents();
        conclude(link, execution, threw, outcome);
    }

    private Parcel call(Execution execution, Execute work) throws Exception {
        if (execution.cancelled()) {
            throw new InterruptedException("call " + work.call() + " was no longer wanted before it began");
        }
        return switch (read(space, work.work(), work.author())) {
            case ObjectWork object -> objects.run(work.call(), work.author(), object);
            case RemoteCallable<?> callable -> space.packResult(callable.call(), work.author());
            case RemoteRunnable runnable -> {
                runnable.run();
                yield space.packResult(null, work.author());
            }
            case null -> throw new IllegalArgumentException("the work of call " + work.call() + " is null");
            case Object other ->
                throw new IllegalArgumentException("the work of call " + work.call() + " is a "
                        + other.getClass().getName() + ", not a RemoteCallable or RemoteRunnable");
        };
    }

    /** An exception is user code: one that throws when it is asked what it is must not cost the call its outcome. */
    private Parcel failure(Throwable thrown, ProcessRef reader) {
        try {
            Exhaustion.look(thrown);
            return space.packFailure(thrown, reader);
        } catch (FrameLost e) {
            throw e; // the space is closed
        } catch (RuntimeException | Error e) {
            String what = thrown.getClass().getName() + " was thrown, which throws "
                    + e.getClass().getName();
            return space.packFailure(new IllegalStateException(what + " when it is asked what it is"), reader);
        }
    }

    /** Reads what is to be run. */
    static @Nullable Object read(FrameSpace space, byte[] work, ProcessRef author) {
        try {
            return space.unpack(work, author);
        } catch (NotTransferable e) {
            if (e.getCause() instanceof ClassNotFoundException missing) {
                throw new ClassMissing(String.valueOf(missing.getMessage()), e);
            }
            throw e;
        }
    }

    private void conclude(Link link, Execution execution, boolean threw, Parcel outcome) {
        ExecutionId id = execution.execution();
        boolean holdsSlot = false;
        if (execution.finish()) {
            execution.nesting().end();
            holdsSlot = !threw && (objects.holds(id.call()) || slots.keep(id.call(), outcome));
        } else {
            execution.nesting().stop(); // whoever stopped it does so, too, but may not have come to it
            objects.release(id.call(), () -> {}); // made too late: nobody will ever know of it
            @Nullable Ending why = execution.stopped();
            link.send(why == null ? new SlotFreed(id.call()) : new Ended(id.call(), id.attempt(), why, true));
        }
        synchronized (this) {
            running.remove(id);
        }
        // An outcome that lost is sent too: the caller, who no longer knows the call, refuses it, which ends its holds.
        link.send(
                threw
                        ? new Threw(id.call(), id.attempt(), outcome.bytes())
                        : new Returned(id.call(), id.attempt(), holdsSlot, outcome.bytes()));
        unanswered.decrementAndGet();
        outcome.close();
    }

    private void stop(Link link, Execution execution, Ending why) {
        if (execution.stop(why)) {
            execution.nesting().stop();
            Future<?> _ = clock.schedule(() -> answerWithout(link, execution), grace.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static void answerWithout(Link link, Execution execution) {
        @Nullable Ending why = execution.overdue();
        if (why != null) {
            ExecutionId id = execution.execution();
            link.send(new Ended(id.call(), id.attempt(), why, false));
        }
    }

    int active() {
        return running.size();
    }

    /**
     * Whether no call runs, and the outcomes of those that ran are handed to the link. Objects that are placed here go then,
     * and it is quiet when they are closed.
     */
    boolean quiet() {
        if (unanswered.get() != 0) {
            return false;
        }
        objects.releaseAll();
        return objects.isEmpty();
    }

    /** The objects that calls have placed here. */
    ObjectHost objects() {
        return objects;
    }

    /** How many calls have begun here. */
    synchronized long begun() {
        return begun;
    }

    boolean anyUnlinked() {
        return running.values().stream().anyMatch(execution -> !execution.linked());
    }

    /** Takes no more calls if none is running and no object is placed here; whether that is so. */
    synchronized boolean stopTakingIfIdle() {
        boolean idle = running.isEmpty() && objects.isEmpty(); // a call that places one runs until it is here
        taking &= !idle;
        return idle;
    }

    /** Takes no more calls; what runs goes on. */
    synchronized void stopTaking() {
        taking = false;
    }

    /** The caller is gone: interrupts what was linked to it. */
    void interruptLinked(Link link) {
        running.values().stream()
                .filter(Execution::linked)
                .forEach(execution -> stop(link, execution, Ending.CANCELLED));
    }

    @Override
    public void close() {
        closed = true;
        stopTaking();
        threads.close();
    }
}
