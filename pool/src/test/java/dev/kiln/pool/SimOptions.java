package dev.kiln.pool;

import java.time.Duration;
import java.util.Random;

/** What sort of pool a history is about. */
final class SimOptions {
    private SimOptions() {}

    /** @param demandDriven whether the default policy scales it */
    static PoolOptions some(Random random, boolean demandDriven) {
        int min = Math.max(0, random.nextInt(6) - 2);
        boolean singleUse = random.nextInt(4) == 0;
        var builder = Pool.named("sim")
                .min(min)
                .max(Math.max(1, min + random.nextInt(4)))
                .maxConcurrency(random.nextInt(1, 4))
                .singleUse(singleUse)
                .strictSlots(!singleUse && random.nextInt(4) == 0)
                .maxQueue(random.nextBoolean() ? random.nextInt(1, 8) : 1000)
                .bootTimeout(Duration.ofMillis(random.nextInt(500, 6000)))
                .shutdownTimeout(Duration.ofMillis(random.nextInt(5000)))
                .idleShutdownAfter(Duration.ofMillis(random.nextInt(1, 6000)));
        builder.warmSpare(random.nextInt(3) == 0 ? random.nextInt(1, 6) : 0);
        builder.dispatch(dispatch(random.nextInt(200)));
        if (!demandDriven) { // one after the other
            builder.scaling(demand ->
                    demand.booting() > 0 ? 0 : Math.min(1, Scaling.onDemand().boots(demand)));
        }
        if (random.nextInt(3) == 0) {
            builder.minIdleShutdownAfter(Duration.ofMillis(random.nextInt(1, 6000)));
        }
        return builder.options();
    }

    private static Dispatch dispatch(int which) {
        if (which == 0) {
            return (_, _) -> 1; // makes no sense
        }
        if (which < 20) {
            return (a, b) -> Long.compare(b.number(), a.number());
        }
        return which < 80 ? Dispatch.pack() : Dispatch.leastLoaded();
    }
}
