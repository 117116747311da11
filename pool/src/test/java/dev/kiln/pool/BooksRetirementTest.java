package dev.kiln.pool;

import static dev.kiln.pool.Script.boots;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.BookEffect.AskRetire;
import dev.kiln.pool.BookEffect.Dispatch;
import dev.kiln.pool.BookEffect.Kill;
import dev.kiln.pool.BookEffect.Stop;
import dev.kiln.pool.BookEvent.Finished;
import dev.kiln.pool.BookEvent.NotTaken;
import dev.kiln.pool.BookEvent.SlotFreed;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How runners leave. */
class BooksRetirementTest {
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration DRAIN = Duration.ofSeconds(20);

    private static PoolBuilder pool() {
        return Pool.named("p").max(4).maxConcurrency(1).idleShutdownAfter(IDLE).shutdownTimeout(DRAIN);
    }

    /** A pool in which calls 1 to n run on p-1 to p-n. */
    private static Script busy(PoolBuilder builder, int runners) {
        Script script = Script.of(builder);
        for (int number = 1; number <= runners; number++) {
            script.arrives(number);
            script.greets("p-" + number);
        }
        return script;
    }

    @Test
    @DisplayName("P-11: a runner that is idle for long is asked, agrees and is gone")
    void aRunnerThatIsIdleForLongIsAsked() {
        Script script = busy(pool(), 1);
        script.finishes(1, "p-1");
        assertEquals(List.of(), script.passes(IDLE.minusMillis(1)));
        assertEquals(List.of(new AskRetire("p-1", true)), script.passes(Duration.ofMillis(1)));
        assertEquals(List.of(), script.leaves("p-1"));
        assertEquals(RunnerState.GONE, script.stateOf("p-1"));
        assertEquals(0, script.stats().losses());
    }

    @Test
    @DisplayName("P-11: a runner that refuses works on, and is asked again after the same time")
    void aRunnerThatRefusesWorksOn() {
        Script script = busy(pool(), 1);
        script.finishes(1, "p-1");
        script.passes(IDLE);
        assertEquals(List.of(), script.answers("p-1", false));
        assertEquals(List.of(new AskRetire("p-1", true)), script.passes(IDLE));
        script.answers("p-1", false);
        assertEquals(List.of(new Dispatch(2, "p-1")), script.arrives(2));
    }

    @Test
    @DisplayName("P-11: a runner with data that somebody holds is not asked until it is released")
    void aRunnerWithDataIsNotAsked() {
        Script script = busy(pool(), 1);
        script.reports("p-1", 3);
        script.finishes(1, "p-1");
        assertEquals(List.of(), script.passes(Duration.ofHours(1)));
        script.reports("p-1", 1);
        assertEquals(List.of(), script.passes(Duration.ofHours(1)));
        assertEquals(List.of(), script.reports("p-1", 0));
        assertEquals(List.of(new AskRetire("p-1", true)), script.passes(IDLE));
    }

    @Test
    @DisplayName("P-11: a runner that agreed and does not end is killed, again and again")
    void aRunnerThatAgreedAndDoesNotEndIsKilled() {
        Script script = busy(pool(), 1);
        script.finishes(1, "p-1");
        script.passes(IDLE);
        script.answers("p-1", true);
        assertEquals(List.of(), script.passes(Duration.ofMillis(4999)));
        var kill = new Kill("p-1", "it did not end in time");
        assertEquals(List.of(kill), script.passes(Duration.ofMillis(1)));
        assertEquals(List.of(kill, kill), script.passes(Duration.ofSeconds(10)));
        script.dies("p-1");
        assertEquals(List.of(), script.passes(Duration.ofHours(1)));
    }

    @Test
    @DisplayName("P-11: of idle runners above min those go that were idle longest")
    void thoseGoThatWereIdleLongest() {
        Script script = busy(pool().min(1), 1);
        script.arrives(2);
        script.greets("p-2");
        script.arrives(3);
        script.greets("p-3");
        script.finishes(2, "p-2");
        script.passes(Duration.ofSeconds(1));
        script.finishes(1, "p-1");
        script.passes(Duration.ofSeconds(1));
        script.finishes(3, "p-3");
        assertEquals(
                List.of(new AskRetire("p-2", true), new AskRetire("p-1", true)), script.passes(Duration.ofSeconds(31)));
    }

