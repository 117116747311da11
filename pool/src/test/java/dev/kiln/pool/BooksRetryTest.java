package dev.kiln.pool;

import static dev.kiln.pool.Script.boots;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kiln.pool.BookEffect.Dispatch;
import dev.kiln.pool.BookEffect.Saturated;
import dev.kiln.pool.BookEvent.Arrived;
import dev.kiln.pool.BookEvent.BootProblem;
import dev.kiln.pool.BookEvent.Finished;
import dev.kiln.pool.BookEvent.NotTaken;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Calls that come again. */
class BooksRetryTest {

    private static PoolBuilder pool() {
        return Pool.named("p").max(1).maxConcurrency(1);
    }

    private static List<BookEffect> comesAgain(Script script, long call) {
        return script.tell(new Arrived(call, script.in(Script.PATIENCE), Wish.ANYWHERE, true));
    }

    @Test
    @DisplayName("C-12: a lost call that comes again has its old place")
    void aLostCallHasItsOldPlace() {
        Script script = Script.of(pool());
        script.arrives(1);
        script.greets("p-1");
        script.arrives(2);
        script.dies("p-1");
        assertEquals(List.of(), comesAgain(script, 1));
        assertEquals(List.of(new Dispatch(1, "p-2")), script.greets("p-2"));
        assertEquals(List.of(), script.tell(new Finished(1, "p-1", false, false))); // a late word of the first try
        assertEquals(List.of(new Dispatch(2, "p-2")), script.finishes(1, "p-2"));
    }

    @Test
    @DisplayName("C-12: a call for which no runner could be started comes again")
    void aCallForWhichNoRunnerCouldBeStartedComesAgain() {
        Script script = Script.of(pool());
        script.arrives(1);
        script.tell(new BootProblem("p-1", new BootFailed("no such image", true, null)));
        script.passes(Duration.ofSeconds(30));
        assertEquals(boots("p-2"), comesAgain(script, 1));
        assertEquals(List.of(new Dispatch(1, "p-2")), script.greets("p-2"));
    }

    @Test
    @DisplayName("C-12: a call is in the books once, however often it is said to come")
    void aCallIsInTheBooksOnce() {
        Script script = Script.of(pool());
        script.arrives(1);
        comesAgain(script, 1);
        assertEquals(1, script.stats().queued());
        assertEquals(List.of(new Dispatch(1, "p-1")), script.greets("p-1"));
        assertEquals(List.of(), comesAgain(script, 1));
        assertEquals(0, script.stats().queued());
        assertEquals(List.of(), script.finishes(1, "p-1"));
    }

    @Test
    @DisplayName("P-13: the oldest wait counts from a call's first arrival, whatever its number")
    void theOldestWaitCountsFromTheFirstArrival() {
        Script script = Script.of(pool());
        assertEquals(Duration.ZERO, script.stats().oldestWait());
        script.arrives(1);
        script.greets("p-1");
        script.passes(Duration.ofSeconds(1));
        script.arrives(2);
        script.passes(Duration.ofSeconds(1));
        script.arrives(-1); // nested calls go first
        assertEquals(Duration.ofSeconds(1), script.stats().oldestWait());
        script.tell(new NotTaken(1, "p-1", script.in(Script.PATIENCE)));
        assertEquals(Duration.ofSeconds(2), script.stats().oldestWait());
        script.dies("p-1");
        assertEquals(List.of(new Dispatch(-1, "p-2")), script.greets("p-2"));
        assertEquals(List.of(new Dispatch(1, "p-2")), script.finishes(-1, "p-2"));
        assertEquals(Duration.ofSeconds(1), script.stats().oldestWait());
    }

    @Test
    @DisplayName("P-13: a call that comes again, or back, is not refused by a full queue and pushes nobody out")
    void aCallThatComesBackPushesNobodyOut() {
        Script script = Script.of(pool().maxQueue(2));
        script.arrives(1);
        script.greets("p-1");
        script.arrives(2);
        script.arrives(3);
        assertEquals(List.of(), script.tell(new NotTaken(1, "p-1", script.in(Script.PATIENCE))));
        assertEquals(3, script.stats().queued());
        assertEquals(
                1,
                script.arrives(4).stream().filter(Saturated.class::isInstance).count());
        assertEquals(boots("p-2"), script.dies("p-1"));
        assertEquals(List.of(new Dispatch(1, "p-2")), script.greets("p-2"));
        script.dies("p-2");
        assertEquals(List.of(), comesAgain(script, 1));
        assertEquals(3, script.stats().queued());
    }
}
