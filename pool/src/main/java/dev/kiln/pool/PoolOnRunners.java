package dev.kiln.pool;

import dev.kiln.runner.spi.RunnerExtension;
import dev.kiln.runner.spi.RunnerSide;

/** Lets work on runners call into their pool. Runners find it by themselves; it is public for that alone. */
public final class PoolOnRunners implements RunnerExtension {

    /** For the service loader. */
    public PoolOnRunners() {}

    @Override
    public Session open(RunnerSide runner) {
        return new NestedDesk(runner);
    }
}
