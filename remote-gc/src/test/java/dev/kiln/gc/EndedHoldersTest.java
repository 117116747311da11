package dev.kiln.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.Applied.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How holders end, by silence, evidence or another life, and what becomes of what they held. */
class EndedHoldersTest extends HoldingsFixture {
    @Test
    @DisplayName("G-05: a holder silent for longer than its lease loses its holds and those on their way to it")
    void leaseRunsOut() {
        heldByA();
        holdings.placed(8, A, 2, 0);
        assertEquals(NONE, holdings.expire(1000));
        assertEquals(Set.of(7L, 8L), Set.copyOf(holdings.expire(1001)));
        assertTrue(holdings.isFenced(A));
    }

    @Test
    @DisplayName("G-05: a heartbeat or an Update starts the lease anew")
    void signsOfLife() {
        heldByA();
        holdings.heard(A, 900);
        assertEquals(NONE, holdings.expire(1900));
        holdings.on(new Update(A, 2, NONE, NONE, NONE), 1900);
        assertEquals(NONE, holdings.expire(2900));
        assertEquals(List.of(7L), holdings.expire(2901));
    }

    @Test
    @DisplayName("G-05: who holds nothing may be silent, and its lease starts with what is placed for it")
    void silenceWithoutHolds() {
        heldByA();
        on(A, 2, NONE, List.of(7L), NONE);
        assertEquals(NONE, holdings.expire(50_000));
        assertFalse(holdings.isFenced(A));
        holdings.placed(8, A, 2, 50_000);
        assertEquals(NONE, holdings.expire(51_000));
        assertEquals(List.of(8L), holdings.expire(51_001));
    }

    @Test
    @DisplayName("G-05: leases work on a clock that passes from the largest to the smallest number")
    void clockOverflow() {
        holdings.placed(7, A, 1, Long.MAX_VALUE - 10);
        assertEquals(NONE, holdings.expire(Long.MIN_VALUE + 900));
        assertEquals(List.of(7L), holdings.expire(Long.MIN_VALUE + 1000));
    }

    @Test
    @DisplayName("G-05: what a fenced incarnation says changes nothing and is answered so")
    void fencedIncarnation() {
        heldByA();
        holdings.expire(2000);
        holdings.placed(7, B, 2, 2000);
        Applied applied = on(A, 2, List.of(7L), NONE, NONE);
        assertEquals(Outcome.FENCED, applied.outcome());
        assertTrue(applied.reply().fenced());
        assertEquals(A, applied.reply().holder());
        assertEquals(Set.of(B), holdings.holders(7));
        holdings.heard(A, 2000);
        assertTrue(holdings.isFenced(A));
    }

    @Test
    @DisplayName("G-05: a new incarnation starts clean and ends the holds of the one before it")
    void newIncarnation() {
        heldByA();
        holdings.placed(8, A2, 9, 0);
        assertTrue(holdings.isFenced(A));
        assertEquals(Set.of(A2), holdings.holders(8));
        Applied first = on(A2, 1, List.of(8L), NONE, List.of(9L));
        assertEquals(Outcome.DONE, first.outcome());
        assertEquals(List.of(7L), holdings.expire(0));
        assertEquals(Outcome.FENCED, on(A, 2, NONE, NONE, NONE).outcome());
    }

    @Test
    @DisplayName("G-05: the first Update or heartbeat of a new incarnation frees what only the old one held")
    void newIncarnationFrees() {
        heldByA();
        assertEquals(List.of(7L), on(A2, 1, NONE, NONE, NONE).freed());
        holdings.placed(8, B, 1, 0);
        holdings.heard(new ProcessRef("b", 2), 0);
        assertEquals(List.of(8L), holdings.expire(0));
    }

    @Test
    @DisplayName("G-05: what is sent to an ended incarnation is not held by it, and freed with the next expiry")
    void placedForTheDead() {
        heldByA();
        holdings.gone(B, 0);
        holdings.placed(7, B, 2, 0);
        holdings.placed(8, B, 2, 0);
        assertTrue(holdings.isHeld(8));
        assertEquals(Set.of(A), holdings.holders(7));
        assertEquals(List.of(8L), holdings.expire(0));
        assertTrue(holdings.isHeld(7));
        assertFalse(holdings.isHeld(8));
    }

