package dev.kiln.pool;

import static dev.kiln.pool.Script.boots;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.BookEffect.Dispatch;
import dev.kiln.pool.BookEffect.Kill;
import dev.kiln.pool.BookEffect.OpenFailed;
import dev.kiln.pool.BookEffect.Opened;
import dev.kiln.pool.BookEffect.Saturated;
import dev.kiln.pool.BookEffect.Unbootable;
import dev.kiln.pool.BookEvent.Arrived;
import dev.kiln.pool.BookEvent.BootProblem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How a pool gets its runners, and what waits for them. */
class BooksGrowthTest {
    private final BootFailed noRoom = new BootFailed("no room", false, null);
    private final BootFailed noImage = new BootFailed("no such image", true, null);

    private static PoolBuilder pool() {
        return Pool.named("p").max(10).maxConcurrency(2);
    }

    @Test
    @DisplayName("P-02: min runners boot ten at a time, and the pool is open when all are up")
    void minRunnersBootTenAtATime() {
        var script = new Script(pool().min(12).max(20));
        assertEquals(10, script.tell(new BookEvent.Tick()).size());
        assertEquals(boots("p-11"), script.greets("p-1"));
        assertEquals(boots("p-12"), script.greets("p-2"));
        for (int number = 3; number < 12; number++) {
            assertEquals(List.of(), script.greets("p-" + number));
        }
        assertEquals(List.of(new Opened()), script.greets("p-12"));
    }

    @Test
    @DisplayName("P-02: a pool without min runners is open at once and boots nothing")
    void aPoolWithoutMinRunnersIsOpenAtOnce() {
        assertEquals(List.of(new Opened()), new Script(pool()).tell(new BookEvent.Tick()));
    }

    @Test
    @DisplayName("P-02: one of the min runners that does not come up fails the opening, and closing leaves none")
    void oneFailureFailsTheOpening() {
        Script script = Script.of(pool().min(2));
        assertEquals(List.of(new OpenFailed(noRoom)), script.tell(new BootProblem("p-1", noRoom)));
        assertEquals(List.of(new Kill("p-2", "the pool was closed")), script.closes());
        assertEquals(List.of(new BookEffect.AllGone()), script.dies("p-2"));
    }

    @Test
    @DisplayName("P-02: min runners do not go for want of work before all are up")
    void minRunnersDoNotGoBeforeAllAreUp() {
        Script script = Script.of(pool().min(2).minIdleShutdownAfter(Duration.ofMillis(10)));
        script.greets("p-1");
        assertEquals(List.of(), script.passes(Duration.ofSeconds(10)));
        assertEquals(List.of(new Opened(), new BookEffect.AskRetire("p-1", true)), script.greets("p-2"));
        assertEquals(List.of(new BookEffect.AskRetire("p-2", true)), script.passes(Duration.ofMillis(10)));
    }

    @Test
    @DisplayName("P-21: as many runners boot as the waiting calls fill, at once")
    void asManyRunnersBootAsTheWaitingCallsFill() {
        Script script = Script.of(pool());
        assertEquals(boots("p-1"), script.arrives(1));
        assertEquals(List.of(), script.arrives(2));
        assertEquals(boots("p-2"), script.arrives(3));
        assertEquals(List.of(), script.arrives(4));
        script.arrives(5);
        // A death of two booting runners is a deficit of four slots: both are asked for again, when that is allowed.
        script.dies("p-1");
        script.dies("p-2");
        assertEquals(boots("p-4", "p-5"), script.passes(Duration.ofSeconds(1)));
    }

    @Test
    @DisplayName("P-21: a slot that becomes free counts before a boot is asked for")
    void aFreeSlotCountsBeforeABoot() {
        Script script = Script.of(pool().max(1));
        script.arrives(1);
        assertEquals(List.of(new Dispatch(1, "p-1")), script.greets("p-1"));
        assertEquals(List.of(new Dispatch(2, "p-1")), script.arrives(2));
        assertEquals(List.of(), script.arrives(3));
        assertEquals(List.of(new Dispatch(3, "p-1")), script.finishes(1, "p-1"));
    }

    @Test
    @DisplayName("P-03: there are never more than max, and a retiring runner counts until it is gone")
    void thereAreNeverMoreThanMax() {
        Script script = Script.of(pool().max(2).maxConcurrency(1).idleShutdownAfter(Duration.ofSeconds(1)));
        assertEquals(boots("p-1"), script.arrives(1));
        assertEquals(boots("p-2"), script.arrives(2));
        assertEquals(List.of(), script.arrives(3));
        script.greets("p-1");
        script.greets("p-2");
        script.finishes(1, "p-1");
        script.finishes(2, "p-2");
        script.passes(Duration.ofSeconds(1)); // p-2 is asked to retire
        assertEquals(RunnerState.RETIRING, script.stateOf("p-2"));
        script.arrives(4);
        assertEquals(List.of(), script.answers("p-2", true));
        assertEquals(boots("p-3"), script.dies("p-2"));
    }

