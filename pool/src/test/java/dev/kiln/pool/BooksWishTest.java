package dev.kiln.pool;

import static dev.kiln.pool.Script.boots;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kiln.pool.BookEffect.Dispatch;
import dev.kiln.pool.BookEffect.Misplaced;
import dev.kiln.pool.BookEvent.Finished;
import dev.kiln.pool.BookEvent.Lent;
import dev.kiln.pool.BookEvent.NotTaken;
import dev.kiln.pool.BookEvent.Resized;
import dev.kiln.pool.BookEvent.SlotFreed;
import dev.kiln.pool.BookEvent.TakenBack;
import dev.kiln.pool.BookEvent.Withdrawn;
import dev.kiln.runner.RunnerExit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Calls that care where they run, and those that lend their slot. */
class BooksWishTest {
    private static final Duration IDLE = Duration.ofSeconds(30);

    private static PoolBuilder pool() {
        return Pool.named("p").max(2).maxConcurrency(1).idleShutdownAfter(IDLE);
    }

    /** Runners p-1 and p-2 are up and idle. */
    private static Script two(PoolBuilder builder) {
        Script script = Script.of(builder.min(2));
        script.greets("p-1");
        script.greets("p-2");
        return script;
    }

    private static Wish on(String runner) {
        return new Wish.On(runner);
    }

    private static Wish keyed(String key) {
        return new Wish.Keyed(key);
    }

    private static Wish inside(String runner) {
        return new Wish.Inside(runner);
    }

    @Test
    @DisplayName("P-20: a call that insists on a runner waits for it, though another one is free")
    void aCallThatInsistsWaits() {
        Script script = two(pool());
        assertEquals(List.of(new Dispatch(1, "p-2")), script.arrives(1, on("p-2")));
        assertEquals(List.of(), script.arrives(2, on("p-2")));
        assertEquals(List.of(new Dispatch(2, "p-2")), script.finishes(1, "p-2"));
    }

    private static Wish data(Map<String, Long> bytes) {
        return new Wish.Anywhere(bytes);
    }

    @Test
    @DisplayName("P-20: a call goes to the runner that has most of its data, though another one is less busy")
    void aCallGoesToItsData() {
        Script script = two(pool().maxConcurrency(2));
        Wish wish = data(Map.of("p-1", 10L, "p-2", 1000L, "p-7", 9999L));
        assertEquals(List.of(new Dispatch(1, "p-2")), script.arrives(1, wish));
        assertEquals(List.of(new Dispatch(2, "p-2")), script.arrives(2, wish));
        assertEquals(List.of(new Dispatch(3, "p-1")), script.arrives(3, wish), "p-2 is full: it does not wait for it");
    }

    @Test
    @DisplayName("P-20: of runners with equally much of a call's data, the one with fewer active slots gets it")
    void aCallGoesToTheLessBusyOfEquals() {
        Script script = two(pool().maxConcurrency(2));
        assertEquals(List.of(new Dispatch(1, "p-1")), script.arrives(1, on("p-1")));
        Wish copies = data(Map.of("p-1", 1000L, "p-2", 1000L));
        assertEquals(List.of(new Dispatch(2, "p-2")), script.arrives(2, copies));
        assertEquals(List.of(new Dispatch(3, "p-1")), script.arrives(3, data(Map.of("p-1", 1L))));
        assertEquals(List.of(new Dispatch(4, "p-2")), script.arrives(4, data(Map.of("p-9", 1L))), "its runner is gone");
    }

    @Test
    @DisplayName("P-20: a call that waited goes to its data if that has room when its turn comes, else anywhere")
    void aCallThatWaitedGoesToItsData() {
        Script script = two(pool());
        script.arrives(1, on("p-1"));
        script.arrives(2, on("p-2"));
        assertEquals(List.of(), script.arrives(3, data(Map.of("p-2", 5L))));
        assertEquals(List.of(new Dispatch(3, "p-1")), script.finishes(1, "p-1"));
    }

    @Test
    @DisplayName("P-22: a call that insists on a busy runner does not block those behind it")
    void aCallThatInsistsDoesNotBlockOthers() {
        Script script = two(pool());
        script.arrives(1, on("p-1"));
        script.arrives(2, on("p-1"));
        assertEquals(List.of(new Dispatch(3, "p-2")), script.arrives(3));
        script.arrives(4);
        assertEquals(List.of(new Dispatch(2, "p-1")), script.finishes(1, "p-1")); // it came before 4
        assertEquals(List.of(new Dispatch(4, "p-2")), script.finishes(3, "p-2"));
    }