    @Test
    @DisplayName("P-26: a runner that does not say whether it may go is killed after a while")
    void hangingIdleCheck() {
        Script script = busy(pool(), 1);
        script.finishes(1, "p-1");
        assertEquals(List.of(new AskRetire("p-1", true)), script.passes(Duration.ofSeconds(31)));
        assertEquals(
                List.of(new BookEffect.Kill("p-1", "it did not say in time whether it may go")),
                script.passes(Duration.ofSeconds(30)));
        script.dies("p-1");
        assertEquals(List.of(), script.passes(Duration.ofHours(1)));
    }

    @Test
    @DisplayName("P-27: a load that comes and goes faster than the idle time makes no runner go")
    void aLoadThatComesAndGoesMakesNoRunnerGo() {
        Script script = busy(pool(), 1);
        for (long call = 1; call < 100; call++) {
            assertEquals(List.of(), script.passes(Duration.ofSeconds(1)));
            assertEquals(List.of(), script.finishes(call, "p-1"));
            assertEquals(List.of(), script.passes(IDLE.minusMillis(1)));
            assertEquals(List.of(new Dispatch(call + 1, "p-1")), script.arrives(call + 1));
        }
    }

    @Test
    @DisplayName("P-27: data that comes and goes ends the idle time too")
    void dataThatComesAndGoesEndsTheIdleTime() {
        Script script = busy(pool(), 1);
        script.finishes(1, "p-1");
        script.passes(IDLE.minusMillis(1));
        script.reports("p-1", 1);
        script.reports("p-1", 0);
        assertEquals(List.of(), script.passes(IDLE.minusMillis(1)));
        assertEquals(List.of(new AskRetire("p-1", true)), script.passes(Duration.ofMillis(1)));
    }

    @Test
    @DisplayName("P-12: min runners stay for ever by default")
    void minRunnersStay() {
        Script script = Script.of(pool().min(1));
        script.greets("p-1");
        assertEquals(List.of(), script.passes(Duration.ofDays(1)));
    }

    @Test
    @DisplayName("P-12: min runners that go for want of work come back with the next call, not before")
    void minRunnersThatGoComeBackWithTheNextCall() {
        Script script = Script.of(pool().min(2).minIdleShutdownAfter(Duration.ofMinutes(5)));
        script.greets("p-1");
        script.greets("p-2");
        assertEquals(
                List.of(new AskRetire("p-1", true), new AskRetire("p-2", true)), script.passes(Duration.ofMinutes(5)));
        script.leaves("p-1");
        script.leaves("p-2");
        assertEquals(List.of(), script.passes(Duration.ofDays(1)));
        assertEquals(boots("p-3", "p-4"), script.arrives(1));
    }

    @Test
    @DisplayName("P-12: a min runner that refuses to go is still one of them")
    void aMinRunnerThatRefusesIsStillOneOfThem() {
        Script script = Script.of(pool().min(1).minIdleShutdownAfter(Duration.ofMinutes(5)));
        script.greets("p-1");
        script.passes(Duration.ofMinutes(5));
        script.answers("p-1", false);
        assertEquals(boots("p-2"), script.dies("p-1"));
    }

    @Test
    @DisplayName("P-03: above a lowered max idle runners go first, at once, and may not refuse")
    void aboveALoweredMaxIdleRunnersGoFirst() {
        Script script = busy(pool(), 4);
        script.finishes(2, "p-2");
        script.finishes(3, "p-3");
        script.passes(Duration.ofSeconds(1));
        assertEquals(
                List.of(new AskRetire("p-2", false), new AskRetire("p-3", false)),
                script.tell(new BookEvent.Resized(0, 2)));
        script.answers("p-2", true);
        assertEquals(List.of(), script.answers("p-3", false)); // it knows better, for the moment
        assertEquals(List.of(new AskRetire("p-3", false)), script.passes(Duration.ofMillis(100)));
    }

    @Test
    @DisplayName("P-03: if too few are idle the youngest finish what they have, and take no more")
    void ifTooFewAreIdleTheYoungestDrain() {
        Script script = busy(pool(), 4);
        script.finishes(1, "p-1");
        script.passes(Duration.ofSeconds(1));
        assertEquals(
                List.of(
                        new AskRetire("p-1", false),
                        new Stop("p-4", DRAIN.toNanos()),
                        new Stop("p-3", DRAIN.toNanos())),
                script.tell(new BookEvent.Resized(0, 1)));
        assertEquals(List.of(), script.arrives(5));
        assertEquals(List.of(), script.finishes(4, "p-4"));
        assertEquals(List.of(), script.dies("p-4"));
        assertEquals(List.of(new Dispatch(5, "p-2")), script.finishes(2, "p-2"));
    }

