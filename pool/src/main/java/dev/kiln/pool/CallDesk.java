package dev.kiln.pool;

import dev.kiln.KilnException;
import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.Resident;
import dev.kiln.frame.spi.Scope;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.ClassMissing;
import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.RemoteRunnable;
import dev.kiln.runner.wire.CallTerms.Kind;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where calls are made and their outcomes read: on the caller's thread or, for submitted calls, on a virtual thread. The same
 * where the pool is and on its runners; the {@link CallPath} makes the difference. Any thread.
 */
final class CallDesk {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());

    /** Threads on which outcomes are read that nobody waits for; they run user code. */
    static final Executor READERS = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("kiln-outcome-", 1).factory());

    private final CallPath path;

    CallDesk(CallPath path) {
        this.path = path;
    }

    /** The pool's name. */
    String pool() {
        return path.pool();
    }

    FrameSpace space() {
        return path.space();
    }

    <T extends @Nullable Object> T call(RemoteCallable<T> work, CallOptions how) {
        return await(path.begin(Objects.requireNonNull(work, "work"), how, Kind.CALL));
    }

    /** Waits for a call and reads its value; an interrupt cancels it. */
    @SuppressWarnings("TypeParameterUnusedInFormals") // whoever began it knows what it returns
    <T extends @Nullable Object> T await(OpenCall call) {
        try {
            return read(call, outcome(call), null);
        } catch (InterruptedException e) {
            if (cancel(call, () -> {})) {
                Thread.currentThread().interrupt();
                CallCancelled failure = interrupted(call, e);
                path.failed(call, failure);
                throw failure;
            }
            try {
                return read(call, call.outcome().join(), null); // it was over before the interrupt: that counts
            } finally {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Outcome outcome(OpenCall call) throws InterruptedException {
        try (var _ = path.waiting(call)) {
            return call.outcome().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("an outcome never fails", e);
        }
    }

    <T extends @Nullable Object> RemoteCall<T> submit(RemoteCallable<T> work, CallOptions how, Kind kind) {
        OpenCall open = path.begin(Objects.requireNonNull(work, "work"), how, kind);
        var call = new RemoteCall<T>(open, this);
        var site = new Throwable("submitted here");
        CompletableFuture<?> _ =
                open.outcome().thenAcceptAsync(outcome -> call.complete(() -> read(open, outcome, site)), READERS);
        return call;
    }

    void execute(RemoteRunnable work, CallOptions how) {
        OpenCall call = path.begin(Objects.requireNonNull(work, "work"), how, Kind.EXECUTE);
        var site = new Throwable("executed here");
        CompletableFuture<?> _ = call.outcome()
                .thenAcceptAsync(
                        outcome -> {
                            try {
                                read(call, outcome, site);
                            } catch (RuntimeException e) {
                                LOG.log(System.Logger.Level.WARNING, "work that was executed and forgotten failed", e);
                            }
                        },
                        READERS);
    }

    /** The objects that are placed by this desk's pool. */
    PlacedObjects objects() {
        return path.objects();
    }

    CallPath.Wait waiting(@Nullable OpenCall call) {
        return path.waiting(call);
    }

    /**
     * Ends a call as cancelled.
     *
     * @param first done before the outcome is decided, if the call is not over yet
     * @return whether it was not
     */
    boolean cancel(OpenCall call, Runnable first) {
        if (!path.take(call)) {
            return false;
        }
        path.withdraw(call); // before dependents, which are user code and may take their time
        first.run();
        call.outcome().complete(new Outcome.Failed(cancelled(call)));
        return true;
    }

    CallCancelled cancelled(OpenCall call) {
        return new CallCancelled(describe(call) + " was cancelled", null);
    }

    CallCancelled interrupted(OpenCall call, InterruptedException e) {
        return new CallCancelled(describe(call) + " was cancelled: its caller was interrupted", e);
    }

    String describe(OpenCall call) {
        String runner = call.runner();
        return "call " + call.id() + " of pool " + path.pool() + (runner == null ? "" : " on runner " + runner);
    }

    /** The runner to insist on for work on a frame; empty if its data is on none. */
    String runnerOf(Frame frame) {
        return runnerOf(frame.isRemote(), frame.owner());
    }

    /** The same for work on a resident. */
    String runnerOf(Resident<?> resident) {
        return runnerOf(resident.isRemote(), resident.owner());
    }

    private String runnerOf(boolean remote, String name) {
        Optional<ProcessRef> self = path.self();
        String owner = remote ? name : self.map(ProcessRef::name).orElse("");
        if (owner.isEmpty() || owner.equals(path.pool() + Headquarters.CALLER)) {
            return "";
        }
        String prefix = path.pool() + "-";
        if (!owner.startsWith(prefix) || !owner.substring(prefix.length()).matches("\\d+")) {
            throw new IllegalArgumentException("near needs a frame or resident of this process or of a runner of pool "
                    + path.pool() + ", was one of " + owner + "; call through that pool, or without near");
        }
        return owner;
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals", "NullAway"
    }) // the closure's type says what it returns
    private <T extends @Nullable Object> T read(OpenCall call, Outcome outcome, @Nullable Throwable site) {
        path.beforeReading();
        FrameSpace space = path.space();
        return switch (outcome) {
            case Outcome.Returned returned ->
                (T) within(call.scope(), () -> space.unpack(returned.result(), returned.runner()));
            case Outcome.Threw threw -> {
                Throwable cause = (Throwable) space.unpack(threw.failure(), threw.runner());
                throw at(call, site, failed(call, cause));
            }
            case Outcome.Failed failed -> throw at(call, site, failed.why());
            case Outcome.PassedOn _ -> throw new IllegalStateException(describe(call) + " is read elsewhere");
            case Outcome.FailedThere failed -> {
                Throwable why = (Throwable) space.unpack(failed.why(), failed.caller());
                throw at(
                        call,
                        site,
                        why instanceof KilnException known
                                ? known
                                : new CallFailed(describe(call) + " failed: " + why, why));
            }
        };
    }

    /** What is read joins the batch of its call, whoever reads it. */
    private static @Nullable Object within(@Nullable Scope scope, Supplier<@Nullable Object> reading) {
        return scope == null
                ? reading.get()
                : ScopedValue.where(Scope.BOUND, scope).<@Nullable Object, RuntimeException>call(reading::get);
    }

    private PoolException failed(OpenCall call, Throwable cause) {
        if (cause instanceof ClassMissing missing) {
            return new CodeMissing(
                    describe(call) + " never began: " + cause.getMessage()
                            + ". A runner has this program's class path"
                            + " and nothing that was made in memory or comes from a class loader of its own",
                    missing.className(),
                    cause);
        }
        return new CallFailed(describe(call) + " failed: " + words(cause), cause);
    }

    /** What an exception says of itself, which is user code. */
    private static String words(Throwable cause) {
        try {
            return cause.toString();
        } catch (RuntimeException e) {
            return cause.getClass().getName() + ", which cannot say why: "
                    + e.getClass().getName();
        }
    }

    /** Gives a failure the stack of the one who made the call: the present thread's, or the one that submitted it. */
    private KilnException at(OpenCall call, @Nullable Throwable site, KilnException failure) {
        if (site == null) {
            failure.fillInStackTrace();
        } else {
            failure.setStackTrace(site.getStackTrace());
        }
        path.failed(call, failure);
        return failure;
    }
}
