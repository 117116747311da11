package dev.kiln.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.Applied.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HoldingsTest {
    private static final ProcessRef OWNER = new ProcessRef("owner", 1);
    private static final ProcessRef A = new ProcessRef("a", 1);
    private static final ProcessRef A2 = new ProcessRef("a", 2);
    private static final ProcessRef B = new ProcessRef("b", 1);
    private static final Duration LEASE = Duration.ofNanos(1000);
    private static final List<Long> NONE = List.of();

    private final Holdings holdings = new Holdings(OWNER, LEASE);

    private Applied on(ProcessRef holder, long sequence, List<Long> held, List<Long> released, List<Long> ended) {
        return holdings.on(new Update(holder, sequence, held, released, ended), 0);
    }

    /** A has read the message that names 7 and holds it. */
    private void heldByA() {
        holdings.placed(7, A, 1, 0);
        on(A, 1, List.of(7L), NONE, List.of(1L));
    }

    @Test
    @DisplayName("G-01: a resource lives until its last holder releases it, and is freed once")
    void freedWithTheLastHolder() {
        heldByA();
        holdings.placed(7, B, 2, 0);
        on(B, 1, List.of(7L), NONE, List.of(2L));
        assertEquals(Set.of(A, B), holdings.holders(7));
        assertEquals(NONE, on(A, 2, NONE, List.of(7L), NONE).freed());
        assertEquals(Set.of(B), holdings.holders(7));
        assertEquals(List.of(7L), on(B, 2, NONE, List.of(7L), NONE).freed());
        assertFalse(holdings.isHeld(7));
        assertEquals(0, holdings.size());
        assertEquals(Set.of(), holdings.holders(7));
    }

    @Test
    @DisplayName("G-01, R-03: who holds anything, or is about to, is known by name and incarnation")
    void whoHoldsAnything() {
        assertEquals(Set.of(), holdings.parties());
        heldByA();
        holdings.placed(8, B, 2, 0);
        assertEquals(Set.of(A, B), holdings.parties());
        on(B, 1, NONE, NONE, List.of(2L));
        assertEquals(Set.of(A), holdings.parties(), "the other one is known, and holds nothing");
        assertEquals(List.of(7L), holdings.gone(A, 0));
        assertEquals(Set.of(), holdings.parties());
    }

    @Test
    @DisplayName("G-01: a resource that is sent again after it was freed is known again")
    void placedAgainAfterFreed() {
        heldByA();
        on(A, 2, NONE, List.of(7L), NONE);
        holdings.placed(7, A, 2, 0);
        assertEquals(NONE, on(A, 3, List.of(7L), NONE, List.of(2L)).freed());
        assertTrue(holdings.isHeld(7));
    }

    @Test
    @DisplayName("G-03: a message on its way holds what it names, until it is read or refused")
    void transitHoldEnds() {
        holdings.placed(7, A, 1, 0);
        holdings.placed(8, A, 1, 0);
        assertEquals(Set.of(A), holdings.holders(7));
        assertEquals(List.of(8L), on(A, 1, List.of(7L), NONE, List.of(1L)).freed());
        holdings.placed(9, A, 2, 0);
        assertEquals(List.of(9L), on(A, 2, NONE, NONE, List.of(2L)).freed());
        assertTrue(holdings.isHeld(7));
    }

    @Test
    @DisplayName("G-03: a transfer is ended by its receiver only")
    void onlyTheReceiverEnds() {
        holdings.placed(7, A, 1, 0);
        assertEquals(NONE, on(B, 1, NONE, NONE, List.of(1L)).freed());
        assertTrue(holdings.isHeld(7));
    }

    @Test
    @DisplayName("G-03: in one Update what is held comes before what ended, so nothing is freed in between")
    void heldBeforeEnded() {
        holdings.placed(7, A, 1, 0);
        assertEquals(NONE, on(A, 1, List.of(7L), NONE, List.of(1L)).freed());
    }

    @Test
    @DisplayName("G-03: a resource named twice in one message is held until that message ends")
    void namedTwiceInOneMessage() {
        holdings.placed(7, A, 1, 0);
        holdings.placed(7, A, 1, 0);
        assertEquals(List.of(7L), on(A, 1, NONE, NONE, List.of(1L)).freed());
    }

    @Test
    @DisplayName("G-04: an Update that comes twice changes nothing and is acknowledged again")
    void duplicatesAreHarmless() {
        heldByA();
        on(A, 2, NONE, List.of(7L), NONE);
        holdings.placed(7, A, 2, 0);
        Applied again = on(A, 2, NONE, List.of(7L), List.of(2L));
        assertEquals(Outcome.DUPLICATE, again.outcome());
        assertEquals(new Acknowledged(OWNER, A, 2), again.reply());
        assertTrue(holdings.isHeld(7));
    }

    @Test
    @DisplayName("G-04: a release that arrives before its hold leaves a tombstone, and the late hold does not live")
    void releaseBeforeHold() {
        holdings.placed(7, A, 1, 0);
        holdings.placed(8, A, 2, 0);
        Applied early = on(A, 2, NONE, List.of(7L), NONE);
        assertEquals(new Acknowledged(OWNER, A, 0), early.reply());
        assertEquals(1, holdings.tombstones());
        Applied late = on(A, 1, List.of(7L), NONE, List.of(1L));
        assertEquals(List.of(7L), late.freed());
        assertEquals(new Acknowledged(OWNER, A, 2), late.reply());
        assertEquals(0, holdings.tombstones());
    }

    @Test
    @DisplayName("G-04: of three words on one resource the last said wins, in whatever order they arrive")
    void lastWordWins() {
        for (List<Integer> order : List.of(
                List.of(1, 2, 3),
                List.of(1, 3, 2),
                List.of(2, 1, 3),
                List.of(2, 3, 1),
                List.of(3, 1, 2),
                List.of(3, 2, 1))) {
            Holdings fresh = new Holdings(OWNER, LEASE);
            fresh.placed(7, A, 1, 0);
            fresh.placed(7, A, 2, 0);
            for (int sequence : order) {
                boolean hold = sequence != 2;
                List<Long> ended = sequence == 1 ? List.of(1L) : sequence == 3 ? List.of(2L) : NONE;
                Applied applied = fresh.on(
                        new Update(A, sequence, hold ? List.of(7L) : NONE, hold ? NONE : List.of(7L), ended), 0);
                assertEquals(NONE, applied.freed(), () -> "order " + order);
            }
            assertTrue(fresh.isHeld(7), () -> "order " + order);
            assertEquals(0, fresh.tombstones(), () -> "order " + order);
            assertTrue(fresh.isConsistent());
            assertEquals(
                    List.of(7L),
                    fresh.on(new Update(A, 4, NONE, List.of(7L), NONE), 0).freed());
        }
    }

    @Test
    @DisplayName("G-04: a tombstone stays until every Update before it has arrived")
    void tombstoneStaysUntilTheGapIsFilled() {
        holdings.placed(7, A, 1, 0);
        on(A, 4, NONE, List.of(7L), NONE);
        on(A, 2, NONE, NONE, NONE);
        assertEquals(1, holdings.tombstones());
        on(A, 1, List.of(7L), NONE, NONE);
        assertEquals(1, holdings.tombstones());
        assertEquals(new Acknowledged(OWNER, A, 4), on(A, 3, NONE, NONE, NONE).reply());
        assertEquals(0, holdings.tombstones());
    }

    @Test
    @DisplayName(
            "G-04: beyond 65,536 tombstones an early Update is refused and not acknowledged, the next in line never")
    void backPressure() {
        List<Long> full = LongStream.range(0, 65_536).boxed().toList();
        assertEquals(Outcome.DONE, on(A, 3, NONE, full, NONE).outcome());
        Applied refused = on(A, 2, NONE, List.of(70_000L), NONE);
        assertEquals(Outcome.BACK_PRESSURE, refused.outcome());
        assertEquals(new Acknowledged(OWNER, A, 0), refused.reply());
        assertEquals(65_536, holdings.tombstones());
        assertEquals(Outcome.DONE, on(A, 1, NONE, full, NONE).outcome());
        assertEquals(
                new Acknowledged(OWNER, A, 3),
                on(A, 2, NONE, List.of(70_000L), NONE).reply());
        assertEquals(0, holdings.tombstones());
    }

    @Test
    @DisplayName("G-04: one holder's back-pressure does not touch another's")
    void backPressureIsPerHolder() {
        on(A, 3, NONE, LongStream.range(0, 65_536).boxed().toList(), NONE);
        assertEquals(Outcome.DONE, on(B, 2, NONE, List.of(1L), NONE).outcome());
    }

    @Test
    @DisplayName("G-04: tombstones end with the incarnation")
    void tombstonesEndWithTheIncarnation() {
        on(A, 2, NONE, List.of(7L), NONE);
        holdings.gone(A, 0);
        assertEquals(0, holdings.tombstones());
    }

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
    @DisplayName("G-04: silence with an Update missing ends the incarnation, and its tombstones with it")
    void silenceWithAGap() {
        on(A, 2, NONE, List.of(7L), NONE);
        assertEquals(NONE, holdings.expire(1001));
        assertTrue(holdings.isFenced(A));
        assertEquals(0, holdings.tombstones());
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
    @DisplayName("G-03: a hold that comes after all has been freed is reported as missing and holds nothing")
    void missing() {
        heldByA();
        holdings.gone(A, 0);
        Applied late = on(B, 1, List.of(7L), NONE, NONE);
        assertEquals(List.of(7L), late.missing());
        assertEquals(Outcome.DONE, late.outcome());
        assertFalse(holdings.isHeld(7));
        assertEquals(NONE, on(B, 2, NONE, List.of(7L), NONE).freed());
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
