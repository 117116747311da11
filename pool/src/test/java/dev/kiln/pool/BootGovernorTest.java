package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P-24: the governor of boots")
class BootGovernorTest {
    private static final long START = Long.MAX_VALUE - 1000; // the clock wraps soon

    private final BootGovernor boots = new BootGovernor(new Random(1));
    private final BootFailed transientProblem = new BootFailed("no room", false, null);
    private final BootFailed permanentProblem = new BootFailed("no such image", true, null);

    private Duration pauseAt(long now) {
        return Duration.ofNanos(boots.notBeforeNanos() - now);
    }

    @Test
    void allowsBootsUntilOneFails() {
        assertTrue(boots.mayBoot(START));
        assertNull(boots.last());
        assertNull(boots.hopeless(START));
    }

    @Test
    void pausesEverLongerUpToHalfAMinuteWithJitter() {
        long now = START;
        Duration least = Duration.ofMillis(125);
        Duration most = Duration.ofMillis(250);
        for (int failure = 0; failure < 20; failure++) {
            boots.failed(transientProblem, now);
            assertFalse(boots.mayBoot(now));
            assertTrue(pauseAt(now).compareTo(least) >= 0 && pauseAt(now).compareTo(most) <= 0, pauseAt(now)::toString);
            now = boots.notBeforeNanos();
            assertTrue(boots.mayBoot(now));
            most = most.multipliedBy(2).compareTo(Duration.ofSeconds(30)) < 0
                    ? most.multipliedBy(2)
                    : Duration.ofSeconds(30);
            least = most.dividedBy(2);
        }
    }

    @Test
    void refillsMinAfterASecondAtTheEarliest() {
        boots.failed(transientProblem, START);
        assertEquals(START + Duration.ofSeconds(1).toNanos(), boots.refillNotBeforeNanos());
        assertTrue(boots.mayBoot(START + Duration.ofMillis(500).toNanos()));
        assertFalse(boots.mayRefill(START + Duration.ofMillis(500).toNanos()));
        assertFalse(boots.mustProbe());
    }

    @Test
    void countsFailuresDuringAPauseAsOne() {
        boots.failed(transientProblem, START);
        long notBefore = boots.notBeforeNanos();
        for (int i = 0; i < 50; i++) {
            boots.failed(new BootFailed("no room either", false, null), START + i);
        }
        assertEquals(notBefore, boots.notBeforeNanos());
        boots.failed(transientProblem, notBefore);
        assertTrue(pauseAt(notBefore).compareTo(Duration.ofMillis(500)) <= 0, pauseAt(notBefore)::toString);
    }

    @Test
    void forgetsFailuresWhenABootSucceeds() {
        boots.failed(transientProblem, START);
        assertSame(transientProblem, boots.last());
        boots.succeeded();
        assertNull(boots.last());
        assertTrue(boots.mayBoot(START));
        boots.failed(transientProblem, START);
        assertTrue(pauseAt(START).compareTo(Duration.ofMillis(250)) <= 0);
    }

    @Test
    void givesUpHopeForAWhileAfterAPermanentProblem() {
        boots.failed(permanentProblem, START);
        assertSame(permanentProblem, boots.hopeless(START));
        assertEquals(Duration.ofSeconds(30), pauseAt(START));
        assertTrue(boots.mustProbe());
        assertNull(boots.hopeless(boots.notBeforeNanos()));
        assertSame(permanentProblem, boots.last());
    }

    @Test
    void doesNotLetATransientProblemHideAPermanentOne() {
        boots.failed(permanentProblem, START);
        boots.failed(transientProblem, START + 1);
        assertSame(permanentProblem, boots.hopeless(START + 1));
    }

    @Test
    void letsAPermanentProblemReplaceATransientOneAtOnce() {
        boots.failed(transientProblem, START);
        boots.failed(permanentProblem, START + 1);
        assertSame(permanentProblem, boots.hopeless(START + 1));
    }
}
