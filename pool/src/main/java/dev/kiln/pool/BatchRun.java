package dev.kiln.pool;

import dev.kiln.gc.BatchState;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One body that runs in a batch of its own. The batch's other ends interrupt it, on its one thread. */
final class BatchRun {
    private final HomeBatch batch;
    private @Nullable Thread thread; // guarded by this
    private boolean interrupted; // guarded by this

    BatchRun(HomeBatch batch) {
        this.batch = batch;
    }

    <T extends @Nullable Object, X extends Exception> T run(Batch.Body<T, X> body) throws X {
        enter();
        CompletableFuture<?> _ = batch.over().thenAccept(this::endedBy);
        try {
            T value = batch.bind(body);
            leave();
            batch.end(BatchState.DONE, "");
            refuseIfCutOff(null);
            return value;
        } catch (Throwable thrown) {
            leave();
            batch.end(BatchState.FAILED, ", whose work failed");
            refuseIfCutOff(thrown);
            throw thrown;
        }
    }

    private synchronized void enter() {
        thread = Thread.currentThread();
    }

    /** No interrupt of this batch reaches the thread after this. */
    private synchronized void leave() {
        thread = null;
        if (interrupted) {
            interrupted = false;
            Thread.interrupted();
        }
    }

    private synchronized void endedBy(BatchState how) {
        if (how != BatchState.DONE && thread != null && !Thread.currentThread().equals(thread)) {
            interrupted = true;
            thread.interrupt();
        }
    }

    /** Out of time and cancelled are said as such, whatever the body made of it. */
    private void refuseIfCutOff(@Nullable Throwable thrown) {
        if (batch.outOfTime() && !(thrown instanceof CallTimedOut)) {
            throw new CallTimedOut(
                    batch + " ran out of time, and what was made in it was released",
                    CallTimedOut.Phase.RUN,
                    true,
                    thrown);
        }
        if (batch.over().join() == BatchState.CANCELLED && !(thrown instanceof CallCancelled)) {
            throw new CallCancelled(batch + " was cancelled, and what was made in it was released", thrown);
        }
    }
}
