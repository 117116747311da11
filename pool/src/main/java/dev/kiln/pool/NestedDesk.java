package dev.kiln.pool;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.Parcel;
import dev.kiln.frame.spi.Scope;
import dev.kiln.frame.spi.Substitution;
import dev.kiln.runner.CallContexts;
import dev.kiln.runner.spi.ParentCall;
import dev.kiln.runner.spi.RunnerExtension;
import dev.kiln.runner.spi.RunnerSide;
import dev.kiln.runner.wire.CallTerms;
import dev.kiln.runner.wire.CallTerms.Kind;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Settled;
import dev.kiln.runner.wire.Message.Submit;
import dev.kiln.runner.wire.Message.Withdraw;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The calls that work on this runner makes into its pool: they are sent to the pool, which queues and places them as its own,
 * and come back settled. Any thread.
 */
final class NestedDesk implements RunnerExtension.Session {
    private final RunnerSide runner;
    private final Substitution substitution;
    private final Map<Long, NestedCall> open = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();
    private volatile @Nullable String ended;

    NestedDesk(RunnerSide runner) {
        this.runner = runner;
        this.substitution = new PoolStands(
                runner.pool(),
                runner::space,
                this::view,
                this::object,
                id -> new NestedBatch(id, runner.current().map(ParentCall::call).orElse(0L), this));
    }

    /** The pool for the call on whose thread this is: other threads that its work makes get that call's limits, too. */
    private Pool view() {
        return new Pool(new NestedPool(new CallDesk(path())));
    }

    private NestedPath path() {
        return new NestedPath(this, runner, runner.current().orElse(null));
    }

    private Object object(ObjectStand stand) {
        var view = new ObjectView(runner, path(), stand.object(), stand.type());
        Object proxy = PlacedProxy.of(stand.type(), view);
        return stand.handle() ? new NestedPlaced<>(view, proxy) : proxy;
    }

    @Override
    public Substitution substitution() {
        return substitution;
    }

    /** Packs work and sends it off, as a call of {@code parent}. */
    NestedCall begin(@Nullable ParentCall parent, Object work, CallTerms terms) {
        refuseIfEnded();
        if (parent != null && parent.stopped() && terms.linked()) {
            throw stopped("a call", parent);
        }
        Parcel parcel = runner.space().packWork(work, !terms.linked());
        var call = new NestedCall(lastId.incrementAndGet(), parent, terms.kind() != Kind.EXECUTE || parcel.holds());
        CompletableFuture<?> _ =
                call.outcome().whenCompleteAsync((outcome, failure) -> parcel.close(), CallDesk.READERS);
        open.put(call.id(), call); // before it is sent: the answer may be faster than this thread
        runner.send(new Submit(
                call.id(), parent == null ? 0 : parent.call(), terms, CallContexts.capture(), parcel.bytes()));
        if (ended != null) { // it may have ended before it saw this call
            end(call, new Outcome.Failed(endedNow()));
        }
        if (parent != null && terms.linked()) {
            call.linked(parent.whenStopped(() -> {
                if (end(call, new Outcome.Failed(stopped("call " + call.id(), parent)))) {
                    withdraw(call);
                }
            }));
        }
        return call;
    }

    private CallCancelled stopped(String what, ParentCall parent) {
        return new CallCancelled(
                what + " of call " + parent.call() + " into pool " + runner.pool()
                        + " was cancelled with it: that call was cancelled or ran out of time; unlinked() calls go on",
                null);
    }

    private void refuseIfEnded() {
        if (ended != null) {
            throw endedNow();
        }
    }

    private PoolClosed endedNow() {
        return new PoolClosed("runner " + runner.self().name() + " of pool " + runner.pool() + " has ended: " + ended);
    }

    /** Whether it was open, and has ended like this. */
    boolean end(NestedCall call, Outcome outcome) {
        if (!take(call)) {
            return false;
        }
        call.outcome().complete(outcome); // its dependents are all asynchronous
        return true;
    }

    boolean take(NestedCall call) {
        boolean taken = open.remove(call.id(), call);
        if (taken) {
            call.unlink();
        }
        return taken;
    }

    /** The status of a batch at the caller, which is asked; empty if none of that id is open there. */
    Optional<BatchStatus> statusOf(String batch) {
        var path = path();
        return new CallDesk(path).await(path.begin(batch, CallOptions.DEFAULT.inBatch(batch), Kind.BATCH_STATUS));
    }

    void send(Message message) {
        runner.send(message);
    }

    void withdraw(NestedCall call) {
        runner.send(new Withdraw(call.id()));
    }

    @Override
    public void within(String batch, long call, Runnable work) {
        ScopedValue.Carrier bound = ScopedValue.where(NestedBatch.DESK, this);
        (batch.isEmpty() ? bound : bound.where(Scope.BOUND, new NestedBatch(batch, call, this))).run(work);
    }

    @Override
    public void settled(Settled message) {
        NestedCall call = open.get(message.id());
        if (call == null) {
            refuse(message);
            return;
        }
        Outcome outcome =
                switch (message.how()) {
                    case RETURNED -> new Outcome.Returned(message.from(), message.parcel());
                    case THREW -> new Outcome.Threw(message.from(), message.parcel());
                    case FAILED -> new Outcome.FailedThere(message.from(), message.parcel());
                };
        if (!(outcome instanceof Outcome.FailedThere)) {
            call.ranOn(message.from().name());
        }
        ParentCall parent = call.parent();
        if (parent != null) {
            parent.settled(call.id()); // before anybody who waits for it can go on
        }
        if (!end(call, outcome)) { // cancelled in this moment
            refuse(message);
        }
    }

    /** Nobody will read it: what it holds over there is let go. */
    private void refuse(Settled message) {
        FrameSpace space = runner.space();
        space.refuse(message.parcel(), message.from());
    }

    @Override
    public boolean idle() {
        return open.values().stream().noneMatch(NestedCall::needsThisRunner);
    }

    @Override
    public void close(String reason) {
        ended = reason;
        open.values().forEach(call -> end(call, new Outcome.Failed(endedNow())));
    }
}
