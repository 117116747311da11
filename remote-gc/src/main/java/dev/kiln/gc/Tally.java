package dev.kiln.gc;

import java.util.HashMap;
import java.util.Map;

/** How many holds each resource has: an index over the books of its holders, which are the truth. */
final class Tally {
    private final Map<Long, Integer> holds = new HashMap<>();

    void add(Long resource) {
        holds.merge(resource, 1, Integer::sum);
    }

    /** Makes the resource known, held or not. */
    void note(Long resource) {
        holds.putIfAbsent(resource, 0);
    }

    /** One hold less; true, and forgotten, if it was the last. */
    boolean drop(Long resource) {
        return holds.computeIfPresent(resource, (key, count) -> count > 1 ? count - 1 : null) == null;
    }

    /** Forgets a resource that is known without being held; true if it was. */
    boolean forgetUnheld(Long resource) {
        return holds.remove(resource, 0);
    }

    boolean knows(Long resource) {
        return holds.containsKey(resource);
    }

    /** Whether it counts exactly this. */
    boolean matches(Map<Long, Integer> counted) {
        Map<Long, Integer> unheldLeftOut = new HashMap<>(holds);
        unheldLeftOut.values().removeIf(count -> count == 0);
        return unheldLeftOut.equals(counted);
    }

    int size() {
        return holds.size();
    }
}
