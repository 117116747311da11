package dev.kiln.pool;

import dev.kiln.KilnException;
import dev.kiln.frame.FrameLost;
import dev.kiln.frame.FrameSpace;
import dev.kiln.gc.ProcessRef;
import dev.kiln.pool.BookEffect.CancelAt;
import dev.kiln.pool.BookEffect.Dispatch;
import dev.kiln.pool.BookEffect.Lost;
import dev.kiln.runner.Questions;
import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.RunnerExit;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Execute;
import dev.kiln.runner.wire.Message.PeerGone;
import dev.kiln.runner.wire.Message.Retire;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Does what the books want done, on the owner's thread; asking a backend for a runner, which may block, on its own. */
final class PoolHands {
    private static final byte[] NO_CHECK = {};
    private static final int MOST_ATTEMPTS = 3;
    private static final long MOVING_MILLIS = 20;

    private final PoolOptions options;
    private final BootDesk boots;
    private final Herald herald;
    private final FrameSpace space;
    private final LiveRunners runners;
    private final OpenCalls calls;
    private final NestedRelay nested;
    private final Questions questions;
    private final ScheduledExecutorService clock;
    private final Duration grace;
    private final BooleanSupplier closing;
    private final Consumer<BookEvent> books;
    private final byte[] idleCheck;

    PoolHands(
            PoolOptions options,
            BootDesk boots,
            Herald herald,
            FrameSpace space,
            LiveRunners runners,
            OpenCalls calls,
            NestedRelay nested,
            Questions questions,
            ScheduledExecutorService clock,
            Duration grace,
            BooleanSupplier closing,
            Consumer<BookEvent> books) {
        this.options = options;
        this.boots = boots;
        this.herald = herald;
        this.space = space;
        this.runners = runners;
        this.calls = calls;
        this.nested = nested;
        this.questions = questions;
        this.clock = clock;
        this.grace = grace;
        this.closing = closing;
        this.books = books;
        this.idleCheck = packed(options.idleCheck());
    }

    private byte[] packed(@Nullable RemoteCallable<Boolean> check) {
        if (check == null) {
            return NO_CHECK;
        }
        try (var parcel = space.packWork(check)) {
            return parcel.bytes();
        }
    }

    void carryOut(BookEffect effect) {
        switch (effect) {
            case BookEffect.Boot e -> boot(e.runner());
            case Dispatch e -> dispatch(e);
            case CancelAt e -> {
                LiveRunner runner = runners.find(e.runner());
                if (runner != null) {
                    runner.cancel(e.call());
                }
            }
            case BookEffect.TimedOut e -> calls.fail(e.call(), waitedTooLong(e));
            case BookEffect.Unbootable e -> {
                if (e.cause().permanent() || !again(e.call())) { // what is permanent would only fail again
                    calls.fail(
                            e.call(),
                            new BootFailed(
                                    name(e.call()) + " has no runner: "
                                            + e.cause().getMessage(),
                                    e.cause().permanent(),
                                    e.cause()));
                }
            }
            case BookEffect.Misplaced e -> misplaced(e);
            case BookEffect.Saturated e ->
                calls.fail(
                        e.call(),
                        new PoolSaturated(name(e.call()) + " was refused: " + e.occupation()
                                + "; raise max, maxConcurrency or maxQueue, or call less"));
            case BookEffect.Turned e ->
                calls.fail(e.call(), new PoolClosed(name(e.call()) + " never ran: the pool was closed"));
            case Lost e -> {
                if (!waitsAgain(e) && (e.closing() || !again(e.call()))) {
                    calls.fail(e.call(), lost(e));
                }
            }
            case BookEffect.AskRetire e -> send(e.runner(), new Retire(e.mayRefuse() ? idleCheck : NO_CHECK));
            case BookEffect.Stop e -> stop(e, List.of());
            case BookEffect.Kill e -> {
                LiveRunner runner = runners.find(e.runner());
                if (runner != null) {
                    runner.kill(e.why());
                }
            }
            case BookEffect.GrowStart e -> herald.tell(e);
            case BookEffect.GrowEnd e -> herald.tell(e);
            case BookEffect.Shrink e -> herald.tell(e);
            case BookEffect.Opened _, BookEffect.OpenFailed _, BookEffect.AllGone _ ->
                throw new IllegalArgumentException(effect + " is for whoever opens and closes the pool");
        }
    }

