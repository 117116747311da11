package dev.kiln.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs histories of the simulator. {@code -Dkiln.sim.histories=1000000} runs more of them, {@code -Dkiln.sim.seed=n} the one
 * with that seed, or, together with the former, those from that seed on. {@code ./kiln bench simulate} runs a million.
 */
class SimulationTest {
    private static final int HISTORIES = 10_000;

    @Test
    @DisplayName("G-09, G-03, G-11: in no history is something freed that can still be named, nothing leaks, and every"
            + " reachable pair of state and message is met")
    void histories() {
        boolean one = System.getProperty("kiln.sim.seed") != null;
        long first = Long.getLong("kiln.sim.seed", 1);
        int histories = Integer.getInteger("kiln.sim.histories", one ? 1 : HISTORIES);
        var simulator = new Simulator(Rules::new);
        for (long seed = first; seed < first + histories; seed++) {
            assertNull(simulator.run(History.of(seed)));
        }
        Coverage coverage = simulator.coverage();
        System.out.println("simulated the histories of the seeds " + first + " to " + (first + histories - 1) + "\n"
                + coverage.tables());
        assertEquals(List.of(), coverage.impossible());
        if (histories >= HISTORIES) {
            assertEquals(List.of(), coverage.missed());
        }
    }

    /** Moves in a circle (docs/adr/0007); the last as in {@link MutantsTest#renewsUnheldLeases}. */
    @ParameterizedTest
    @ValueSource(longs = {56583, 64338, 64704, 82476, 212364, 298419})
    @DisplayName("G-09, G-11, G-03: histories that once went wrong, of the first million")
    void thatOnceWentWrong(long seed) {
        assertNull(new Simulator(Rules::new).run(History.of(seed)));
    }

    @Test
    @DisplayName("G-09: a dozen processes, with a thousand actions")
    void manyParties() {
        var simulator = new Simulator(Rules::new);
        for (long seed = 1; seed <= 5; seed++) {
            assertNull(simulator.run(History.of(seed, 12, 1000)));
        }
    }

    @Test
    @DisplayName("G-09: a history decides its run completely")
    void isDeterministic() {
        assertEquals(run(42), run(42));
    }

    private static String run(long seed) {
        History history = History.of(seed);
        var diagram = Diagram.of(history.parties());
        new World(history, Rules::new, new Coverage(), diagram).run();
        return diagram.toString();
    }
}
