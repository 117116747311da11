package dev.kiln.pool;

import java.util.HashSet;
import java.util.Set;

/** A runner of the simulation: what really happens, of which the books hear late, twice or never. */
final class SimRunner {
    final String id;
    final Set<Long> running = new HashSet<>();
    final Set<Long> overdue = new HashSet<>();
    int residents;
    boolean up;
    boolean leaving;
    boolean hangs;
    boolean dead;
    long lastWordNanos;
    int sent;

    SimRunner(String id, long now) {
        this.id = id;
        this.lastWordNanos = now;
    }

    boolean idle() {
        return running.isEmpty() && overdue.isEmpty();
    }
}
