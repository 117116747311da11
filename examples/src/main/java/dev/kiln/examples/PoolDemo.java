package dev.kiln.examples;

import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolStats;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A pool under a load that rises and falls, and the death of one of its runners: {@code ./kiln demo pool}. The exit code is 1
 * if the pool did not get over it.
 */
public final class PoolDemo {
    private static final int MAX = 4;
    private static final int SLOTS = 4;
    private static final int CALLS = 400;
    private static final int SECONDS = 20;
    private static final int LEAST_SECONDS = 4;
    private static final int MOST_SECONDS = 3600;
    private static final int WORK_SHARE = 40; // a call takes this part of the whole time
    private static final int IDLE_SHARE = 16;
    private static final double KILL_AT = 0.42;
    private static final Duration AT_ONCE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private PoolDemo() {}

    /** Runs the demonstration for so many seconds, the only argument; 20 without it. */
    public static void main(String[] arguments) {
        Duration length = length(arguments);
        Screen screen = Screen.open();
        var promises = new Promises(screen);
        screen.title("Kiln: " + CALLS + " calls come and go; 1 to " + MAX + " runners with " + SLOTS
                + " slots each; one of them is killed");
        try (Pool pool = Pool.named("tide")
                .min(1)
                .max(MAX)
                .maxConcurrency(SLOTS)
                .idleShutdownAfter(length.dividedBy(IDLE_SHARE))
                .open()) {
            var tide = new Tide(pool, CALLS, length, length.dividedBy(WORK_SHARE));
            var view = new PoolView(screen, length, MAX, SLOTS);
            var accident = new Accident(Duration.ofMillis((long) (length.toMillis() * KILL_AT)), MAX, view::happened);
            watch(pool, tide, view, accident, length);
            screen.settle();
            report(screen, pool, tide, view, accident);
            check(promises, pool, tide, accident);
        }
        promises.check(Flights.noChildIsLeft(screen), "this process has no descendants");
        screen.line("");
        screen.line(promises.summary());
        System.exit(promises.allKept() ? 0 : 1);
    }

    private static Duration length(String[] arguments) {
        int seconds = SECONDS;
        try {
            seconds = arguments.length == 0 ? SECONDS : Integer.parseInt(arguments[0]);
        } catch (NumberFormatException e) {
            seconds = 0;
        }
        if (seconds < LEAST_SECONDS || seconds > MOST_SECONDS || arguments.length > 1) {
            System.err.println("the only argument is how long to run, " + LEAST_SECONDS + " to " + MOST_SECONDS
                    + " seconds, was " + String.join(" ", arguments));
            System.exit(2);
        }
        return Duration.ofSeconds(seconds);
    }

    private static void watch(Pool pool, Tide tide, PoolView view, Accident accident, Duration length) {
        long start = System.nanoTime();
        boolean shrunk = false;
        Duration now = Duration.ZERO;
        do {
            tide.flow(now);
            Moment moment = Moment.of(pool, now);
            view.show(moment, tide, accident);
            accident.look(moment, tide);
            shrunk = tide.isOver() && moment.runners().size() == 1;
            now = Duration.ofNanos(System.nanoTime() - start);
        } while (Screen.pause() && !shrunk && now.compareTo(length.plus(PATIENCE)) < 0);
    }

    private static void report(Screen screen, Pool pool, Tide tide, PoolView view, Accident accident) {
        PoolStats stats = pool.stats();
        screen.line("");
        screen.line("calls      " + tide.made() + " made, " + tide.returned() + " returned, " + tide.lost()
                + " lost with " + accident.victim() + ", " + tide.failed() + " failed");
        screen.line("waiting    at most " + view.mostWaiting() + " calls; the slowest had its value after "
                + Numbers.seconds(tide.slowest()));
        screen.line("runners    at most " + view.mostRunners() + " at once; " + stats.boots() + " boots, "
                + stats.losses() + " killed, "
                + (stats.boots() - stats.losses() - pool.runners().size())
                + " went when they were idle");
        screen.line("recovery   callers told after " + text(tide.lost() == 0 ? null : accident.toldAfter(tide))
                + ", a new runner ready after " + text(accident.replacedAfter()));
        screen.line("");
    }

    private static String text(@Nullable Duration time) {
        return time == null ? "never" : time.toMillis() + " ms";
    }

    private static void check(Promises promises, Pool pool, Tide tide, Accident accident) {
        promises.check(
                tide.lost() > 0 && accident.toldAfter(tide).compareTo(AT_ONCE) < 0,
                "the " + tide.lost() + " calls of the killed runner failed at once, as RunnerLost");
        promises.check(
                tide.returned() + tide.lost() == CALLS,
                "all " + tide.returned() + " others have their value: each call has one outcome");
        promises.check(accident.replacedAfter() != null, "a new runner took the place of the one that was killed");
        promises.check(pool.runners().size() == 1, "when the load had gone, so had all runners but min");
    }
}
