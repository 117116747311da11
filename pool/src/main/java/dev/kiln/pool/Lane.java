package dev.kiln.pool;

import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Calls that wait for the same: any runner, a certain one, or that of their key. In the order of their ranks. */
final class Lane {
    private final TreeSet<Rank> calls = new TreeSet<>();
    private final int atOnce;
    private @Nullable String runner;

    /**
     * @param runner which one they wait for; null for any
     * @param atOnce how many of them can run at once
     */
    Lane(@Nullable String runner, int atOnce) {
        this.runner = runner;
        this.atOnce = atOnce;
    }

    @Nullable
    String runner() {
        return runner;
    }

    /** Only for {@link Lanes}, which keeps it in order under its runner. */
    void runner(@Nullable String other) {
        runner = other;
    }

    /** How many slots of runners yet to come its calls could use. */
    int demand() {
        return runner == null ? Math.min(calls.size(), atOnce) : 0;
    }

    Rank first() {
        return calls.first();
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    boolean add(Rank call) {
        return calls.add(call);
    }

    boolean remove(Rank call) {
        return calls.remove(call);
    }

    List<Long> all() {
        return calls.stream().map(Rank::call).toList();
    }
}
