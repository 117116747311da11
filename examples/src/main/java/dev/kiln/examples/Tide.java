package dev.kiln.examples;

import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerLost;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * A load that rises and falls once: as many calls as asked for, whose rate follows a wave, each a while of waiting on a
 * runner. Outcomes are counted on threads of the calls' own.
 */
final class Tide {
    private static final double EBB = 0.9; // of the whole time: then it is over, and the pool has time to shrink
    private static final long SEED = 2001;
    private static final double LEAST = 0.6;
    private static final double MOST = 1.4;

    private final Pool pool;
    private final int calls;
    private final double seconds;
    private final Duration work;
    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
    private final AtomicInteger returned = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicLong slowestNanos = new AtomicLong();
    private final AtomicLong lastLossNanos = new AtomicLong();
    private final Map<String, Integer> byRunner = new ConcurrentHashMap<>();
    private int made;

    /**
     * @param length of the whole demonstration
     * @param work how long a call takes on its runner, in the mean
     */
    Tide(Pool pool, int calls, Duration length, Duration work) {
        this.pool = pool;
        this.calls = calls;
        this.seconds = length.toMillis() / 1000.0 * EBB;
        this.work = work;
    }

    /** Makes the calls that are due by now. */
    void flow(Duration now) {
        int due = dueBy(now.toMillis() / 1000.0);
        for (; made < due; made++) {
            make();
        }
    }

    /** The integral of a squared sine, which begins and ends gently. */
    private int dueBy(double now) {
        if (now >= seconds) {
            return calls;
        }
        double turn = now / seconds;
        return (int) (calls * (turn - Math.sin(2 * Math.PI * turn) / (2 * Math.PI)));
    }

    private void make() {
        long millis = Math.round(work.toMillis() * random.nextDouble(LEAST, MOST));
        long start = System.nanoTime();
        Call<Long> call = pool.submit(() -> {
            Thread.sleep(millis);
            return millis;
        });
        var _ = call.whenComplete((value, failure) -> settle(call, failure, start));
    }

    private void settle(Call<Long> call, @Nullable Throwable failure, long start) {
        long now = System.nanoTime();
        slowestNanos.accumulateAndGet(now - start, Math::max);
        if (failure == null) {
            call.runner().ifPresent(runner -> byRunner.merge(runner, 1, Integer::sum));
            returned.incrementAndGet();
        } else if (failure instanceof RunnerLost) {
            lastLossNanos.accumulateAndGet(now, Math::max);
            lost.incrementAndGet();
        } else {
            failed.incrementAndGet();
        }
    }

    /** Whether all calls were made and have an outcome. */
    boolean isOver() {
        return made == calls && settled() == calls;
    }

    int made() {
        return made;
    }

    int settled() {
        return returned.get() + lost.get() + failed.get();
    }

    int returned() {
        return returned.get();
    }

    /** Calls whose runner ended under them. */
    int lost() {
        return lost.get();
    }

    /** Calls that failed in any other way. */
    int failed() {
        return failed.get();
    }

    /** How many calls this runner has returned. */
    int returnedBy(String runner) {
        return byRunner.getOrDefault(runner, 0);
    }

    Duration slowest() {
        return Duration.ofNanos(slowestNanos.get());
    }

    /** When the last caller learned that its runner was lost, by {@link System#nanoTime}. */
    long lastLossNanos() {
        return lastLossNanos.get();
    }
}
