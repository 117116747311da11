package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.SpaceOptions;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.Questions;
import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.RunnerExit;
import dev.kiln.runner.wire.CallTerms.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What becomes of calls whose runner is silent, or gone. */
class PoolHandsTest {
    private static final ProcessRef CALLER = new ProcessRef("p-caller", 1);

    /** A clock whose tasks wait until the test runs them. */
    private static final class Clock extends ScheduledThreadPoolExecutor {
        final List<Runnable> tasks = new ArrayList<>();

        Clock() {
            super(0);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            tasks.add(task);
            return super.schedule(() -> {}, 365, TimeUnit.DAYS);
        }
    }

    private final PoolOptions options =
            Pool.named("p").timeout(Duration.ofSeconds(30)).options();
    private final LiveRunners runners = new LiveRunners();
    private final OpenCalls calls = new OpenCalls();
    private final Clock clock = new Clock();
    private final Herald herald = new Herald("p", null);
    private final OutputLog output = new OutputLog("p");
    private final Questions questions = new Questions(CALLER);
    private final FrameSpace space = FrameSpace.open(
            CALLER,
            new PoolPeers(runners, questions, Duration.ofSeconds(30), List::of),
            new SpaceOptions(true, false, Duration.ofSeconds(20)));
    private final List<BookEvent> told = new ArrayList<>();
    private final PoolPath path =
            new PoolPath(options, space, calls, runners, clock, output, told::add, () -> false, herald);
    private final PoolHands hands = new PoolHands(
            options,
            new BootDesk(options, Backends.inProcess(), runners, clock, () -> false, told::add),
            herald,
            space,
            runners,
            calls,
            new NestedRelay(options, space, runners, calls, path, told::add),
            questions,
            clock,
            Duration.ofSeconds(1),
            () -> false,
            told::add);

    private final LiveRunner first = runners.expect("p-1");
    private final LiveRunner second = runners.expect("p-2");
    private final PendingCall call = begin(CallOptions.DEFAULT.repeatable());

    @AfterEach
    void end() {
        calls.failAll(new PoolClosed("the test is over"));
        output.close();
        clock.shutdownNow();
    }

    private PendingCall begin(CallOptions how) {
        return (PendingCall) path.begin((RemoteCallable<Integer>) () -> 7, how, Kind.CALL);
    }

    private void dispatch(PendingCall call, LiveRunner runner) {
        hands.carryOut(new BookEffect.Dispatch(call.id(), runner.id()));
    }

    @Test
    @DisplayName("C-05, P-26: the time of a try that was not taken does not end the call where it runs next")
    void aTryThatWasNotTakenHasNoTime() {
        dispatch(call, first);
        first.over(call.id(), 1);
        clock.tasks.removeFirst().run();
        assertFalse(call.outcome().isDone());
        dispatch(call, second);
        assertEquals(1, clock.tasks.size());
    }

    @Test
    @DisplayName("C-05, C-12: the time of a try whose runner was lost does not end the next one, which has its own")
    void eachTryHasItsOwnTime() {
        dispatch(call, first);
        runners.remove(first.id());
        hands.carryOut(new BookEffect.Lost(call.id(), first.id(), RunnerExit.unknown("lost"), false));
        dispatch(call, second);
        clock.tasks.removeFirst().run();
        assertFalse(call.outcome().isDone());
        clock.tasks.removeFirst().run();
        var failed = assertInstanceOf(Outcome.Failed.class, call.outcome().join());
        assertInstanceOf(CallTimedOut.class, failed.why());
        assertEquals(new BookEvent.Finished(call.id(), second.id(), true, true), told.getLast());
    }

    @Test
    @DisplayName(
            "C-12: a call given to a runner that had just ended was never sent: it waits again, whether repeatable or not")
    void whatWasNotSentIsNotLost() {
        PendingCall once = begin(CallOptions.DEFAULT);
        runners.remove(first.id());
        dispatch(once, first);
        hands.carryOut(new BookEffect.Lost(once.id(), first.id(), RunnerExit.unknown("lost"), false));
        assertFalse(once.outcome().isDone());
        assertFalse(once.mayHaveBegun());
        assertEquals(
                new BookEvent.Arrived(once.id(), once.limits().latestStartNanos(), Wish.ANYWHERE, true),
                told.getLast());
    }
}
