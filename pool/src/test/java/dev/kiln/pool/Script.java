package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.BookEffect.Boot;
import dev.kiln.pool.BookEvent.Arrived;
import dev.kiln.pool.BookEvent.Greeted;
import dev.kiln.pool.BookEvent.RetireAnswered;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Books with a clock of their own, told what happens line by line; the clock ticks when the books want it to. */
final class Script {
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int MANY_TICKS = 10_000;

    private final Books books;
    private final List<BookEffect> news = new ArrayList<>();
    private long now = Long.MAX_VALUE - Duration.ofSeconds(3).toNanos(); // it wraps soon

    Script(PoolBuilder builder) {
        books = new Books(builder.options(), new Random(1), now);
    }

    /** A pool without min runners that is open, or one whose first runners boot. */
    static Script of(PoolBuilder builder) {
        var script = new Script(builder);
        script.tell(new BookEvent.Tick());
        return script;
    }

    /** What is to be done about it; what the listener is told is {@link #news}. */
    List<BookEffect> tell(BookEvent event) {
        List<BookEffect> effects = new ArrayList<>(books.on(event, now));
        List<BookEffect> forTheListener =
                effects.stream().filter(Script::isNews).toList();
        effects.removeAll(forTheListener);
        news.addAll(forTheListener);
        return List.copyOf(effects);
    }

    private static boolean isNews(BookEffect effect) {
        return effect instanceof BookEffect.GrowStart
                || effect instanceof BookEffect.GrowEnd
                || effect instanceof BookEffect.Shrink;
    }

    /** What the listener was told since this was asked last. */
    List<BookEffect> news() {
        List<BookEffect> all = List.copyOf(news);
        news.clear();
        return all;
    }

    /** A call arrives that waits for {@link #PATIENCE} and cares where it runs. */
    List<BookEffect> arrives(long call, Wish wish) {
        return tell(new Arrived(call, in(PATIENCE), wish));
    }

    /** A call arrives that waits for {@link #PATIENCE}. */
    List<BookEffect> arrives(long call) {
        return tell(new Arrived(call, in(PATIENCE)));
    }

    List<BookEffect> greets(String runner) {
        return tell(new Greeted(runner));
    }

    List<BookEffect> finishes(long call, String runner) {
        return tell(new BookEvent.Finished(call, runner, false, false));
    }

    List<BookEffect> dies(String runner) {
        return tell(new BookEvent.Died(runner, "exit code 1"));
    }

    List<BookEffect> answers(String runner, boolean goes) {
        return tell(new RetireAnswered(runner, goes));
    }

    List<BookEffect> reports(String runner, long residents) {
        return tell(new BookEvent.Reported(runner, residents));
    }

    List<BookEffect> closes() {
        return tell(new BookEvent.Closing());
    }

    /** The runner goes as it should: it was asked, agrees and ends. */
    List<BookEffect> leaves(String runner) {
        List<BookEffect> effects = new ArrayList<>(answers(runner, true));
        effects.addAll(dies(runner));
        return effects;
    }

    /** That much time passes; all that the books want done meanwhile. */
    List<BookEffect> passes(Duration time) {
        List<BookEffect> effects = new ArrayList<>();
        long end = in(time);
        int ticks = 0;
        while (books.nextTickNanos() - end <= 0) {
            now = books.nextTickNanos() - now > 0 ? books.nextTickNanos() : now;
            effects.addAll(tell(new BookEvent.Tick()));
            assertTrue(++ticks < MANY_TICKS, "the books want to be asked all the time");
        }
        now = end;
        return effects;
    }

    /** How long until the books want something done. */
    Duration untilSomethingIsWanted() {
        long start = now;
        for (int ticks = 0; ticks < MANY_TICKS; ticks++) {
            now = books.nextTickNanos() - now > 0 ? books.nextTickNanos() : now;
            if (!tell(new BookEvent.Tick()).isEmpty()) {
                return Duration.ofNanos(now - start);
            }
        }
        throw new AssertionError("nothing is ever wanted");
    }

    long in(Duration time) {
        return now + time.toNanos();
    }

    PoolStats stats() {
        return books.stats(now, 0, 0);
    }

    RunnerState stateOf(String runner) {
        CrewMember member = books.crew().find(runner);
        return member == null ? RunnerState.GONE : member.state();
    }

    static List<BookEffect> boots(String... runners) {
        return List.of(runners).stream().<BookEffect>map(Boot::new).toList();
    }
}
