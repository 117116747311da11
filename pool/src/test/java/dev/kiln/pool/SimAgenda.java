package dev.kiln.pool;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** What is to happen when; of several things at one time the one that was planned first. */
final class SimAgenda {
    private final PriorityQueue<Timed> agenda =
            new PriorityQueue<>((a, b) -> a.at == b.at ? Long.compare(a.order, b.order) : Long.signum(a.at - b.at));
    private long order;

    /** Something to happen at a time. */
    record Timed(long at, long order, Runnable action) {}

    void add(long at, Runnable action) {
        agenda.add(new Timed(at, order++, action));
    }

    @Nullable
    Timed first() {
        return agenda.peek();
    }

    void removeFirst() {
        agenda.remove();
    }
}
