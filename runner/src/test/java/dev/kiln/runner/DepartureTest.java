package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DepartureTest {
    private final Departure departure = new Departure();
    private boolean idle;

    @Test
    void nobodyLeavesUnasked() {
        assertNull(departure.due(Long.MAX_VALUE));
    }

    @Test
    @DisplayName("P-10: it leaves once it is idle")
    void itLeavesOnceItIsIdle() {
        departure.begin(100, "told to", () -> idle);
        assertNull(departure.due(50));
        idle = true;
        assertEquals("told to", departure.due(50));
    }

    @Test
    @DisplayName("P-10: it leaves at the latest when its time is over, whatever it does")
    void itLeavesAtTheLatestWhenItsTimeIsOver() {
        departure.begin(100, "told to", () -> false);
        assertNull(departure.due(99));
        assertEquals("told to", departure.due(100));
    }

    @Test
    void theTimeMayBeShortenedButTheFirstReasonStands() {
        departure.begin(100, "told to", () -> false);
        departure.begin(40, "the link closed", () -> false);
        assertNull(departure.due(39));
        assertEquals("told to", departure.due(40));
    }

    @Test
    void theTimeIsNeverExtended() {
        departure.begin(100, "told to", () -> false);
        departure.begin(200, "the link closed", () -> false);
        assertEquals("told to", departure.due(100));
    }

    @Test
    @DisplayName("R-03: who waits for last words that nobody can hear any more leaves when its work is over")
    void oneReasonToBeIdleIsEnough() {
        departure.begin(100, "told to", () -> false);
        departure.begin(200, "the caller is lost", () -> idle);
        assertNull(departure.due(50));
        idle = true;
        assertEquals("told to", departure.due(50));
    }

    @Test
    void aClockThatWrapsChangesNothing() {
        long now = Long.MAX_VALUE - 10;
        departure.begin(now + 100, "told to", () -> false);
        assertNull(departure.due(now));
        assertNull(departure.due(now + 99));
        assertEquals("told to", departure.due(now + 100));
    }
}
