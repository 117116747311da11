package dev.kiln.pool;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The options of a batch. A builder serves one thread.
 *
 * <pre>{@code
 * Batch.named("nightly").priority(-1).maxRunners(2).timeout(Duration.ofHours(1)).run(batch -> …);
 * }</pre>
 */
public final class BatchBuilder {
    private final String name;
    private String id = "";
    private int priority;
    private boolean prioritySet;
    private @Nullable Duration timeout;
    private int maxRunners;
    private long maxBytes;
    private boolean releasing = true;
    private @Nullable HomeBatch parent;

    BatchBuilder(String name) {
        PoolBuilder.require(!name.isBlank(), "the name of a batch", "'" + name + "'", "not blank");
        this.name = name;
    }

    /** By which it can be ended from elsewhere. Default: the name and a number. */
    public BatchBuilder id(String unique) {
        PoolBuilder.require(!unique.isBlank(), "id", "'" + unique + "'", "not blank");
        id = unique;
        return this;
    }

    /** Calls of a batch with a higher one go before others that wait. Default: that of the batch around, else 0. */
    public BatchBuilder priority(int value) {
        priority = value;
        prioritySet = true;
        return this;
    }

    /** How long it may be open; its calls have no more time than that has left. Positive; default: for ever. */
    public BatchBuilder timeout(Duration limit) {
        PoolBuilder.requirePositive("timeout", limit);
        timeout = limit;
        return this;
    }

    /**
     * How many runners of each pool may be busy with its calls. At least 1; default: any number. Calls that say where they
     * run ({@link Caller#near}, {@link Caller#keyed}) and methods of placed objects go there nevertheless.
     */
    public BatchBuilder maxRunners(int runners) {
        PoolBuilder.require(runners >= 1, "maxRunners", runners, "at least 1");
        maxRunners = runners;
        return this;
    }

    /** How many bytes its frames may have together; one more is {@link dev.kiln.frame.FrameRefused}. At least 1; default: any. */
    public BatchBuilder maxBytes(long bytes) {
        PoolBuilder.require(bytes >= 1, "maxBytes", bytes, "at least 1");
        maxBytes = bytes;
        return this;
    }

    /** Whether it releases what it has when it ends; if not, it keeps that until {@link Batch#delete}. Default true. */
    public BatchBuilder automaticRelease(boolean on) {
        releasing = on;
        return this;
    }

    BatchBuilder within(HomeBatch around) {
        parent = around;
        return this;
    }

    /** Opens it. Bound to no thread; to be closed. */
    public Batch open() {
        return opened();
    }

    /** Opens it, runs the body with it bound to this thread, and ends it; see {@link Batch#run(String, Duration, Batch.Body)}. */
    public <T extends @Nullable Object, X extends Exception> T run(Batch.Body<T, X> body) throws X {
        return new BatchRun(opened()).run(body);
    }

    private HomeBatch opened() {
        Batch.requireHome();
        HomeBatch around = parent != null ? parent : Batch.current().orElse(null) instanceof HomeBatch b ? b : null;
        int rank = prioritySet || around == null ? priority : around.priority();
        var options = new BatchOptions(name, rank, timeout, maxRunners, maxBytes, releasing);
        return BatchBook.HERE.open(id, options, around);
    }

    @Override
    public String toString() {
        return Objects.toString(id.isEmpty() ? name : id);
    }
}
