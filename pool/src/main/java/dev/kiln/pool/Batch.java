package dev.kiln.pool;

import dev.kiln.frame.spi.Scope;
import dev.kiln.runner.Runner;
import dev.kiln.runner.wire.Message.BatchEnd;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A scope for what is made in pools: frames, residents, placed objects and calls that were made in a batch are let go of
 * together when it ends, normally or not, with one message to each runner for all its data.
 *
 * <pre>{@code
 * Frame best = Batch.run("nightly", Duration.ofMinutes(5), batch -> {
 *     Frame all = pool.call(() -> load(path));
 *     return batch.keep(all.filter("score > 0.9").compute());
 * });                                        // everything else of the batch is gone, also after an exception
 * }</pre>
 *
 * <p>While a batch is bound to a thread, by {@link #run} or {@link #bind}, all that the thread makes is in it: frames of this
 * process, too. Elsewhere {@link Caller#in} puts calls into it, and what comes of an operation is in the batch of its first
 * operand. Calls that work on a runner makes inherit the batch. A batch may hold things of several pools. Batches nest: one
 * that is opened while another is bound is within that, and ends with it at the latest.
 *
 * <p>Use of something after its batch has released it is {@link IllegalStateException}, which names {@link #keep}. Values that
 * a call brought home are not affected, nor is what a placed object keeps for itself.
 *
 * <p><b>On a runner</b>, work of a call in a batch finds that batch by {@link #current}: there it can be kept in, ended, asked for
 * its status, and told the progress of; the rest is {@link IllegalStateException}, and so is opening a batch.
 *
 * <p>Thread-safe.
 */
public sealed interface Batch extends AutoCloseable permits HomeBatch, NestedBatch {

    /** What is done in a batch. */
    @FunctionalInterface
    interface Body<T extends @Nullable Object, X extends Exception> {
        T run(Batch batch) throws X;
    }

    /** Opens a batch, runs the body with it bound to this thread, and ends it, whatever comes of the body. */
    static <T extends @Nullable Object, X extends Exception> T run(String name, Body<T, X> body) throws X {
        return named(name).run(body);
    }

    /**
     * The same within a time.
     *
     * @param timeout positive; when it is over the batch ends, its calls and this thread are interrupted
     * @throws CallTimedOut if it is over before the body has ended
     * @throws CallCancelled if the batch was cancelled before that
     */
    static <T extends @Nullable Object, X extends Exception> T run(String name, Duration timeout, Body<T, X> body)
            throws X {
        return named(name).timeout(timeout).run(body);
    }

    /** Opens a batch. Bound to no thread; to be closed. */
    static Batch open(String name) {
        return named(name).open();
    }

    /** Begins a batch with options. */
    static BatchBuilder named(String name) {
        return new BatchBuilder(name);
    }

    /** The batch that is bound to this thread. */
    static Optional<Batch> current() {
        return Scope.bound() instanceof Batch batch ? Optional.of(batch) : Optional.empty();
    }

    /**
     * Ends the batch of that id, as {@link #close} does: from any thread, and from work on a runner of a pool that its program
     * opened, on the thread of the call. Nothing happens if none of that id is open. From any other process: {@link
     * PoolSession}.
     */
    static void end(String id) {
        BatchesById.end(id, BatchEnd.CLOSE);
    }

    /** Ends the batch of that id as cancelled, as {@link #cancel} does, from wherever {@link #end} may be called. */
    static void cancel(String id) {
        BatchesById.end(id, BatchEnd.CANCEL);
    }

    /** The numbers of the batch of that id, from wherever {@link #end} may be called; empty if none of that id is open. */
    static Optional<BatchStatus> status(String id) {
        return BatchesById.status(id);
    }

    /**
     * Says how far the work has come that this thread does for the bound batch; each call of it has its own count, and {@link
     * #status} sums them up. Nothing happens outside of a batch.
     *
     * @param done at least 0
     * @param total at least 1 and {@code done}
     */
    static void progress(long done, long total) {
        PoolBuilder.require(done >= 0, "done", done, "at least 0");
        PoolBuilder.require(total >= 1 && total >= done, "total", total, "at least 1 and at least done (" + done + ")");
        switch (current().orElse(null)) {
            case HomeBatch batch -> batch.progressed(0, done, total);
            case NestedBatch batch -> batch.progressed(done, total);
            case null -> {}
        }
    }

    /** Unique among the batches of the program that opened it. */
    String id();

    /** What it was called. */
    String name();

    /** Opens a batch within this one. */
    Batch nested(String nestedName);

    /** Runs the body with this batch bound to the thread. The batch stays open. */
    <T extends @Nullable Object, X extends Exception> T bind(Body<T, X> body) throws X;

    /**
     * Moves all that is in a value, wherever it is nested, to the batch around this one, or out if there is none: frames, series,
     * residents, placed objects, calls. What is in no batch or in one around stays there. A frame that is still to be computed
     * keeps what it needs.
     *
     * @return the value
     * @throws IllegalStateException if this batch has ended
     */
    <T extends @Nullable Object> T keep(T value);

    /**
     * Moves all that is in a value to another batch, from wherever it was.
     *
     * @return the value
     * @throws IllegalStateException if that batch has ended
     */
    <T extends @Nullable Object> T transfer(T value, Batch toBatch);

    /**
     * Puts the data of its frames, and of those of batches within it, on disk where it is, to make room while they are not needed.
     * What is pinned, in use, under 16 KiB, or here and not on a runner stays in memory. Any use maps it back.
     *
     * @return how many bytes of it are on disk then
     * @throws dev.kiln.frame.FrameRefused if a runner cannot put frames on disk; others have
     */
    long spill();

    /** Its numbers now, also when it has ended. */
    BatchStatus status();

    /** Ends it as cancelled: its calls are interrupted or never begin, a {@link #run} body is interrupted, the rest is released. */
    void cancel();

    /** Ends it, if it is open: what was made in it and not kept is released, calls that are not over are cancelled. */
    @Override
    void close();

    /** Ends it, if it is open, and releases what it has kept, too. */
    void delete();

    /** Refuses where there is no batch to open. */
    static void requireHome() {
        if (Runner.current().isPresent()) {
            throw new IllegalStateException(
                    "batches are opened in the program that opened the pool, not on its runners; what work here makes is"
                            + " in the batch of its call, see Batch.current()");
        }
    }
}