    @Test
    @DisplayName("P-22: whoever came first gets the slot, whether it insists on the runner or not")
    void whoeverCameFirstGetsTheSlot() {
        Script script = two(pool());
        script.arrives(1);
        script.arrives(2);
        script.arrives(3);
        script.arrives(4, on("p-1"));
        script.arrives(5);
        assertEquals(List.of(new Dispatch(3, "p-1")), script.finishes(1, "p-1"));
        assertEquals(List.of(new Dispatch(4, "p-1")), script.finishes(3, "p-1"));
        assertEquals(List.of(new Dispatch(5, "p-1")), script.finishes(4, "p-1"));
    }

    @Test
    @DisplayName("P-21: no runner is booted for calls that insist on another one")
    void noRunnerIsBootedForCallsThatInsist() {
        Script script = Script.of(pool().max(5));
        script.arrives(1);
        script.greets("p-1");
        assertEquals(List.of(), script.arrives(2, on("p-1")));
        assertEquals(List.of(), script.arrives(3, on("p-1")));
        assertEquals(boots("p-2"), script.arrives(4));
    }

    @Test
    @DisplayName("P-20: who insists on a runner that is gone, dies or leaves is told at once")
    void whoInsistsOnARunnerThatIsGoneIsToldAtOnce() {
        Script script = two(pool());
        assertEquals(List.of(new Misplaced(1, "p-9", true)), script.arrives(1, on("p-9")));
        script.arrives(2, on("p-1"));
        script.arrives(3, on("p-1"));
        assertEquals(
                List.of(
                        new Misplaced(3, "p-1", true),
                        new BookEffect.Lost(2, "p-1", RunnerExit.unknown("exit code 1"), false),
                        new BookEffect.Boot("p-3")),
                script.dies("p-1"));
        script.arrives(4);
        script.arrives(5, on("p-2"));
        assertEquals(
                List.of(
                        new BookEffect.Stop("p-2", Duration.ofSeconds(30).toNanos()),
                        new Misplaced(5, "p-2", false),
                        new BookEffect.Kill("p-2", "work on it did not stop, and nothing else was there")),
                script.tell(new Finished(4, "p-2", true, true)));
        assertEquals(List.of(new Misplaced(6, "p-2", false)), script.arrives(6, on("p-2")));
    }

    @Test
    @DisplayName("P-20: who insists on a runner that was asked whether it goes waits for its answer")
    void whoInsistsOnAnAskedRunnerWaitsForItsAnswer() {
        for (boolean goes : List.of(false, true)) {
            Script script = Script.of(pool());
            script.arrives(1);
            script.greets("p-1");
            script.finishes(1, "p-1");
            script.passes(IDLE);
            assertEquals(RunnerState.RETIRING, script.stateOf("p-1"));
            assertEquals(List.of(), script.arrives(2, on("p-1")));
            List<BookEffect> expected = List.of(goes ? new Misplaced(2, "p-1", false) : new Dispatch(2, "p-1"));
            assertEquals(expected, script.answers("p-1", goes));
        }
    }

    @Test
    @DisplayName("P-05: a runner that has had its one call takes none that insists on it")
    void aSpentRunnerTakesNone() {
        Script script = Script.of(pool().singleUse(true));
        script.arrives(1);
        script.greets("p-1");
        script.reports("p-1", 1);
        assertEquals(List.of(), script.arrives(2, on("p-1")));
        assertEquals(List.of(new Misplaced(2, "p-1", false)), script.finishes(1, "p-1"));
        assertEquals(List.of(new Dispatch(3, "p-1")), script.arrives(3, inside("p-1")));
    }

    @Test
    @DisplayName("P-26: a call that insists on a runner which did not take it is misplaced, not left waiting")
    void aCallThatWasNotTakenIsMisplaced() {
        Script script = two(pool());
        script.arrives(1, on("p-1"));
        assertEquals(
                List.of(new Misplaced(1, "p-1", false)),
                script.tell(new NotTaken(1, "p-1", script.in(Script.PATIENCE))));
    }