    @Test
    @DisplayName("P-03: raising max serves at once what waits")
    void raisingMaxServesWhatWaits() {
        Script script = Script.of(pool().max(1).maxConcurrency(1));
        script.arrives(1);
        script.arrives(2);
        script.arrives(3);
        assertEquals(boots("p-2", "p-3"), script.tell(new BookEvent.Resized(0, 5)));
        assertEquals(boots("p-4", "p-5"), script.tell(new BookEvent.Resized(5, 5)));
    }

    @Test
    @DisplayName("P-04: a runner takes maxConcurrency calls; data that it holds takes no slot")
    void aRunnerTakesMaxConcurrencyCalls() {
        Script script = Script.of(pool().max(1));
        script.arrives(1);
        script.arrives(2);
        script.arrives(3);
        assertEquals(List.of(new Dispatch(1, "p-1"), new Dispatch(2, "p-1")), script.greets("p-1"));
        assertEquals(List.of(), script.reports("p-1", 1000));
        assertEquals(List.of(new Dispatch(3, "p-1")), script.finishes(1, "p-1"));
        assertEquals(2, script.stats().running());
    }

    @Test
    @DisplayName("P-23: a runner that comes up serves as many waiting calls as it has slots, in order")
    void aRunnerThatComesUpServesAsManyAsItHasSlots() {
        Script script = Script.of(pool().maxConcurrency(3));
        for (long call = 5; call >= 1; call--) {
            script.arrives(call);
        }
        assertEquals(
                List.of(new Dispatch(1, "p-2"), new Dispatch(2, "p-2"), new Dispatch(3, "p-2")), script.greets("p-2"));
        assertEquals(List.of(new Dispatch(4, "p-1"), new Dispatch(5, "p-1")), script.greets("p-1"));
    }

    @Test
    @DisplayName("P-20: a call goes to the runner with the fewest calls, the oldest of those")
    void aCallGoesToTheRunnerWithTheFewestCalls() {
        Script script = Script.of(pool().min(2));
        script.greets("p-2");
        script.greets("p-1");
        assertEquals(List.of(new Dispatch(1, "p-1")), script.arrives(1));
        assertEquals(List.of(new Dispatch(2, "p-2")), script.arrives(2));
        script.finishes(2, "p-2");
        assertEquals(List.of(new Dispatch(3, "p-2")), script.arrives(3));
    }

    @Test
    @DisplayName("P-13: one call too many is refused at once, with what occupies the runners")
    void oneCallTooManyIsRefused() {
        Script script = Script.of(pool().max(1).maxConcurrency(1).maxQueue(2));
        script.arrives(1);
        script.greets("p-1");
        script.reports("p-1", 7);
        script.arrives(2);
        assertEquals(List.of(), script.arrives(3));
        assertEquals(
                List.of(new Saturated(
                        4, "1 of at most 1 runners, 0 of them booting, run 1 calls and hold 7 frames; 2 calls wait")),
                script.arrives(4));
        assertEquals(List.of(new Dispatch(2, "p-1")), script.finishes(1, "p-1"));
    }

    @Test
    @DisplayName("P-24: a failed boot is tried again within a second, then ever later, thirty seconds at most")
    void aFailedBootIsTriedAgain() {
        Script script = Script.of(pool());
        script.tell(new Arrived(1, script.in(Duration.ofDays(1))));
        List<Duration> pauses = new ArrayList<>();
        for (int boot = 1; boot <= 12; boot++) {
            assertEquals(List.of(), script.tell(new BootProblem("p-" + boot, noRoom)));
            pauses.add(script.untilSomethingIsWanted());
            assertEquals(RunnerState.BOOTING, script.stateOf("p-" + (boot + 1)));
        }
        assertTrue(pauses.getFirst().compareTo(Duration.ofSeconds(1)) < 0, pauses::toString);
        assertTrue(pauses.get(4).compareTo(pauses.getFirst()) > 0, pauses::toString);
        assertTrue(pauses.getLast().compareTo(Duration.ofSeconds(15)) >= 0, pauses::toString);
        assertTrue(pauses.stream().allMatch(pause -> pause.compareTo(Duration.ofSeconds(30)) <= 0), pauses::toString);
        assertEquals(12, script.stats().bootFailures());
    }

    @Test
    @DisplayName("P-24: runners that were asked for together and all fail count as one failure")
    void oneOutageCountsAsOneFailure() {
        Script script = Script.of(pool().maxConcurrency(1));
        for (long call = 1; call <= 8; call++) {
            script.arrives(call);
        }
        for (int boot = 1; boot <= 8; boot++) {
            script.tell(new BootProblem("p-" + boot, noRoom));
        }
        assertTrue(script.untilSomethingIsWanted().compareTo(Duration.ofSeconds(1)) < 0);
        assertEquals(8, script.stats().booting());
    }

