package dev.kiln.pool;

import dev.kiln.KilnException;
import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.spi.RelayMeter;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.CallTerms.Kind;
import dev.kiln.runner.wire.Message.Settled;
import dev.kiln.runner.wire.Message.Settlement;
import dev.kiln.runner.wire.Message.Submit;
import dev.kiln.runner.wire.Message.Withdraw;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The calls that work on runners makes into this pool. Each becomes a call of the pool like any other, with the runner that
 * made it as author: that packed the work, and what comes of it is packed for it and passed on to it unread. Messages come on
 * links' threads, dispatches on the owner's.
 */
final class NestedRelay {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());
    private static final int MAX_TOMBSTONES = 65_536;
    private static final long NOBODY = 0;

    private final PoolOptions options;
    private final FrameSpace space;
    private final LiveRunners runners;
    private final OpenCalls calls;
    private final PoolPath path;
    private final Consumer<BookEvent> books;
    private final Map<Origin, Nested> open = new ConcurrentHashMap<>();
    private final Map<Execution, Origin> readers = new ConcurrentHashMap<>();
    private final Set<Origin> withdrawn = new LinkedHashSet<>(); // guarded by itself

    /** Whose call it is, and how it is named there. */
    private record Origin(ProcessRef runner, long id) {}

    /** Where work runs whose outcome its author reads. */
    private record Execution(String runner, long call) {}

    private record Nested(PendingCall call, long parent, Kind kind) {}

    NestedRelay(
            PoolOptions options,
            FrameSpace space,
            LiveRunners runners,
            OpenCalls calls,
            PoolPath path,
            Consumer<BookEvent> books) {
        this.options = options;
        this.space = space;
        this.runners = runners;
        this.calls = calls;
        this.path = path;
        this.books = books;
    }

    /** A call is made on a runner. */
    void submit(LiveRunner from, Submit m) {
        var origin = new Origin(from.ref(), m.id());
        synchronized (withdrawn) {
            if (withdrawn.remove(origin)) {
                return;
            }
        }
        Kind kind = m.terms().kind();
        if (kind == Kind.BATCH_STATUS) {
            CallDesk.READERS.execute(() -> tellStatus(origin, m.terms().batch()));
            return;
        }
        CallOptions how = CallOptions.of(m.terms());
        CallLimits limits = CallLimits.of(options, how, kind, System.nanoTime());
        PendingCall parent = calls.find(m.parent());
        if (parent != null && how.linked() && kind == Kind.CALL) {
            limits = limits.notAfter(parent.endNanos());
        }
        var call = new PendingCall(calls.nextNestedId(parent), from.ref(), m.id(), m.work(), how, limits, how.wish());
        HomeBatch batch = BatchBook.HERE.find(how.batch()).orElse(null);
        if (batch != null) {
            path.joins(call, batch);
        }
        call.travelsWith(m.context());
        open.put(origin, new Nested(call, m.parent(), kind));
        CompletableFuture<?> _ =
                call.outcome().thenAcceptAsync(outcome -> settle(origin, call, outcome), CallDesk.READERS);
        if (batch == null && !how.batch().isEmpty()) {
            calls.add(call);
            path.fail(call, new CallCancelled("batch " + how.batch() + " has ended and takes no more calls", null));
            return;
        }
        path.enter(call, m.terms().object());
        if (isGone(from.ref())) { // it may have ended before it was known to have made this call
            gone(from);
        }
    }

    private void tellStatus(Origin origin, String batch) {
        LiveRunner author = runners.find(origin.runner.name());
        if (author != null) {
            var status = BatchBook.HERE.find(batch).map(Batch::status);
            try (var parcel = space.packResult(status, origin.runner)) {
                author.send(new Settled(origin.id, space.self(), Settlement.RETURNED, parcel.bytes()));
            }
        }
    }

    private boolean isGone(ProcessRef runner) {
        return runners.find(runner.name()) == null;
    }

    /** The runner no longer wants a call. */
    void withdraw(LiveRunner from, Withdraw m) {
        var origin = new Origin(from.ref(), m.id());
        Nested nested = open.remove(origin);
        if (nested != null) {
            cancel(nested);
        } else {
            bury(origin); // it is over, or was overtaken and comes later: then it never runs
        }
    }

    private void bury(Origin origin) {
        synchronized (withdrawn) {
            withdrawn.add(origin);
            if (withdrawn.size() > MAX_TOMBSTONES) {
                // The oldest: of all withdrawals, the one whose call has had most time to arrive.
                Iterator<Origin> oldest = withdrawn.iterator();
                oldest.next();
                oldest.remove();
            }
        }
    }

    private void cancel(Nested nested) {
        if (path.take(nested.call)) {
            String what = OpenCalls.name(nested.call.id()) + " of pool " + options.name()
                    + " was withdrawn by its runner " + nested.call.author().name();
            nested.call.outcome().complete(new Outcome.Failed(new CallCancelled(what, null)));
            path.withdraw(nested.call);
        }
    }

    /**
     * A call is about to be sent to a runner: says who is to read what comes of it, which is its author, or this party where
     * the author is gone. Owner's thread.
     */
    ProcessRef readerOf(PendingCall call, String runner) {
        ProcessRef author = call.author();
        if (author.equals(space.self()) || isGone(author)) {
            return space.self();
        }
        readers.put(new Execution(runner, call.id()), new Origin(author, call.authorsId()));
        return author;
    }

    /**
     * Says whether another runner reads the outcome of an execution, which is about to come: then it is to be passed on by
     * what is returned, if the caller's books take it for how the call ended or not, on the same thread, since a link's order
     * means something.
     */
    @Nullable
    Onward onward(LiveRunner from, long call, Settlement how, byte[] parcel) {
        Origin reader = readers.remove(new Execution(from.id(), call));
        if (reader == null) {
            return null;
        }
        // One that does not count is passed on under no name: it is refused there, which ends the holds of its frames.
        Nested nested = open.get(reader); // now: once it is over it is no longer open
        return counts -> {
            if (counts && nested != null) {
                takeBack(reader, nested);
            }
            RelayMeter.passedOn(parcel.length);
            runners.relay(
                    reader.runner, new Settled(counts ? reader.id : NOBODY, from.ref(), how, parcel), dropped -> {});
        };
    }

    /**
     * The slot of the call that made this one goes back to it, before the books hear that this one's is free: else others
     * would begin in between, and be in its way. If that call still waits for another one, its runner lends the slot again.
     */
    private void takeBack(Origin origin, Nested nested) {
        if (nested.parent != 0) {
            books.accept(new BookEvent.TakenBack(nested.parent, origin.runner.name()));
        }
    }

    /** Passes an outcome on. */
    interface Onward {
        void pass(boolean counts);
    }

    /** An execution ended before it began: there will be no outcome. */
    void neverBegan(LiveRunner from, long call) {
        readers.remove(new Execution(from.id(), call));
    }

    /** A call is over: tells its author, if it does not know and somebody there may wait. May run code of the user's exceptions. */
    private void settle(Origin origin, PendingCall call, Outcome outcome) {
        Nested nested = open.remove(origin);
        if (nested == null) {
            return; // withdrawn by its author
        }
        String what = OpenCalls.name(call.id()) + " of pool " + options.name() + ", made on runner "
                + origin.runner.name() + " which has ended since, ";
        switch (outcome) {
            case Outcome.PassedOn _ -> {}
            case Outcome.Failed failed -> {
                takeBack(origin, nested);
                tell(origin, failed.why());
            }
            case Outcome.Returned returned -> space.refuse(returned.result(), returned.runner());
            case Outcome.Threw threw ->
                LOG.log(System.Logger.Level.WARNING, what + "failed", (Throwable)
                        space.unpack(threw.failure(), threw.runner()));
            case Outcome.FailedThere _ -> throw new IllegalStateException("this is the caller");
        }
    }

    private void tell(Origin origin, KilnException why) {
        LiveRunner author = runners.find(origin.runner.name());
        if (author == null) {
            LOG.log(System.Logger.Level.WARNING, "nobody is left to be told", why);
            return;
        }
        try (var parcel = space.packFailure(why, origin.runner)) {
            author.send(new Settled(origin.id, space.self(), Settlement.FAILED, parcel.bytes()));
        }
    }

    /**
     * A runner has ended. What it called is withdrawn: nobody is left to read what comes of it. What its work told to run and
     * forgot is withdrawn with that work only, and unlinked calls never. To be told before the books, so that the calls that
     * ran there are still open.
     */
    void gone(LiveRunner runner) {
        open.forEach((origin, nested) -> {
            boolean ends =
                    nested.call.options().linked() && (nested.kind == Kind.CALL || calls.find(nested.parent) != null);
            if (origin.runner.equals(runner.ref()) && ends && open.remove(origin, nested)) {
                cancel(nested);
            }
        });
        readers.keySet().removeIf(execution -> execution.runner.equals(runner.id()));
        synchronized (withdrawn) {
            withdrawn.removeIf(origin -> origin.runner.equals(runner.ref()));
        }
    }
}
