package dev.kiln.pool;

import java.util.HashSet;
import java.util.Set;

/** What the simulation knows of the calls at one runner. */
final class SimSlots {
    final Set<Long> calls = new HashSet<>();
    final Set<Long> inside = new HashSet<>();
    final Set<Long> lent = new HashSet<>();
    final Set<Long> kept = new HashSet<>();

    void remove(long call) {
        calls.remove(call);
        inside.remove(call);
        lent.remove(call);
    }

    int busy() {
        return calls.size() - lent.size() + kept.size();
    }
}
