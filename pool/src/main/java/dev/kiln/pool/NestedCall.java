package dev.kiln.pool;

import dev.kiln.runner.spi.ParentCall;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A call that work on this runner made and that is not over. */
final class NestedCall implements OpenCall {
    private final long id;
    private final @Nullable ParentCall parent;
    private final boolean needsThisRunner;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final AtomicReference<@Nullable Runnable> unlink = new AtomicReference<>();
    private volatile @Nullable String runner;

    /**
     * @param parent whose work made it, null for none's
     * @param needsThisRunner whether somebody here waits for it, or its work uses data of this runner
     */
    NestedCall(long id, @Nullable ParentCall parent, boolean needsThisRunner) {
        this.id = id;
        this.parent = parent;
        this.needsThisRunner = needsThisRunner;
    }

    @Override
    public long id() {
        return id;
    }

    @Nullable
    ParentCall parent() {
        return parent;
    }

    boolean needsThisRunner() {
        return needsThisRunner;
    }

    /** Known once it is over. */
    @Override
    public @Nullable String runner() {
        return runner;
    }

    void ranOn(String id) {
        runner = id;
    }

    /** Only the pool knows. */
    @Override
    public boolean mayHaveBegun() {
        return true;
    }

    /** @param takeBack ends the link to the call that made this one */
    void linked(Runnable takeBack) {
        unlink.set(takeBack);
        if (outcome.isDone()) { // it was over before it was linked
            unlink();
        }
    }

    void unlink() {
        Runnable once = unlink.getAndSet(null);
        if (once != null) {
            once.run();
        }
    }

    @Override
    public CompletableFuture<Outcome> outcome() {
        return outcome;
    }
}
