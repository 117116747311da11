package dev.kiln.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What happened in a history: line by line if it is to be shown, and how often. */
final class SimTrace {
    private final boolean kept;
    private final List<String> lines = new ArrayList<>();
    private final Map<String, Integer> seen = new TreeMap<>();

    SimTrace(boolean kept) {
        this.kept = kept;
    }

    void note(long millis, Object what) {
        saw(what.getClass().getSimpleName());
        if (kept) {
            lines.add(millis + " ms: " + what);
        }
    }

    void saw(String what) {
        seen.merge(what, 1, Integer::sum);
    }

    List<String> lines() {
        return lines;
    }

    Map<String, Integer> seen() {
        return seen;
    }
}