    @Test
    @DisplayName("P-20: the calls of a key run on one runner and wait for it")
    void theCallsOfAKeyRunOnOneRunner() {
        Script script = two(pool());
        assertEquals(List.of(new Dispatch(1, "p-1")), script.arrives(1, keyed("k")));
        assertEquals(List.of(), script.arrives(2, keyed("k")));
        assertEquals(List.of(new Dispatch(3, "p-2")), script.arrives(3, keyed("other")));
        assertEquals(List.of(new Dispatch(2, "p-1")), script.finishes(1, "p-1"));
        script.finishes(2, "p-1");
        script.finishes(3, "p-2");
        assertEquals(List.of(new Dispatch(4, "p-2")), script.arrives(4, keyed("other")));
        assertEquals(List.of(new Dispatch(5, "p-1")), script.arrives(5, keyed("k")));
    }

    @Test
    @DisplayName("P-21: the calls of a key that has no runner yet need one runner together")
    void theCallsOfAKeyNeedOneRunner() {
        Script script = Script.of(pool().max(9).maxConcurrency(2));
        assertEquals(boots("p-1"), script.arrives(1, keyed("k")));
        script.arrives(2, keyed("k"));
        assertEquals(List.of(), script.arrives(3, keyed("k")));
        assertEquals(boots("p-2"), script.arrives(4, keyed("other")));
        assertEquals(List.of(new Dispatch(1, "p-2"), new Dispatch(2, "p-2")), script.greets("p-2"));
        assertEquals(List.of(new Dispatch(4, "p-1")), script.greets("p-1"));
        assertEquals(List.of(new Dispatch(3, "p-2")), script.finishes(2, "p-2"));
    }

    @Test
    @DisplayName("P-20: a key whose runner dies or retires gets another one")
    void aKeyWhoseRunnerDiesGetsAnotherOne() {
        Script script = two(pool());
        script.arrives(1, keyed("k"));
        script.arrives(2, keyed("k"));
        script.arrives(3, keyed("k"));
        assertEquals(
                List.of(
                        new BookEffect.Lost(1, "p-1", RunnerExit.unknown("exit code 1"), false),
                        new Dispatch(2, "p-2"),
                        new BookEffect.Boot("p-3")),
                script.dies("p-1"));
        script.greets("p-3");
        assertEquals(List.of(), script.tell(new Withdrawn(3)));
        script.tell(new Resized(0, 1)); // p-3 is idle and goes
        script.passes(Duration.ofSeconds(1));
        script.leaves("p-3");
        assertEquals(List.of(), script.arrives(4, keyed("k")));
        script.tell(new Resized(0, 2));
        script.tell(new Finished(2, "p-2", true, true)); // it drains: the key is free, p-4 boots
        assertEquals(List.of(new Dispatch(4, "p-4")), script.greets("p-4"));
    }

    @Test
    @DisplayName("P-20: a call of a key whose runner was asked whether it goes does not wait for the answer")
    void aCallOfAKeyDoesNotWaitForAnAnswer() {
        Script script = two(pool().minIdleShutdownAfter(IDLE));
        script.arrives(1, keyed("k"));
        script.arrives(2);
        script.finishes(1, "p-1");
        script.passes(IDLE);
        assertEquals(RunnerState.RETIRING, script.stateOf("p-1"));
        script.finishes(2, "p-2");
        assertEquals(List.of(new Dispatch(3, "p-2")), script.arrives(3, keyed("k")));
        script.finishes(3, "p-2");
        script.answers("p-1", false);
        assertEquals(List.of(new Dispatch(4, "p-2")), script.arrives(4, keyed("k")));
    }

    @Test
    @DisplayName("P-20: a key is forgotten when it was idle as long as makes a runner idle")
    void aKeyIsForgottenWhenIdle() {
        Script script = two(pool().maxConcurrency(2));
        script.arrives(1); // p-1
        script.arrives(2, keyed("k")); // p-2
        script.finishes(1, "p-1");
        script.finishes(2, "p-2");
        script.arrives(3, keyed("k"));
        script.passes(IDLE); // it runs: it is not idle
        assertEquals(List.of(new Dispatch(4, "p-2")), script.arrives(4, keyed("k")));
        script.finishes(3, "p-2");
        script.finishes(4, "p-2");
        script.passes(IDLE.minusMillis(1));
        assertEquals(List.of(new Dispatch(5, "p-2")), script.arrives(5, keyed("k")));
        script.finishes(5, "p-2");
        script.passes(IDLE);
        assertEquals(List.of(new Dispatch(6, "p-1")), script.arrives(6, keyed("k")));
    }

