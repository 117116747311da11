package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Runs histories of the simulator. {@code -Dkiln.sim.histories=1000000} runs more of them, {@code -Dkiln.sim.seed=n} the one
 * with that seed, or, together with the former, those from that seed on.
 */
class SimulationTest {
    private static final int HISTORIES = 12_000;
    private static final int LAST_LINES = 80;

    @Test
    @DisplayName("P-29: in no history is a call lost or run twice, a slot wasted, the max passed, or the pool stuck")
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
                    "call finished",
                    "call lost",
                    "call misplaced",
                    "comes again",
                    "Lent",
                    "TakenBack",
                    "BootTrouble",
                    "call saturated",
                    "call timed out",
                    "call turned",
                    "call unbootable",
                    "call withdrawn",
                    "duplicate",
                    "late words",
                    "race lost",
                    "retires",
                    "does not retire",
                    "OpenFailed",
                    "Kill",
                    "Stop")) {
                assertTrue(seen.containsKey(what), () -> "the histories never show: " + what + ", only " + seen);
            }
        }
    }

    @Test
    void aSeedDecidesItsHistoryCompletely() {
        var once = new Simulation(42, true);
        var again = new Simulation(42, true);
        assertEquals(once.run(), again.run());
        assertEquals(once.trace(), again.trace());
    }

    private static Map<String, Integer> run(long seed) {
        try {
            return new Simulation(seed, false).run();
        } catch (AssertionError | RuntimeException failure) {
            return fail("reproduce with -Dkiln.sim.seed=" + seed + "\n" + lastLines(seed) + failure, failure);
        }
    }

    private static String lastLines(long seed) {
        var traced = new Simulation(seed, true);
        try {
            traced.run();
        } catch (AssertionError | RuntimeException again) {
            List<String> lines = traced.trace();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())) + "\n";
        }
        return "(it did not fail again: the simulator is not deterministic)\n";
    }
}
