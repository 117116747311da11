package dev.kiln.examples;

import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolStats;
import dev.kiln.pool.RunnerInfo;
import dev.kiln.pool.RunnerState;
import java.time.Duration;
import java.util.List;

/**
 * What there is to see of a pool at one moment.
 *
 * @param at since the demonstration began
 */
record Moment(Duration at, PoolStats stats, List<RunnerInfo> runners) {

    static Moment of(Pool pool, Duration at) {
        return new Moment(at, pool.stats(), pool.runners());
    }

    List<RunnerInfo> ready() {
        return runners.stream()
                .filter(runner -> runner.state() == RunnerState.READY)
                .toList();
    }
}
