package dev.kiln.pool;

import dev.kiln.KilnException;
import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.Parcel;
import dev.kiln.runner.ClassMissing;
import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.RemoteRunnable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where calls are made: packs the work on the caller's thread, tells the books, and reads the outcome on the caller's thread
 * or, for submitted calls, on a virtual thread. Any thread.
 */
final class CallDesk {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());

    private final PoolOptions options;
    private final FrameSpace space;
    private final OpenCalls calls;
    private final Consumer<BookEvent> books;
    private final BooleanSupplier closed;
    private final Executor readers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("kiln-outcome-", 1).factory());

    CallDesk(
            PoolOptions options, FrameSpace space, OpenCalls calls, Consumer<BookEvent> books, BooleanSupplier closed) {
        this.options = options;
        this.space = space;
        this.calls = calls;
        this.books = books;
        this.closed = closed;
    }

    <T extends @Nullable Object> T call(RemoteCallable<T> work, CallOptions how) {
        PendingCall pending = begin(work, how, options.queueTimeout(), options.timeout());
        try {
            return read(pending, pending.outcome().get(), null);
        } catch (InterruptedException e) {
            if (cancel(pending, () -> {})) {
                Thread.currentThread().interrupt();
                throw new CallCancelled(describe(pending) + " was cancelled: its caller was interrupted", e);
            }
            try {
                return read(pending, pending.outcome().join(), null); // it was over before the interrupt: that counts
            } finally {
                Thread.currentThread().interrupt();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("an outcome never fails", e);
        }
    }

    <T extends @Nullable Object> Call<T> submit(RemoteCallable<T> work, CallOptions how) {
        PendingCall pending = begin(work, how, options.queueTimeout(), options.timeout());
        var call = new RemoteCall<T>(pending, this);
        var site = new Throwable("submitted here");
        CompletableFuture<?> _ = pending.outcome()
                .thenAcceptAsync(outcome -> call.complete(() -> read(pending, outcome, site)), readers);
        return call;
    }

    void execute(RemoteRunnable work, CallOptions how) {
        PendingCall pending = begin(work, how, Duration.ZERO, Duration.ZERO);
        var site = new Throwable("executed here");
        CompletableFuture<?> _ = pending.outcome()
                .thenAcceptAsync(
                        outcome -> {
                            try {
                                read(pending, outcome, site);
                            } catch (RuntimeException e) {
                                LOG.log(System.Logger.Level.WARNING, "work that was executed and forgotten failed", e);
                            }
                        },
                        readers);
    }

    private PendingCall begin(Object work, CallOptions how, Duration waitLimit, Duration runLimit) {
        if (closed.getAsBoolean()) {
            throw closedNow();
        }
        Parcel parcel = space.packWork(work); // what cannot cross is refused here, before anything is asked for it
        var pending = new PendingCall(
                calls.nextId(), parcel, how.linked(), System.nanoTime(), waitLimit, runLimit, how.within());
        // What the closure captured stays held until the call is over, however it ends.
        CompletableFuture<?> _ = pending.outcome().whenCompleteAsync((outcome, failure) -> parcel.close(), readers);
        calls.add(pending); // before the books know it, so that an answer always finds it
        books.accept(new BookEvent.Arrived(pending.id(), pending.latestStartNanos()));
        if (closed.getAsBoolean()) { // the books may have ended before they read this
            calls.fail(pending.id(), closedNow());
        }
        return pending;
    }

    private PoolClosed closedNow() {
        return new PoolClosed("pool " + options.name() + " is closed; open another one");
    }

    /**
     * Ends a call as cancelled.
     *
     * @param first done before the outcome is decided, if the call is not over yet
     * @return whether it was not
     */
    boolean cancel(PendingCall pending, Runnable first) {
        if (!calls.take(pending.id())) {
            return false;
        }
        first.run();
        pending.outcome().complete(new Outcome.Failed(cancelled(pending)));
        books.accept(new BookEvent.Withdrawn(pending.id()));
        return true;
    }

    CallCancelled cancelled(PendingCall pending) {
        return new CallCancelled(describe(pending) + " was cancelled", null);
    }

    String describe(PendingCall pending) {
        String runner = pending.runner();
        return "call " + pending.id() + " of pool " + options.name() + (runner == null ? "" : " on runner " + runner);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals", "NullAway"
    }) // the closure's type says what it returns
    private <T extends @Nullable Object> T read(PendingCall pending, Outcome outcome, @Nullable Throwable site) {
        return switch (outcome) {
            case Outcome.Returned returned -> (T) space.unpack(returned.result(), returned.runner());
            case Outcome.Threw threw -> {
                Throwable cause = (Throwable) space.unpack(threw.failure(), threw.runner());
                throw at(site, failed(pending, cause));
            }
            case Outcome.Failed failed -> throw at(site, failed.why());
        };
    }

    private PoolException failed(PendingCall pending, Throwable cause) {
        if (cause instanceof ClassMissing missing) {
            return new CodeMissing(
                    describe(pending) + " never began: " + cause.getMessage()
                            + ". A runner has this program's class path"
                            + " and nothing that was made in memory or comes from a class loader of its own",
                    missing.className(),
                    cause);
        }
        return new CallFailed(describe(pending) + " failed: " + cause, cause);
    }

    /** Gives a failure the stack of the one who made the call: the present thread's, or the one that submitted it. */
    private static KilnException at(@Nullable Throwable site, KilnException failure) {
        if (site == null) {
            failure.fillInStackTrace();
        } else {
            failure.setStackTrace(site.getStackTrace());
        }
        return failure;
    }
}
