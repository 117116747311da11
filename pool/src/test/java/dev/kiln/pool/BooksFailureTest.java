package dev.kiln.pool;

import static dev.kiln.pool.Script.boots;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kiln.pool.BookEffect.AllGone;
import dev.kiln.pool.BookEffect.CancelAt;
import dev.kiln.pool.BookEffect.Dispatch;
import dev.kiln.pool.BookEffect.Kill;
import dev.kiln.pool.BookEffect.Lost;
import dev.kiln.pool.BookEffect.Stop;
import dev.kiln.pool.BookEffect.TimedOut;
import dev.kiln.pool.BookEffect.Turned;
import dev.kiln.pool.BookEvent.Arrived;
import dev.kiln.pool.BookEvent.BootProblem;
import dev.kiln.pool.BookEvent.Died;
import dev.kiln.pool.BookEvent.Finished;
import dev.kiln.pool.BookEvent.Greeted;
import dev.kiln.pool.BookEvent.NotTaken;
import dev.kiln.pool.BookEvent.Reported;
import dev.kiln.pool.BookEvent.RetireAnswered;
import dev.kiln.pool.BookEvent.SlotFreed;
import dev.kiln.pool.BookEvent.Withdrawn;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Callers that give up, runners that die, the end of the pool, and words that come late. */
class BooksFailureTest {
    private static final Duration DRAIN = Duration.ofSeconds(20);

    private static PoolBuilder pool() {
        return Pool.named("p").max(2).maxConcurrency(2).shutdownTimeout(DRAIN);
    }

    private static Script busy(PoolBuilder builder) {
        Script script = Script.of(builder);
        script.arrives(1);
        script.greets("p-1");
        return script;
    }

    @Test
    @DisplayName("P-22: who waits is served in the order of arrival")
    void whoWaitsIsServedInOrder() {
        Script script = busy(pool().max(1).maxConcurrency(1));
        script.arrives(2);
        script.arrives(3);
        assertEquals(List.of(new Dispatch(2, "p-1")), script.finishes(1, "p-1"));
        assertEquals(List.of(new Dispatch(3, "p-1")), script.finishes(2, "p-1"));
    }

    @Test
    @DisplayName("P-22: a call that is cancelled while it waits never runs")
    void aCallThatIsCancelledWhileItWaitsNeverRuns() {
        Script script = busy(pool().max(1).maxConcurrency(1));
        script.arrives(2);
        script.arrives(3);
        assertEquals(List.of(), script.tell(new Withdrawn(2)));
        assertEquals(List.of(new Dispatch(3, "p-1")), script.finishes(1, "p-1"));
        assertEquals(List.of(), script.finishes(3, "p-1"));
    }

    @Test
    @DisplayName("P-22: a call that is out of time never runs, also if a slot is free in that very moment")
    void aCallThatIsOutOfTimeNeverRuns() {
        Script script = busy(pool().max(1).maxConcurrency(1));
        script.tell(new Arrived(2, script.in(Duration.ofSeconds(1))));
        script.tell(new Arrived(3, script.in(Duration.ofSeconds(9))));
        assertEquals(List.of(new TimedOut(2, CallTimedOut.Phase.QUEUE, null)), script.passes(Duration.ofSeconds(1)));
        assertEquals(List.of(new Dispatch(3, "p-1")), script.finishes(1, "p-1"));
        var late = new Arrived(4, script.in(Duration.ZERO));
        assertEquals(List.of(new TimedOut(4, CallTimedOut.Phase.QUEUE, null)), script.tell(late));
    }

    @Test
    @DisplayName("C-05: a call that waited for the first runner timed out in its boot")
    void aCallThatWaitedForTheFirstRunnerTimedOutInItsBoot() {
        Script script = Script.of(pool());
        script.tell(new Arrived(1, script.in(Duration.ofSeconds(1))));
        assertEquals(List.of(new TimedOut(1, CallTimedOut.Phase.BOOT, null)), script.passes(Duration.ofSeconds(1)));
    }