    @Test
    @DisplayName("P-03: runners that boot above a lowered max cost no running call its runner")
    void runnersThatBootCostNoRunningCallItsRunner() {
        Script script = busy(pool(), 1);
        script.arrives(2);
        script.arrives(3);
        script.tell(new BookEvent.Withdrawn(2));
        script.tell(new BookEvent.Withdrawn(3));
        assertEquals(List.of(), script.tell(new BookEvent.Resized(0, 1)));
        script.greets("p-2");
        script.greets("p-3");
        assertEquals(
                List.of(new AskRetire("p-2", false), new AskRetire("p-3", false)),
                script.passes(Duration.ofMillis(100)));
        assertEquals(RunnerState.READY, script.stateOf("p-1"));
    }

    @Test
    @DisplayName("P-05: a single-use runner takes one call and goes after it, at once, and may not refuse")
    void aSingleUseRunnerTakesOneCall() {
        Script script = busy(pool().max(1).maxConcurrency(10).singleUse(true), 1);
        assertEquals(List.of(), script.arrives(2));
        assertEquals(List.of(new AskRetire("p-1", false)), script.finishes(1, "p-1"));
        assertEquals(List.of(), script.answers("p-1", true));
        assertEquals(boots("p-2"), script.dies("p-1"));
        assertEquals(List.of(new Dispatch(2, "p-2")), script.greets("p-2"));
    }

    @Test
    @DisplayName("P-05: what its call left there delays that until it is released")
    void whatItsCallLeftDelaysThat() {
        Script script = busy(pool().singleUse(true), 1);
        script.reports("p-1", 1);
        assertEquals(RunnerState.READY, script.stateOf("p-1"));
        assertEquals(List.of(), script.finishes(1, "p-1"));
        assertEquals(RunnerState.RETIRING, script.stateOf("p-1"));
        assertEquals(List.of(), script.passes(Duration.ofHours(1)));
        assertEquals(boots("p-2"), script.arrives(2));
        assertEquals(List.of(new AskRetire("p-1", false)), script.reports("p-1", 0));
    }

    @Test
    @DisplayName(
            "P-05: a single-use runner that has not told yet what it holds is asked again soon, and never used again")
    void aSingleUseRunnerThatRefusesIsAskedAgain() {
        Script script = busy(pool().max(1).singleUse(true), 1);
        script.arrives(2);
        script.finishes(1, "p-1");
        assertEquals(List.of(), script.answers("p-1", false));
        assertEquals(List.of(new AskRetire("p-1", false)), script.passes(Duration.ofMillis(100)));
    }

    @Test
    @DisplayName("P-05: a single-use runner that refuses to go before its call is still good for one")
    void aSingleUseRunnerThatRefusesBeforeItsCallIsStillGood() {
        Script script = busy(pool().max(1).singleUse(true), 0);
        script.arrives(1);
        script.tell(new BookEvent.Withdrawn(1));
        script.greets("p-1");
        assertEquals(List.of(new AskRetire("p-1", true)), script.passes(IDLE));
        script.answers("p-1", false);
        assertEquals(List.of(new Dispatch(2, "p-1")), script.arrives(2));
    }

    @Test
    @DisplayName("P-26: a runner that is asked gets no work; if it stays it gets what waits")
    void aRunnerThatIsAskedGetsNoWork() {
        Script script = busy(pool().max(1), 1);
        script.finishes(1, "p-1");
        script.passes(IDLE);
        assertEquals(List.of(), script.arrives(2));
        assertEquals(List.of(new Dispatch(2, "p-1")), script.answers("p-1", false));
    }

