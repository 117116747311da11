package dev.kiln.pool;

import static dev.kiln.pool.Script.boots;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.BookEffect.AskRetire;
import dev.kiln.pool.BookEffect.Boot;
import dev.kiln.pool.BookEffect.Dispatch;
import dev.kiln.pool.BookEvent.BootProblem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Slots that are kept ready ahead of demand, and runners that are not let go too soon. */
class BooksSpareTest {
    private static final Duration IDLE = Duration.ofSeconds(30);

    private static PoolBuilder pool() {
        return Pool.named("p").max(4).maxConcurrency(2).idleShutdownAfter(IDLE);
    }

    private static Script open(PoolBuilder builder) {
        var script = new Script(builder);
        script.tell(new BookEvent.Tick());
        return script;
    }

    @Test
    @DisplayName("P-14: the spare is booted when the pool is open, which does not wait for it")
    void theSpareIsBootedWhenThePoolIsOpen() {
        var script = new Script(pool().warmSpare(3));
        assertEquals(
                List.of(new BookEffect.Opened(), new Boot("p-1"), new Boot("p-2")), script.tell(new BookEvent.Tick()));
    }

    @Test
    @DisplayName("P-14: a call takes a spare slot at once, and another one is prepared")
    void aCallTakesASpareSlot() {
        Script script = open(pool().warmSpare(2));
        script.greets("p-1");
        assertEquals(List.of(new Dispatch(1, "p-1"), new Boot("p-2")), script.arrives(1));
        assertEquals(List.of(new Dispatch(2, "p-1")), script.arrives(2));
        script.greets("p-2");
        assertEquals(List.of(new Dispatch(3, "p-2"), new Boot("p-3")), script.arrives(3));
    }

    @Test
    @DisplayName("P-14: max bounds the spare, too")
    void maxBoundsTheSpare() {
        Script script = open(pool().max(2).warmSpare(100));
        assertEquals(2, script.stats().booting());
        script.greets("p-1");
        script.greets("p-2");
        assertEquals(List.of(), script.passes(Duration.ofHours(1)));
    }

    @Test
    @DisplayName("P-14: idle runners go as long as the spare is left, and not one more")
    void idleRunnersGoAsLongAsTheSpareIsLeft() {
        Script script = open(pool().warmSpare(1));
        script.greets("p-1");
        for (long call = 1; call <= 4; call++) {
            script.arrives(call);
        }
        script.greets("p-2");
        script.greets("p-3");
        for (long call = 1; call <= 4; call++) {
            script.finishes(call, call <= 2 ? "p-1" : "p-2");
            script.finishes(call, "p-3");
        }
        List<BookEffect> asked = script.passes(IDLE);
        assertEquals(2, asked.size(), asked::toString);
        assertTrue(asked.stream().allMatch(AskRetire.class::isInstance), asked::toString);
        asked.forEach(effect -> script.leaves(((AskRetire) effect).runner()));
        assertEquals(List.of(), script.passes(Duration.ofHours(1)));
        assertEquals(1, script.stats().ready());
    }

    @Test
    @DisplayName("P-14: a spare that dies or does not come up is replaced")
    void aSpareThatDiesIsReplaced() {
        Script script = open(pool().warmSpare(1));
        script.greets("p-1");
        assertEquals(boots("p-2"), script.dies("p-1"));
        script.tell(new BootProblem("p-2", new BootFailed("no room", false, null)));
        assertEquals(boots("p-3"), script.passes(Duration.ofSeconds(1)));
    }

    @Test
    @DisplayName("P-27: an idle runner whose absence a load that comes and goes would feel stays")
    void noFlappingUnderALoadThatComesAndGoes() {
        Script script = open(pool().warmSpare(1));
        script.greets("p-1");
        script.arrives(1); // p-1
        script.arrives(2); // p-1 is full: p-2 boots
        script.greets("p-2");
        for (long call = 3; call < 40; call++) {
            // p-2 is idle all the time; every twenty seconds p-1 has a free slot, for five seconds.
            List<BookEffect> wanted = new ArrayList<>(script.finishes(call - 1, "p-1"));
            wanted.addAll(script.passes(Duration.ofSeconds(5)));
            wanted.addAll(script.arrives(call, new Wish.On("p-1")));
            wanted.addAll(script.passes(Duration.ofSeconds(20)));
            assertEquals(List.of(new Dispatch(call, "p-1")), wanted);
        }
        script.finishes(39, "p-1");
        assertEquals(List.of(), script.passes(IDLE.minusMillis(1)));
        assertEquals(List.of(new AskRetire("p-2", true)), script.passes(Duration.ofMillis(1)));
    }

    @Test
    @DisplayName("P-27: a runner that is used within every idle time never goes")
    void aRunnerThatIsUsedNeverGoes() {
        Script script = open(pool());
        script.arrives(1);
        script.greets("p-1");
        for (long call = 2; call < 50; call++) {
            script.finishes(call - 1, "p-1");
            assertEquals(List.of(), script.passes(IDLE.minusMillis(1)));
            assertEquals(List.of(new Dispatch(call, "p-1")), script.arrives(call));
        }
    }

    @Test
    @DisplayName("P-27: the least of a window, against all samples of it")
    void theLeastOfAWindow() {
        var random = new java.util.Random(1);
        var slack = new Slack(100);
        List<long[]> samples = new ArrayList<>();
        long start = Long.MAX_VALUE - 10_000; // the clock wraps
        for (int step = 0; step < 20_000; step++) {
            long now = start + step * 7L;
            if (random.nextInt(3) > 0) {
                long level = random.nextInt(6);
                samples.add(new long[] {now, level});
                slack.note(level, now);
            }
            assertEquals(least(samples, now), slack.least(now), "at step " + step);
        }
    }

    /** What held at the beginning of the window, and all since. */
    private static long least(List<long[]> samples, long now) {
        long least = Long.MAX_VALUE;
        for (int i = samples.size() - 1; i >= 0; i--) {
            least = Math.min(least, samples.get(i)[1]);
            if (now - samples.get(i)[0] >= 100) {
                return least;
            }
        }
        return 0; // it is not known for so long
    }
}
