package dev.kiln.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Runs histories of the simulator. {@code -Dkiln.sim.histories=1000000} runs more of them, {@code -Dkiln.sim.seed=n}
 * the one with that seed, or, together with the former, those from that seed on.
 */
class SimulationTest {
    private static final int HISTORIES = 10_000;
    private static final int LAST_LINES = 60;

    @Test
    @DisplayName("G-09: in no history is something freed that can still be named, and nothing leaks")
    void histories() {
        boolean one = System.getProperty("kiln.sim.seed") != null;
        long first = Long.getLong("kiln.sim.seed", 1);
        int histories = Integer.getInteger("kiln.sim.histories", one ? 1 : HISTORIES);
        Map<String, Integer> seen = new TreeMap<>();
        for (long seed = first; seed < first + histories; seed++) {
            run(seed).forEach((what, times) -> seen.merge(what, times, Integer::sum));
        }
        System.out.println("simulated " + histories + " histories: " + seen);
        if (histories >= 1000) {
            for (String what : List.of(
                    "third-party send",
                    "duplicate",
                    "update DUPLICATE",
                    "tombstone",
                    "refused",
                    "closed at once",
                    "link broken",
                    "crash",
                    "lease lapsed",
                    "fenced",
                    "update FENCED")) {
                assertTrue(seen.containsKey(what), () -> "the histories never show: " + what + ", only " + seen);
            }
        }
    }

    @Test
    @DisplayName("G-09: a seed decides its history completely")
    void isDeterministic() {
        Simulation once = new Simulation(42, true);
        Simulation again = new Simulation(42, true);
        assertEquals(once.run(), again.run());
        assertEquals(once.net.trace(), again.net.trace());
    }

    private static Map<String, Integer> run(long seed) {
        try {
            return new Simulation(seed, false).run();
        } catch (AssertionError | RuntimeException failure) {
            return fail(
                    "reproduce with -Dkiln.sim.seed=" + seed + "\n" + lastLines(seed) + failure.getMessage(), failure);
        }
    }

    private static String lastLines(long seed) {
        Simulation traced = new Simulation(seed, true);
        try {
            traced.run();
        } catch (AssertionError | RuntimeException again) {
            String[] lines = traced.net.trace().split("\n");
            int from = Math.max(0, lines.length - LAST_LINES);
            return String.join("\n", List.of(lines).subList(from, lines.length)) + "\n";
        }
        return "(it did not fail again: the simulator is not deterministic)\n";
    }
}