    @Test
    @DisplayName("P-26: a call whose runner would not take it returns to its old place, and goes to another one")
    void aCallWhoseRunnerWouldNotTakeItReturnsToItsPlace() {
        Script script = busy(pool().max(2), 2);
        script.arrives(3);
        script.arrives(4);
        script.finishes(1, "p-1"); // 3 goes to p-1
        assertEquals(List.of(), script.tell(new NotTaken(3, "p-1", script.in(Script.PATIENCE))));
        assertEquals(RunnerState.RETIRING, script.stateOf("p-1"));
        assertEquals(List.of(new Dispatch(3, "p-2")), script.finishes(2, "p-2"));
        assertEquals(List.of(), script.tell(new NotTaken(3, "p-1", script.in(Script.PATIENCE)))); // twice: no-op
        assertEquals(List.of(new Dispatch(4, "p-2")), script.finishes(3, "p-2"));
    }

    @Test
    @DisplayName("P-26: a returned call still has its own time")
    void aReturnedCallStillHasItsOwnTime() {
        Script script = busy(pool().max(1), 1);
        script.tell(new NotTaken(1, "p-1", script.in(Duration.ofSeconds(2))));
        script.tell(new BookEvent.Died("p-1", "exit code 0"));
        Stream<BookEffect> ends = script.passes(Duration.ofSeconds(2)).stream();
        assertTrue(ends.anyMatch(e -> e instanceof BookEffect.TimedOut timedOut && timedOut.call() == 1));
    }

    @Test
    @DisplayName("P-26: a call that was cancelled meanwhile does not return")
    void aCallThatWasCancelledMeanwhileDoesNotReturn() {
        Script script = busy(pool().max(1), 1);
        assertEquals(List.of(new BookEffect.CancelAt(1, "p-1")), script.tell(new BookEvent.Withdrawn(1)));
        assertEquals(List.of(), script.tell(new NotTaken(1, "p-1", script.in(Script.PATIENCE))));
        assertEquals(0, script.stats().queued());
    }

    @Test
    @DisplayName("P-04: with strict slots a call's slot is taken until its data is released")
    void withStrictSlotsACallsSlotIsTakenUntilItsDataIsReleased() {
        Script script = busy(pool().max(1).strictSlots(true), 1);
        script.arrives(2);
        assertEquals(List.of(), script.tell(new Finished(1, "p-1", true, false)));
        assertEquals(List.of(new Dispatch(2, "p-1")), script.tell(new SlotFreed(1, "p-1")));
        assertEquals(List.of(), script.tell(new SlotFreed(1, "p-1")));
    }

    @Test
    @DisplayName("P-04: a runner whose slot is kept is not idle")
    void aRunnerWhoseSlotIsKeptIsNotIdle() {
        Script script = busy(pool().strictSlots(true), 1);
        script.tell(new Finished(1, "p-1", true, false));
        assertEquals(List.of(), script.passes(Duration.ofHours(1)));
        script.tell(new SlotFreed(1, "p-1"));
        assertEquals(List.of(new AskRetire("p-1", true)), script.passes(IDLE));
    }

    @Test
    @DisplayName("C-05: a runner with work that does not stop takes no more, drains, and is killed")
    void aRunnerWithWorkThatDoesNotStopIsKilled() {
        Script script = busy(pool().max(2).maxConcurrency(2), 1);
        script.arrives(2);
        assertEquals(List.of(new Stop("p-1", DRAIN.toNanos())), script.tell(new Finished(1, "p-1", true, true)));
        assertEquals(boots("p-2"), script.arrives(3));
        script.greets("p-2");
        assertEquals(List.of(), script.passes(DRAIN));
        assertEquals(List.of(new Kill("p-1", "it did not end in time")), script.passes(Duration.ofSeconds(5)));
        assertEquals(List.of(new BookEffect.Lost(2, "p-1", "exit code 1", false)), script.dies("p-1"));
    }

    @Test
    @DisplayName("C-05: a runner that is there for nothing but work that does not stop is killed at once")
    void aRunnerWithNothingElseIsKilledAtOnce() {
        Script script = busy(pool().maxConcurrency(3), 2);
        script.arrives(3);
        var kill = new Kill("p-1", "work on it did not stop, and nothing else was there");
        assertEquals(List.of(new Stop("p-1", DRAIN.toNanos())), script.tell(new Finished(1, "p-1", true, true)));
        script.tell(new BookEvent.Reported("p-1", 1));
        assertEquals(List.of(), script.tell(new Finished(2, "p-1", false, false)), "a call is still there");
        assertEquals(List.of(), script.tell(new Finished(3, "p-1", false, false)), "somebody holds a frame there");
        assertEquals(List.of(kill), script.tell(new BookEvent.Reported("p-1", 0)));
    }
}