    /**
     * Tells a runner to end.
     *
     * @param successors who may be asked to keep what others hold there, best first
     */
    void stop(BookEffect.Stop e, List<ProcessRef> successors) {
        LiveRunner runner = runners.find(e.runner());
        if (runner == null) {
            return;
        }
        Message.Status held = runner.status();
        if (successors.isEmpty() && held.residentCount() > 0 && !closing.getAsBoolean()) {
            herald.framesStranded(
                    e.runner(),
                    new Message.FramesStranded(
                            held.residentCount(), held.residentBytes(), "there is no other runner that takes calls"));
        }
        runner.stop(TimeUnit.NANOSECONDS.toMillis(e.drainNanos()), successors);
    }

    /**
     * A call that was given to a runner whose end was known here before the books heard of it was never sent there: it
     * waits on as if nothing had been; whether it is one.
     */
    private boolean waitsAgain(Lost e) {
        PendingCall call = calls.find(e.call());
        if (call == null || e.runner().equals(call.runner())) {
            return false;
        }
        enterAgain(call);
        return true;
    }

    /** Harmless for a call that is over: if its turn comes, it is found to be. */
    private void enterAgain(PendingCall call) {
        books.accept(
                new BookEvent.Arrived(call.id(), call.limits().latestStartNanos(), call.wish(), call.priority(), true));
    }

    /** Tries a call again that says that this does no harm; whether it does. */
    private boolean again(long id) {
        PendingCall call = calls.find(id);
        if (call == null
                || !call.options().idempotent()
                || call.wish() instanceof Wish.Inside // what it works with is gone
                || call.attempt() >= MOST_ATTEMPTS) {
            return false;
        }
        long now = System.nanoTime();
        CallLimits limits = call.limits().again(options.queueTimeout(), now);
        if (now - limits.latestStartNanos() >= 0) {
            return false;
        }
        call.again(limits);
        enterAgain(call);
        return true;
    }

