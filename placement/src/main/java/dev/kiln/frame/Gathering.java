package dev.kiln.frame;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Function;

/**
 * Brings what a plan needs of other parties here, each part as small as its owner can make it (see {@link Moves}). One
 * thread; blocks.
 */
final class Gathering implements AutoCloseable {
    private final IdentityHashMap<Plan, Table> fetched = new IdentityHashMap<>();
    private final IdentityHashMap<Leaf, Table> whole = new IdentityHashMap<>();

    private Gathering() {}

    /** Runs an operation on the same plan with all data in this process. */
    static <T> T run(Plan plan, Function<Plan, T> operation) {
        if (plan.leaves().stream().noneMatch(RemoteTable.class::isInstance)) {
            return operation.apply(plan);
        }
        try (Gathering gathering = new Gathering()) {
            return operation.apply(gathering.here(plan));
        }
    }

    private Plan here(Plan plan) {
        if (plan instanceof Plan.Source(Leaf leaf)) {
            return leaf instanceof RemoteTable remote
                    ? new Plan.Source(whole.computeIfAbsent(remote, key -> collected(remote, plan)))
                    : plan;
        }
        return Moves.moved(plan)
                .<Plan>map(remote -> new Plan.Source(fetched.computeIfAbsent(plan, key -> collected(remote, plan))))
                .orElseGet(() -> plan.with(inputs(plan)));
    }

    private List<Plan> inputs(Plan plan) {
        List<Plan> inputs = new ArrayList<>();
        plan.inputs().forEach(input -> inputs.add(here(input)));
        return inputs;
    }

    private static Table collected(RemoteTable remote, Plan plan) {
        return remote.space().client().collect(plan);
    }

    @Override
    public void close() {
        fetched.values().forEach(Table::release);
        whole.values().forEach(Table::release);
    }
}