    @Test
    @DisplayName("O-02: a call to what is placed on a runner needs no slot and waits for none")
    void aCallInsideNeedsNoSlot() {
        Script script = two(pool());
        script.arrives(1, on("p-1"));
        assertEquals(List.of(), script.tell(new Finished(1, "p-1", true, false))); // a placed object keeps the slot
        assertEquals(List.of(new Dispatch(2, "p-1")), script.arrives(2, inside("p-1")));
        assertEquals(List.of(new Dispatch(3, "p-1")), script.arrives(3, inside("p-1")));
        assertEquals(List.of(), script.tell(new Finished(2, "p-1", true, false))); // it has no slot to keep
        assertEquals(List.of(new BookEffect.CancelAt(3, "p-1")), script.tell(new Withdrawn(3)));
        script.finishes(3, "p-1");
        script.tell(new SlotFreed(1, "p-1"));
        assertEquals(1, script.stats().freeSlots() - 1);
    }

    @Test
    @DisplayName("O-03: a call to what is placed on a runner dies with it, and has no other place")
    void aCallInsideDiesWithItsRunner() {
        Script script = two(pool());
        script.arrives(1, inside("p-1"));
        assertEquals(
                new BookEffect.Lost(1, "p-1", RunnerExit.unknown("exit code 1"), false),
                script.dies("p-1").getFirst());
        assertEquals(List.of(new Misplaced(2, "p-1", true)), script.arrives(2, inside("p-1")));
        script.arrives(3, inside("p-2"));
        assertEquals(
                List.of(new Misplaced(3, "p-2", false)),
                script.tell(new NotTaken(3, "p-2", script.in(Script.PATIENCE))));
    }

    @Test
    @DisplayName("O-02: a runner on which such a call runs is not idle")
    void aRunnerWithACallInsideIsNotIdle() {
        Script script = Script.of(pool());
        script.arrives(1);
        script.greets("p-1");
        script.arrives(2, inside("p-1"));
        script.finishes(1, "p-1");
        assertEquals(List.of(), script.passes(IDLE));
        script.finishes(2, "p-1");
        assertEquals(List.of(new BookEffect.AskRetire("p-1", true)), script.passes(IDLE));
    }

    @Test
    @DisplayName("C-11: a call that waits for another one lends its slot, so that a full pool runs nested calls")
    void aCallThatWaitsLendsItsSlot() {
        Script script = Script.of(pool().max(1));
        script.arrives(1);
        script.greets("p-1");
        script.arrives(2);
        assertEquals(List.of(new Dispatch(2, "p-1")), script.tell(new Lent(1, "p-1")));
        script.arrives(3);
        assertEquals(List.of(), script.tell(new TakenBack(1, "p-1"))); // two run on one slot
        assertEquals(0, script.stats().freeSlots());
        assertEquals(List.of(), script.finishes(2, "p-1"));
        assertEquals(List.of(new Dispatch(3, "p-1")), script.finishes(1, "p-1"));
    }

    @Test
    @DisplayName("C-11: a lent slot is free once, also when its call ends meanwhile or says it twice")
    void aLentSlotIsFreeOnce() {
        Script script = Script.of(pool().max(1));
        script.arrives(1);
        script.greets("p-1");
        script.tell(new Lent(1, "p-1"));
        script.tell(new Lent(1, "p-1"));
        script.tell(new Lent(9, "p-1"));
        assertEquals(1, script.stats().freeSlots());
        script.finishes(1, "p-1");
        assertEquals(1, script.stats().freeSlots());
        script.tell(new TakenBack(1, "p-1"));
        assertEquals(1, script.stats().freeSlots());
    }

    @Test
    @DisplayName("P-05: the one call of a single-use runner has no slot to lend")
    void theOneCallOfASingleUseRunnerHasNoSlotToLend() {
        Script script = Script.of(pool().max(1).singleUse(true));
        script.arrives(1);
        script.greets("p-1");
        script.arrives(2);
        assertEquals(List.of(), script.tell(new Lent(1, "p-1")));
    }
}
