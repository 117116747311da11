package dev.kiln.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.Applied.Outcome;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is held, by whom, and in which order that is told. */
class HoldingsTest extends HoldingsFixture {
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
    @DisplayName("G-04: silence with an Update missing ends the incarnation, and its tombstones with it")
    void silenceWithAGap() {
        on(A, 2, NONE, List.of(7L), NONE);
        assertEquals(NONE, holdings.expire(1001));
        assertTrue(holdings.isFenced(A));
        assertEquals(0, holdings.tombstones());
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
}