    @Test
    @DisplayName("P-24: nothing is tried again when nobody waits any more")
    void nothingIsTriedAgainWhenNobodyWaits() {
        Script script = Script.of(pool());
        script.arrives(1);
        script.tell(new BootProblem("p-1", noRoom));
        script.tell(new BookEvent.Withdrawn(1));
        assertEquals(List.of(), script.passes(Duration.ofMinutes(5)));
    }

    @Test
    @DisplayName("P-24: while the retry boots the books wait for it, and do not ask for the time again and again")
    void whileTheRetryBootsTheBooksWait() {
        Script script = Script.of(pool().max(1).bootTimeout(Duration.ofSeconds(8)));
        script.arrives(1);
        script.tell(new BootProblem("p-1", noRoom));
        assertEquals(boots("p-2"), script.passes(Duration.ofSeconds(1)));
        assertEquals(List.of(), script.passes(Duration.ofSeconds(5)));
        assertEquals(List.of(new Dispatch(1, "p-2")), script.greets("p-2"));
    }

    @Test
    @DisplayName("P-24: min is filled up again for ever")
    void minIsFilledUpForEver() {
        Script script = Script.of(pool().min(1));
        script.greets("p-1");
        assertEquals(boots("p-2"), script.dies("p-1"));
        for (int boot = 2; boot < 50; boot++) {
            script.tell(new BootProblem("p-" + boot, noRoom));
            assertEquals(boots("p-" + (boot + 1)), script.passes(Duration.ofSeconds(30)));
        }
    }

    @Test
    @DisplayName(
            "P-24: a permanent problem fails at once what waits and what comes, until a new try half a minute later")
    void aPermanentProblemFailsWhatWaits() {
        Script script = Script.of(pool().maxConcurrency(1));
        script.arrives(1);
        script.arrives(2);
        assertEquals(
                List.of(new Unbootable(1, noImage), new Unbootable(2, noImage)),
                script.tell(new BootProblem("p-1", noImage)));
        assertEquals(List.of(new Unbootable(3, noImage)), script.arrives(3));
        script.tell(new BootProblem("p-2", noRoom)); // asked for before: does not hide what is permanent
        assertEquals(List.of(new Unbootable(4, noImage)), script.arrives(4));
        script.passes(Duration.ofSeconds(30));
        assertEquals(boots("p-3"), script.arrives(5));
        assertEquals(List.of(new Unbootable(5, noImage)), script.tell(new BootProblem("p-3", noImage)));
        script.passes(Duration.ofSeconds(30));
        script.arrives(6);
        assertEquals(List.of(new Dispatch(6, "p-4")), script.greets("p-4"));
        assertEquals(boots("p-5"), script.arrives(7));
    }

    @Test
    @DisplayName("P-24: a permanent problem leaves alone what ready runners can serve")
    void aPermanentProblemLeavesAloneWhatReadyRunnersCanServe() {
        Script script = Script.of(pool().maxConcurrency(1));
        script.arrives(1);
        script.greets("p-1");
        script.arrives(2);
        assertEquals(List.of(), script.tell(new BootProblem("p-2", noImage)));
        assertEquals(List.of(new Dispatch(2, "p-1")), script.finishes(1, "p-1"));
    }

    @Test
    @DisplayName("P-24: who waits too long is told the last boot problem")
    void whoWaitsTooLongIsToldTheLastBootProblem() {
        Script script = Script.of(pool().bootTimeout(Duration.ofMinutes(1)));
        script.arrives(1);
        script.tell(new BootProblem("p-1", noRoom));
        var timedOut = assertInstanceOf(
                BookEffect.TimedOut.class, script.passes(Script.PATIENCE).getLast());
        assertEquals(CallTimedOut.Phase.BOOT, timedOut.phase());
        assertSame(noRoom, timedOut.cause());
    }

    @Test
    @DisplayName("P-08: a runner that does not greet in time is killed and another one tried")
    void aRunnerThatDoesNotGreetInTimeIsKilled() {
        Script script = Script.of(pool().bootTimeout(Duration.ofSeconds(3)));
        script.tell(new Arrived(1, script.in(Duration.ofDays(100)))); // execute: no limit of its own calls the clock
        assertEquals(List.of(new Kill("p-1", "it did not greet in time")), script.passes(Duration.ofSeconds(3)));
        assertEquals(boots("p-2"), script.passes(Duration.ofSeconds(1)));
        assertEquals(List.of(), script.greets("p-1")); // too late
        assertEquals(List.of(), script.dies("p-1"));
        assertEquals(List.of(new Dispatch(1, "p-2")), script.greets("p-2"));
        assertEquals(1, script.stats().bootFailures());
    }
}
