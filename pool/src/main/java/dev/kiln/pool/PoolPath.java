package dev.kiln.pool;

import dev.kiln.KilnException;
import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.Parcel;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.CallContexts;
import dev.kiln.runner.RunnerExit;
import dev.kiln.runner.wire.CallTerms.Kind;
import dev.kiln.runner.wire.Message.Execute;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The way of calls where the pool is: into the open calls and the books. Any thread. */
final class PoolPath implements CallPath {
    private static final Wait NOTHING_TO_LEND = () -> {};

    private final PoolOptions options;
    private final FrameSpace space;
    private final OpenCalls calls;
    private final OutputLog output;
    private final Consumer<BookEvent> books;
    private final BooleanSupplier closed;
    private final Herald herald;
    private final PlacedObjects objects;

    PoolPath(
            PoolOptions options,
            FrameSpace space,
            OpenCalls calls,
            LiveRunners runners,
            ScheduledExecutorService clock,
            OutputLog output,
            Consumer<BookEvent> books,
            BooleanSupplier closed,
            Herald herald) {
        this.options = options;
        this.space = space;
        this.calls = calls;
        this.output = output;
        this.books = books;
        this.closed = closed;
        this.herald = herald;
        this.objects = new PlacedObjects(options, this, runners, clock);
    }

    @Override
    public String pool() {
        return options.name();
    }

    @Override
    public Optional<ProcessRef> self() {
        return Optional.empty();
    }

    @Override
    public FrameSpace space() {
        return space;
    }

    @Override
    public OpenCall begin(Object work, CallOptions how, Kind kind) {
        return begin(work, how, kind, how.wish());
    }

    /** The same with a wish. */
    OpenCall begin(Object work, CallOptions how, Kind kind, Wish wish) {
        if (closed.getAsBoolean()) {
            throw closedNow();
        }
        HomeBatch batch = BatchBook.HERE.of(how);
        // What cannot cross is refused here, before anything is asked for it.
        PackedWork packed = PackedWork.of(work, !how.linked(), space);
        var limits = CallLimits.of(options, how, kind, System.nanoTime());
        long id = calls.nextId();
        Wish where = wish instanceof Wish.Anywhere ? new Wish.Anywhere(packed.bytesByRunner()) : wish;
        var call = new PendingCall(id, space.self(), id, packed.bytes(), how, limits, where);
        if (batch != null) {
            joins(call, batch);
        }
        call.travelsWith(CallContexts.capture());
        // What the closure captured stays held until the call is over, however it ends.
        CompletableFuture<?> _ =
                call.outcome().whenCompleteAsync((outcome, failure) -> packed.close(), CallDesk.READERS);
        enter(call);
        return call;
    }

    /** The call is in a batch, within whose limits it stays; before it is entered. */
    void joins(PendingCall call, HomeBatch batch) {
        call.again(call.limits().notAfter(batch.endNanos()));
        if (call.wish() instanceof Wish.Anywhere) {
            call.wish(batch.place(call));
        }
        BatchCall.join(call, this, batch);
    }

    /** The same for a placed object, 0 for none: the call waits for its turn and for where the object is. */
    void enter(PendingCall call, long object) {
        if (object == 0) {
            enter(call);
        } else {
            calls.add(call); // before it waits: it may be cancelled from here on
            objects.enter(call, object);
        }
    }

    /** Whether the call is not over. */
    boolean isOpen(PendingCall call) {
        return calls.find(call.id()) != null;
    }

    void fail(PendingCall call, KilnException why) {
        calls.fail(call.id(), why);
    }

    /** A call begins: from here on the first to take it out of the open calls ends it. */
    void enter(PendingCall call) {
        calls.add(call); // before the books know it, so that an answer always finds it
        BatchCall inBatch = call.inBatch();
        if (inBatch != null) {
            inBatch.entered(); // cancels it if the batch has ended meanwhile: then the books hear of a call that is
            // over
        }
        if (calls.find(call.id()) == null) {
            return;
        }
        books.accept(new BookEvent.Arrived(
                call.id(), call.limits().latestStartNanos(), call.wish(), call.priority(), false));
        if (closed.getAsBoolean()) { // the books may have ended before they read this
            calls.fail(call.id(), closedNow());
        }
    }

    /**
     * Sends a call of the pool's own to a runner that is told to end next, and that the books send no call to. It has no
     * limit but the runner's end. Never blocks.
     */
    OpenCall beginUnbooked(Object work, @Nullable LiveRunner runner) {
        try (Parcel parcel = space.packWork(work)) {
            var how = CallOptions.DEFAULT;
            var limits = CallLimits.of(options, how, Kind.EXECUTE, System.nanoTime());
            long id = calls.nextId();
            var call = new PendingCall(id, space.self(), id, parcel.bytes(), how, limits, how.wish());
            calls.add(call);
            if (runner == null) {
                calls.fail(
                        call.id(),
                        new RunnerLost(
                                "its runner has ended", RunnerExit.unknown("it ended before it was asked"), null));
            } else {
                call.sentTo(runner.id(), System.nanoTime(), 0);
                runner.execute(new Execute(call.id(), 1, space.self(), true, 0, "", Map.of(), call.work()));
                runner.whenEnded(cause -> calls.fail(
                        call.id(), new RunnerLost("runner " + runner.id() + " ended before: " + cause, cause, null)));
            }
            return call;
        }
    }

    boolean isClosed() {
        return closed.getAsBoolean();
    }

    PoolClosed closedNow() {
        return new PoolClosed("pool " + options.name() + " is closed; open another one");
    }

    @Override
    public PlacedObjects objects() {
        return objects;
    }

    @Override
    public boolean take(OpenCall call) {
        return calls.take(call.id());
    }

    @Override
    public void withdraw(OpenCall call) {
        books.accept(new BookEvent.Withdrawn(call.id()));
    }

    @Override
    public void failed(OpenCall call, KilnException failure) {
        herald.callFailed(call.id(), failure);
    }

    @Override
    public void beforeReading() {
        output.awaitLogged();
    }

    @Override
    public Wait waiting(@Nullable OpenCall call) {
        PoolOwner.mayWait("wait for a call");
        return NOTHING_TO_LEND; // who waits here has no slot
    }
}