    /** A call goes after the data that it insists on: its runner takes no more calls, and moves its frames before it ends. */
    private void misplaced(BookEffect.Misplaced e) {
        PendingCall call = calls.find(e.call());
        if (call == null) {
            return;
        }
        String home = call.wish() instanceof Wish.On ? homeOf(call) : "";
        boolean there = home.equals(e.runner());
        if (home.isEmpty() || (there && e.gone())) {
            calls.fail(e.call(), nowhere(call, e.runner()));
        } else if (System.nanoTime() - call.limits().latestStartNanos() >= 0) {
            calls.fail(e.call(), waitedTooLong(new BookEffect.TimedOut(e.call(), CallTimedOut.Phase.QUEUE, null)));
        } else if (there) {
            Future<?> _ = clock.schedule(() -> enterAgain(call), MOVING_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            call.wish(new Wish.On(home));
            enterAgain(call);
        }
    }

    private static String homeOf(PendingCall call) {
        Supplier<String> home = call.options().home();
        try {
            return home == null ? "" : home.get();
        } catch (RuntimeException e) {
            return ""; // closed meanwhile: there is nothing to be near
        }
    }

    private KilnException nowhere(PendingCall call, String runner) {
        var why = new RunnerLost(
                name(call.id()) + " never ran: runner " + runner + ", where it was to, is gone",
                RunnerExit.unknown("it takes no more calls"),
                null);
        return call.wish() instanceof Wish.On
                ? new FrameLost(
                        name(call.id()) + " never ran: its frame was on runner " + runner
                                + "; if it has moved, which its owner() tells, call near it once more",
                        why)
                : why;
    }

    private String name(long call) {
        return OpenCalls.name(call) + " of pool " + options.name();
    }

    private CallTimedOut waitedTooLong(BookEffect.TimedOut e) {
        String what =
                switch (e.phase()) {
                    case QUEUE -> " waited too long for a free slot: all runners are busy; raise max or queueTimeout";
                    case BOOT -> " waited too long for its runner to come up";
                    case RUN -> " ran too long";
                };
        return new CallTimedOut(name(e.call()) + what, e.phase(), true, e.cause());
    }

    private KilnException lost(Lost e) {
        if (e.closing()) {
            return new PoolClosed(
                    name(e.call()) + " was ended with its runner " + e.runner() + ": the pool was closed");
        }
        return new RunnerLost(
                name(e.call()) + " lost its runner " + e.runner() + ", which ended: " + e.how()
                        + ". The work may have run in part",
                e.how(),
                null);
    }

    private void boot(String id) {
        LiveRunner runner = runners.expect(id);
        runner.whenEnded(how -> ended(runner, how));
        boots.boot(runner);
    }

    /** Evidence of death. Whoever held frames there learns it before the books, and so before anybody whose call was lost. */
    private void ended(LiveRunner runner, RunnerExit how) {
        runners.remove(runner.id());
        runner.close();
        String reason = "runner " + runner.id() + " has ended: " + how;
        try {
            space.gone(
                    runner.ref(),
                    closing.getAsBoolean()
                            ? new PoolClosed("pool " + options.name() + " is closed")
                            : new RunnerLost(reason, how, null));
            nested.gone(runner);
            questions.gone(runner.ref(), reason);
            runners.all().forEach(other -> other.send(new PeerGone(runner.ref(), reason)));
        } finally {
            books.accept(new BookEvent.Died(runner.id(), how)); // whatever goes wrong before: its calls wait for this
        }
    }

    private void dispatch(Dispatch e) {
        PendingCall call = calls.find(e.call());
        LiveRunner runner = runners.find(e.runner());
        if (runner == null) {
            return; // it has just ended: its death, which is about to be entered, brings this call back
        }
        if (call == null) { // cancelled in this very moment: its slot is free again
            books.accept(new BookEvent.Finished(e.call(), e.runner(), false, false));
            return;
        }
        long now = System.nanoTime();
        long runMillis = call.limits().runMillis(now);
        call.sentTo(e.runner(), now, runMillis);
        if (calls.find(e.call())
                == null) { // looked at again: who cancels and then finds it not sent may say it never began
            books.accept(new BookEvent.Finished(e.call(), e.runner(), false, false));
            return;
        }
        int attempt = call.attempt();
        runner.execute(new Execute(
                call.id(),
                attempt,
                nested.readerOf(call, e.runner()),
                call.options().linked(),
                runMillis,
                batchOf(call),
                call.context(),
                call.work()));
        if (runMillis > 0) {
            // The runner answers by then; if it cannot even do that, the caller is answered from here.
            Future<?> backstop = clock.schedule(
                    () -> overdue(call, runner, attempt), runMillis + 2 * grace.toMillis(), TimeUnit.MILLISECONDS);
            CompletableFuture<?> _ = call.outcome().whenComplete((outcome, never) -> backstop.cancel(false));
        }
    }

    private static String batchOf(PendingCall call) {
        return call.scope() instanceof HomeBatch batch ? batch.id() : "";
    }

    private void overdue(PendingCall call, LiveRunner runner, int attempt) {
        // A try that was not taken or lost its runner is over: the call may wait again, or run elsewhere within new
        // limits.
        if (runners.find(runner.id()) == null || !runner.runs(call.id(), attempt)) {
            return;
        }
        String what = name(call.id()) + " on runner " + runner.id();
        if (calls.fail(call.id(), Switchboard.timedOut(what, false))) {
            books.accept(new BookEvent.Finished(call.id(), runner.id(), true, true));
        }
    }

    private void send(String runner, Message message) {
        LiveRunner live = runners.find(runner);
        if (live != null) {
            live.send(message);
        }
    }
}
