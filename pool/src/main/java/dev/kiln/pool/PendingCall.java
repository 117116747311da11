package dev.kiln.pool;

import dev.kiln.frame.spi.Scope;
import dev.kiln.gc.ProcessRef;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A call that is not over: what is to be sent, until when, and where its outcome goes. Whoever takes it out of the
 * {@link OpenCalls} completes the outcome; nobody else does, so there is exactly one.
 */
final class PendingCall implements OpenCall {
    private final long id;
    private final ProcessRef author;
    private final long authorsId;
    private final byte[] work;
    private final CallOptions options;
    private volatile Wish wish;
    private volatile CallLimits limits;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private volatile Map<String, String> context = Map.of();
    private volatile @Nullable BatchCall inBatch;
    private volatile int priority;
    private volatile @Nullable String runner;
    private volatile int attempt;
    private volatile @Nullable Long endNanos;
    private long nestedId; // the last one's; guarded by this

    /**
     * @param author who packed the work and reads the outcome: the caller, or a runner whose call this is
     * @param authorsId how a runner names it; the id, if it is the caller's own
     * @param work what is sent, packed
     * @param wish where it wants to run
     */
    PendingCall(
            long id,
            ProcessRef author,
            long authorsId,
            byte[] work,
            CallOptions options,
            CallLimits limits,
            Wish wish) {
        this.id = id;
        this.author = author;
        this.authorsId = authorsId;
        this.work = work;
        this.options = options;
        this.limits = limits;
        this.wish = wish;
    }

    @Override
    public long id() {
        return id;
    }

    ProcessRef author() {
        return author;
    }

    long authorsId() {
        return authorsId;
    }

    byte[] work() {
        return work;
    }

    /** What travels with the work, of {@link dev.kiln.runner.CallContexts#capture}; told before the call is entered. */
    void travelsWith(Map<String, String> captured) {
        context = captured;
    }

    /** The call is in a batch; told before it is entered. */
    void isIn(BatchCall membership) {
        inBatch = membership;
        HomeBatch batch = membership.batch();
        priority = batch == null ? 0 : batch.priority();
    }

    /** Its part in a batch; null for none. */
    @Nullable
    BatchCall inBatch() {
        return inBatch;
    }

    /** The batch that it and what it returns is in. */
    @Override
    public @Nullable Scope scope() {
        BatchCall membership = inBatch;
        return membership == null ? null : membership.batch();
    }

    /** Of those that wait, the ones with a higher one go first. */
    int priority() {
        return priority;
    }

    Map<String, String> context() {
        return context;
    }

    CallOptions options() {
        return options;
    }

    /** Where it wants to run. */
    Wish wish() {
        return wish;
    }

    /** It is known now where it wants to run. Before the books know it. */
    void wish(Wish place) {
        wish = place;
    }

    CallLimits limits() {
        return limits;
    }

    @Override
    public CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    @Override
    public @Nullable String runner() {
        return runner;
    }

    /** It is to be tried again, within other limits. Owner's thread. */
    void again(CallLimits within) {
        limits = within;
    }

    @Override
    public boolean mayHaveBegun() {
        return attempt > 0;
    }

    /** Which try this is, from 1; 0 before the first. */
    int attempt() {
        return attempt;
    }

    /**
     * The call goes to a runner, once more. Owner's thread.
     *
     * @param runMillis how long it may run there, 0 for as long as it takes
     */
    void sentTo(String id, long nowNanos, long runMillis) {
        endNanos = runMillis == 0 ? null : (Long) (nowNanos + runMillis * 1_000_000);
        runner = id;
        int next = attempt + 1; // only this thread changes it
        attempt = next;
    }

    /**
     * The number of a call that its work makes: the next of its family, or the first of a new one.
     *
     * @param families gives the first number of a family
     */
    synchronized long nextNestedId(LongSupplier families) {
        nestedId = nestedId == 0 || OpenCalls.lastOfFamily(nestedId) ? families.getAsLong() : nestedId + 1;
        return nestedId;
    }

    /** When the present try is over at the latest, of {@link System#nanoTime}; null for no limit. Calls of its work inherit it. */
    @Nullable
    Long endNanos() {
        return endNanos;
    }
}