    @Test
    @DisplayName("C-06: a running call that is cancelled keeps its slot until its thread has left")
    void aRunningCallThatIsCancelledKeepsItsSlot() {
        Script script = busy(pool().max(1).maxConcurrency(1));
        script.arrives(2);
        assertEquals(List.of(new CancelAt(1, "p-1")), script.tell(new Withdrawn(1)));
        assertEquals(List.of(), script.tell(new Withdrawn(1)));
        assertEquals(0, script.stats().running());
        assertEquals(List.of(new Dispatch(2, "p-1")), script.finishes(1, "p-1"));
    }

    @Test
    @DisplayName("P-25: the calls of a dead runner are lost, and what waits is served elsewhere")
    void theCallsOfADeadRunnerAreLost() {
        Script script = busy(pool().max(1));
        script.arrives(2);
        script.arrives(3);
        assertEquals(
                List.of(
                        new Lost(1, "p-1", "exit code 1", false),
                        new Lost(2, "p-1", "exit code 1", false),
                        new BookEffect.Boot("p-2")),
                script.dies("p-1"));
        assertEquals(List.of(new Dispatch(3, "p-2")), script.greets("p-2"));
        assertEquals(1, script.stats().losses());
    }

    @Test
    @DisplayName("P-25: a dead min runner is replaced at once")
    void aDeadMinRunnerIsReplaced() {
        Script script = Script.of(pool().min(1));
        script.greets("p-1");
        assertEquals(boots("p-2"), script.dies("p-1"));
    }

    @Test
    @DisplayName("P-25: a call that its caller gave up is not lost a second time")
    void aCallThatItsCallerGaveUpIsNotLost() {
        Script script = busy(pool());
        script.tell(new Withdrawn(1));
        assertEquals(List.of(), script.dies("p-1"));
    }

    @Test
    @DisplayName("P-25: late words of a dead runner change nothing, and the pool goes on")
    void lateWordsOfADeadRunnerChangeNothing() {
        Script script = busy(pool());
        script.dies("p-1");
        assertNothingOf("p-1", 1, script);
        assertEquals(boots("p-2"), script.arrives(2));
        assertEquals(List.of(new Dispatch(2, "p-2")), script.greets("p-2"));
        assertNothingOf("p-1", 2, script);
        assertEquals(1, script.stats().running());
    }

    @Test
    @DisplayName("P-29: no event on an unknown runner or call changes anything")
    void noEventOnAnUnknownRunnerOrCallChangesAnything() {
        Script script = busy(pool());
        assertNothingOf("x-7", 1, script);
        assertEquals(List.of(), script.finishes(99, "p-1"));
        assertEquals(List.of(), script.tell(new SlotFreed(1, "p-1")));
        assertEquals(List.of(), script.tell(new NotTaken(99, "p-1", script.in(Script.PATIENCE))));
        assertEquals(List.of(), script.tell(new Withdrawn(99)));
        assertEquals(RunnerState.READY, script.stateOf("p-1"));
    }

    @Test
    @DisplayName("P-29: what a runner in another state would say changes nothing")
    void whatARunnerInAnotherStateWouldSayChangesNothing() {
        Script script = busy(pool());
        PoolStats before = script.stats();
        assertEquals(List.of(), script.greets("p-1"));
        assertEquals(List.of(), script.tell(new BootProblem("p-1", new BootFailed("late", true, null))));
        assertEquals(List.of(), script.answers("p-1", true));
        assertEquals(List.of(), script.answers("p-1", false));
        assertEquals(before, script.stats());
        script.arrives(2);
        assertEquals(boots("p-2"), script.arrives(3));
        assertEquals(List.of(), script.answers("p-2", true));
        assertEquals(List.of(), script.finishes(3, "p-2"));
        assertEquals(RunnerState.BOOTING, script.stateOf("p-2"));
    }

    private static void assertNothingOf(String runner, long call, Script script) {
        PoolStats before = script.stats();
        for (BookEvent event : List.of(
                new Finished(call, runner, false, false),
                new Finished(call, runner, true, true),
                new SlotFreed(call, runner),
                new NotTaken(call, runner, script.in(Script.PATIENCE)),
                new Greeted(runner),
                new BootProblem(runner, new BootFailed("late", true, null)),
                new Died(runner, "twice"),
                new Reported(runner, 5),
                new RetireAnswered(runner, true),
                new RetireAnswered(runner, false))) {
            assertEquals(List.of(), script.tell(event), event::toString);
            assertEquals(before, script.stats(), event::toString);
        }
    }

