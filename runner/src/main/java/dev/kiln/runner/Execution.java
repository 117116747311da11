package dev.kiln.runner;

import dev.kiln.runner.wire.Message.Ending;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One call on this runner.
 *
 * <pre>
 *  RUNNING ──────────────▶ FINISHED     its thread has an outcome and says it
 *     │
 *     └─▶ STOPPING ──────▶ STOPPED      interrupted, and its thread left the closure within the grace
 *             │
 *             └──────────▶ OVERDUE      its caller was answered although the closure still runs
 * </pre>
 *
 * First of outcome, cancel and deadline wins, by one compare-and-set away from RUNNING; whoever wins tells the caller.
 */
final class Execution implements RunnerContext {

    enum State {
        RUNNING,
        FINISHED,
        STOPPING,
        STOPPED,
        OVERDUE
    }

    /** A state and, once the call is to end without an outcome, why: read and moved as one. */
    private record Phase(State state, @Nullable Ending ending) {}

    private final AtomicReference<Phase> phase = new AtomicReference<>(new Phase(State.RUNNING, null));
    private final ExecutionId execution;
    private final boolean linked;
    private final @Nullable Instant deadline;
    private final RunnerContext process;
    private final Nesting nesting;
    private @Nullable Thread thread; // guarded by this

    Execution(
            ExecutionId execution, boolean linked, @Nullable Instant deadline, RunnerContext process, Nesting nesting) {
        this.execution = execution;
        this.linked = linked;
        this.deadline = deadline;
        this.process = process;
        this.nesting = nesting;
    }

    ExecutionId execution() {
        return execution;
    }

    boolean linked() {
        return linked;
    }

    /** What it calls itself. */
    Nesting nesting() {
        return nesting;
    }

    /** The call's thread is about to run the closure. */
    synchronized void entered() {
        thread = Thread.currentThread();
        if (cancelled()) {
            thread.interrupt(); // stopped before it had a thread to interrupt
        }
    }

    /** The call's thread has left the closure; no interrupt of this call reaches it after this. */
    synchronized void left() {
        thread = null;
        Thread.interrupted();
    }

    /** The closure has an outcome; whether it counts. */
    boolean finish() {
        return move(State.RUNNING, State.FINISHED, null);
    }

    /** Asks the closure to end. False if it has an outcome or was asked before. */
    boolean stop(Ending why) {
        if (!move(State.RUNNING, State.STOPPING, why)) {
            return false;
        }
        interrupt();
        return true;
    }

    /** The thread has left: why it was asked to, or null if its caller was answered before. */
    @Nullable
    Ending stopped() {
        return leaveStopping(State.STOPPED);
    }

    /** The grace is over: why the closure was asked to end, or null if it has left. */
    @Nullable
    Ending overdue() {
        return leaveStopping(State.OVERDUE);
    }

    private @Nullable Ending leaveStopping(State next) {
        Phase now = phase.get();
        return now.state == State.STOPPING && phase.compareAndSet(now, new Phase(next, now.ending)) ? now.ending : null;
    }

    private boolean move(State from, State to, @Nullable Ending why) {
        Phase now = phase.get();
        return now.state == from && phase.compareAndSet(now, new Phase(to, why));
    }

    private synchronized void interrupt() {
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public String id() {
        return process.id();
    }

    @Override
    public String pool() {
        return process.pool();
    }

    @Override
    public String caller() {
        return process.caller();
    }

    @Override
    public Optional<Instant> deadline() {
        return Optional.ofNullable(deadline);
    }

    @Override
    public boolean cancelled() {
        return phase.get().ending != null;
    }
}