    @Test
    @DisplayName("G-06: whoever caused a resource dies before its first hold: freed")
    void diesBeforeTheFirstHold() {
        holdings.placed(7, A, 1, 0);
        assertEquals(List.of(7L), holdings.gone(A, 0));
        assertEquals(Outcome.FENCED, on(A, 1, List.of(7L), NONE, List.of(1L)).outcome());
        assertFalse(holdings.isHeld(7));
    }

    @Test
    @DisplayName("G-06: one holder dies while another holds: stays; the last one dies: freed")
    void diesWhileOthersHold() {
        heldByA();
        holdings.placed(7, B, 2, 0);
        assertEquals(NONE, holdings.gone(A, 0));
        assertEquals(Set.of(B), holdings.holders(7));
        assertEquals(List.of(7L), holdings.gone(B, 0));
    }

    @Test
    @DisplayName("G-06: a late report of a former life's death does not harm the present one")
    void lateReportOfDeath() {
        heldByA();
        holdings.placed(8, A2, 2, 0);
        assertEquals(List.of(7L), holdings.expire(0));
        assertEquals(NONE, holdings.gone(A, 0));
        assertEquals(Set.of(A2), holdings.holders(8));
        assertFalse(holdings.isFenced(A2));
    }

    @Test
    @DisplayName("G-03: with an estate, what the dead had lent lives until the receiver's hold can have arrived")
    void estate() {
        Holdings owner = new Holdings(OWNER, LEASE, LEASE);
        owner.placed(7, A, 1, 0);
        owner.placed(8, A, 1, 0);
        owner.on(new Update(A, 1, NONE, NONE, List.of(1L), List.of(7L, 8L)), 100);
        assertEquals(NONE, owner.gone(A, 100));
        assertEquals(Set.of(A), owner.holders(7));
        Applied passedOn = owner.on(new Update(B, 1, List.of(7L), NONE, NONE), 500);
        assertEquals(NONE, passedOn.missing());
        assertEquals(NONE, owner.expire(1099));
        assertEquals(List.of(8L), owner.expire(1100));
        assertEquals(Set.of(B), owner.holders(7));
        assertTrue(owner.isConsistent());
    }

    @Test
    @DisplayName("G-03, G-06: what the dead alone held and had not lent, or not any more, is freed at once")
    void onlyWhatIsLentLingers() {
        Holdings owner = new Holdings(OWNER, LEASE, LEASE);
        for (long number = 6; number <= 9; number++) {
            owner.placed(number, A, 1, 0);
        }
        owner.placed(10, A, 2, 0); // on its way to A still
        owner.on(new Update(A, 1, List.of(6L), NONE, List.of(1L), List.of(7L, 8L, 9L)), 0);
        owner.on(new Update(A, 3, NONE, List.of(9L), NONE), 0);
        owner.on(new Update(A, 2, List.of(8L), NONE, NONE, List.of(9L)), 0);
        assertEquals(Set.of(6L, 8L, 10L), Set.copyOf(owner.gone(A, 0)));
        assertEquals(Set.of(A), owner.holders(7));
        assertEquals(List.of(7L), owner.expire(1000));
        assertTrue(owner.isConsistent());
    }

    @Test
    @DisplayName("G-03: an estate begins when the end is known, also if nothing was heard for long before")
    void estateBeginsNow() {
        Holdings owner = new Holdings(OWNER, LEASE, LEASE);
        owner.placed(7, A, 1, 0);
        owner.on(new Update(A, 1, NONE, NONE, List.of(1L), List.of(7L)), 0);
        assertEquals(NONE, owner.gone(A, 900));
        assertEquals(NONE, owner.expire(1899));
        assertEquals(List.of(7L), owner.expire(1900));
    }

    @Test
    @DisplayName("G-05: a lease of no time and an estate of less are refused")
    void refusesBadDurations() {
        assertThrows(IllegalArgumentException.class, () -> new Holdings(OWNER, Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> new Holdings(OWNER, LEASE, Duration.ofNanos(-1)));
    }

    @Test
    @DisplayName("G-06: over a long life of the owner the fences of the oldest names are given up")
    void fencesAreBounded() {
        for (int i = 0; i <= 65_536; i++) {
            holdings.gone(new ProcessRef("runner-" + i, 1), 0);
        }
        assertFalse(holdings.isFenced(new ProcessRef("runner-0", 1)));
        assertTrue(holdings.isFenced(new ProcessRef("runner-1", 1)));
    }
}