    @Test
    @DisplayName("P-28: when the pool closes what waits is turned away and what runs is drained")
    void whenThePoolClosesWhatRunsIsDrained() {
        Script script = busy(pool().max(1).maxConcurrency(1));
        script.arrives(2);
        assertEquals(List.of(new Turned(2), new Stop("p-1", DRAIN.toNanos())), script.closes());
        assertEquals(List.of(new Turned(3)), script.arrives(3));
        assertEquals(List.of(), script.finishes(1, "p-1"));
        assertEquals(List.of(new AllGone()), script.tell(new Died("p-1", "exit code 0")));
    }

    @Test
    @DisplayName("P-28: what runs longer than the shutdownTimeout is killed, and its calls end")
    void whatRunsLongerIsKilled() {
        Script script = busy(pool());
        script.closes();
        assertEquals(List.of(), script.passes(DRAIN));
        assertEquals(List.of(new Kill("p-1", "it did not end in time")), script.passes(Duration.ofSeconds(5)));
        assertEquals(List.of(new Lost(1, "p-1", "exit code 1", true), new AllGone()), script.dies("p-1"));
    }

    @Test
    @DisplayName("P-28: runners that boot while the pool closes are killed, also if they greet first")
    void runnersThatBootWhileThePoolClosesAreKilled() {
        Script script = Script.of(pool().min(2));
        assertEquals(
                List.of(new Kill("p-1", "the pool was closed"), new Kill("p-2", "the pool was closed")),
                script.closes());
        assertEquals(List.of(new Stop("p-1", 0)), script.greets("p-1"));
        assertEquals(List.of(), script.dies("p-2"));
        assertEquals(List.of(new AllGone()), script.dies("p-1"));
    }

    @Test
    @DisplayName("P-28: a pool without runners is gone at once, and closing twice changes nothing")
    void aPoolWithoutRunnersIsGoneAtOnce() {
        Script script = Script.of(pool());
        assertEquals(List.of(new AllGone()), script.closes());
        assertEquals(List.of(new AllGone()), script.closes());
    }

    @Test
    @DisplayName("P-28: a closing pool boots nothing, neither for calls nor for min, and does not wait in a hurry")
    void aClosingPoolBootsNothing() {
        Script script = Script.of(pool().min(1));
        script.greets("p-1");
        script.arrives(1);
        script.arrives(2);
        script.arrives(3);
        script.tell(new BootProblem("p-2", new BootFailed("no room", false, null)));
        assertEquals(List.of(new Turned(3), new Stop("p-1", DRAIN.toNanos())), script.closes());
        assertEquals(List.of(), script.tell(new BookEvent.Resized(2, 5)));
        assertEquals(List.of(), script.passes(DRAIN));
        script.dies("p-1");
        assertEquals(
                List.of(),
                script.passes(Duration.ofHours(1)).stream()
                        .filter(e -> !(e instanceof AllGone))
                        .toList());
    }

    @Test
    @DisplayName("P-28: a call that comes back from its runner while the pool closes is turned away at once")
    void aCallThatComesBackWhileThePoolClosesIsTurnedAway() {
        Script script = busy(pool());
        script.closes();
        assertEquals(List.of(new Turned(1)), script.tell(new NotTaken(1, "p-1", script.in(Script.PATIENCE))));
    }

    @Test
    @DisplayName("P-28: a runner that was asked to go when the pool closes is stopped all the same")
    void aRunnerThatWasAskedIsStoppedAllTheSame() {
        Script script = busy(pool().idleShutdownAfter(Duration.ofSeconds(1)));
        script.finishes(1, "p-1");
        script.passes(Duration.ofSeconds(1));
        assertEquals(List.of(new Stop("p-1", DRAIN.toNanos())), script.closes());
        assertEquals(List.of(), script.answers("p-1", false));
        assertEquals(List.of(new AllGone()), script.dies("p-1"));
    }
}
