package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kiln.pool.BookEffect.GrowEnd;
import dev.kiln.pool.BookEffect.GrowStart;
import dev.kiln.pool.BookEffect.Shrink;
import dev.kiln.pool.BookEvent.BootProblem;
import dev.kiln.pool.BookEvent.BootTrouble;
import dev.kiln.pool.BookEvent.Finished;
import dev.kiln.pool.BookEvent.Resized;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P-15: what a listener is told")
class BooksNewsTest {
    private static final Duration IDLE = Duration.ofSeconds(30);
    private final BootFailed noRoom = new BootFailed("no room", false, null);

    private static PoolBuilder pool() {
        return Pool.named("p").max(4).maxConcurrency(1).idleShutdownAfter(IDLE);
    }

    private static Script busy(PoolBuilder builder) {
        Script script = Script.of(builder);
        script.arrives(1);
        script.arrives(2);
        script.greets("p-1");
        script.greets("p-2");
        script.news();
        return script;
    }

    @Test
    void growthHasABeginningAndAnEndForEachRunner() {
        Script script = Script.of(pool());
        script.arrives(1);
        assertEquals(List.of(new GrowStart(1)), script.news());
        script.arrives(2);
        script.greets("p-2");
        script.tell(new BootProblem("p-1", noRoom));
        assertEquals(List.of(new GrowStart(2), new GrowEnd(1, null), new GrowEnd(1, noRoom)), script.news());
        script.passes(Duration.ofSeconds(1));
        assertEquals(List.of(new GrowStart(2)), script.news());
    }

    @Test
    @DisplayName(
            "P-24: a problem of asking that is tried again is told, counted, and what a caller is told who waits too long")
    void aProblemThatIsTriedAgainIsTold() {
        Script script = Script.of(pool());
        script.arrives(1);
        script.news();
        assertEquals(List.of(), script.tell(new BootTrouble("p-1", noRoom)));
        assertEquals(List.of(new GrowEnd(0, noRoom), new GrowStart(1)), script.news());
        assertEquals(1, script.stats().bootFailures());
        assertEquals(
                List.of(new BookEffect.TimedOut(1, CallTimedOut.Phase.BOOT, noRoom)), script.passes(Script.PATIENCE));
        script.greets("p-1");
        assertEquals(List.of(new GrowEnd(1, null)), script.news());
        assertEquals(1, script.stats().boots());
    }

    @Test
    void anIdleRunnerIsToldOnceItAgrees() {
        Script script = busy(pool());
        script.finishes(2, "p-2");
        script.passes(IDLE);
        assertEquals(List.of(), script.news());
        script.answers("p-2", false);
        script.passes(IDLE);
        script.answers("p-2", true);
        assertEquals(List.of(new Shrink(1, "runner p-2 goes: it has had nothing to do")), script.news());
        script.dies("p-2");
        assertEquals(List.of(), script.news());
    }

    @Test
    void aLostRunnerIsToldWithTheCause() {
        Script script = busy(pool());
        script.dies("p-1");
        assertEquals(List.of(new Shrink(1, "runner p-1 was lost: exit code 1")), script.news());
    }

    @Test
    void aRunnerThatIsToEndIsToldOnce() {
        Script script = busy(pool());
        script.tell(new Resized(0, 1));
        script.finishes(2, "p-2");
        script.dies("p-2");
        assertEquals(List.of(new Shrink(1, "runner p-2 is to end: there are more than max (1)")), script.news());
        script.tell(new Finished(1, "p-1", true, true));
        assertEquals(List.of(new Shrink(0, "runner p-1 is to end: work on it does not stop")), script.news());
    }

    @Test
    void aRunnerThatHasHadItsOneCallIsToldOnce() {
        Script script = busy(pool().singleUse(true));
        script.finishes(1, "p-1");
        script.passes(IDLE);
        script.leaves("p-1");
        assertEquals(List.of(new Shrink(1, "runner p-1 has had its one call")), script.news());
    }

    @Test
    void nothingIsToldOfRunnersThatEndWithTheirPool() {
        Script script = busy(pool());
        script.arrives(3);
        script.news();
        script.closes();
        script.tell(new BootProblem("p-3", noRoom));
        script.dies("p-1");
        script.dies("p-2");
        assertEquals(List.of(), script.news());
    }
}
