package dev.kiln.runner;

import dev.kiln.frame.MemoryBudget;
import dev.kiln.frame.MemoryLimits;
import dev.kiln.gc.Collect;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message.Gc;
import dev.kiln.runner.wire.RunnerSettings;
import java.util.Set;

/** Watches over a runner's memory for frames: from time to time something is done about it, and the holders are asked to help. */
final class MemoryWatch {
    private static final System.Logger LOG = System.getLogger(MemoryWatch.class.getName());

    private final RunnerSettings settings;
    private final Link link;
    private final MemoryBudget budget;

    /** @param ownProcess whether the runner has a process of its own */
    MemoryWatch(RunnerSettings settings, Link link, boolean ownProcess) {
        this.settings = settings;
        this.link = link;
        this.budget = opened(settings.memory(), ownProcess);
    }

    private static MemoryBudget opened(MemoryLimits limits, boolean ownProcess) {
        try {
            return MemoryBudget.open(limits, ownProcess);
        } catch (IllegalArgumentException e) { // another machine than that where the option was checked
            LOG.log(System.Logger.Level.WARNING, "{0}; going on with the defaults", e.getMessage());
            return MemoryBudget.open(MemoryLimits.defaults(limits.sharers()), ownProcess);
        }
    }

    /** Whether memory is so short that no new work should come. */
    boolean isPaused() {
        return budget.isPaused();
    }

    /**
     * One look, at every tick.
     *
     * @param holders who may hold frames here
     */
    void tick(Set<ProcessRef> holders) {
        budget.tick();
        if (budget.asksHolders()) {
            holders.forEach(holder -> link.send(new Gc(holder, new Collect(settings.self()))));
        }
    }

    void close() {
        budget.close();
    }
}
