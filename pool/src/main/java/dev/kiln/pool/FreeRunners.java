package dev.kiln.pool;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The runners with a free slot, in the order in which they get calls. Only the {@link Crew} touches it. */
final class FreeRunners {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());

    private final String pool;
    private final Map<Long, RunnerLoad> loads = new HashMap<>();
    private NavigableSet<RunnerLoad> order;
    private boolean fallenBack;

    FreeRunners(String pool, Dispatch policy) {
        this.pool = pool;
        this.order = ordered(policy);
    }

    private static NavigableSet<RunnerLoad> ordered(Comparator<RunnerLoad> policy) {
        return new TreeSet<>(policy.thenComparingLong(RunnerLoad::number));
    }

    /** The runner's load has changed; it may have no free slot any more. */
    void put(CrewMember member) {
        remove(member);
        if (member.freeSlots() == 0) {
            return;
        }
        RunnerLoad load = member.load();
        loads.put(load.number(), load);
        try {
            if (order.add(load)) {
                return;
            }
            fallBack("it calls two runners the same", null);
        } catch (RuntimeException | Error e) {
            fallBack("it failed", e);
        }
    }

    void remove(CrewMember member) {
        RunnerLoad load = loads.remove(member.number());
        if (load == null) {
            return;
        }
        try {
            // What was put in under an order that contradicts itself is not found again.
            if (!order.remove(load)) {
                fallBack("its answers contradict each other", null);
            }
        } catch (RuntimeException | Error e) {
            fallBack("it failed", e);
        }
    }

    private void fallBack(String why, @Nullable Throwable failure) {
        if (fallenBack) {
            throw new IllegalStateException("the order of the runners is broken", failure);
        }
        fallenBack = true;
        LOG.log(
                System.Logger.Level.ERROR,
                "pool " + pool + ": its dispatch policy makes no sense (" + why + "); the default one takes over",
                failure);
        order = ordered(Dispatch.leastLoaded());
        order.addAll(loads.values());
    }

    /** The id of the one that is first; null if none has a free slot. */
    @Nullable
    String first() {
        return order.isEmpty() ? null : order.first().runner();
    }
}
