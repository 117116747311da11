package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message.Expect;
import dev.kiln.runner.wire.Message.Visit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TicketsTest {
    private static final ProcessRef HOST = new ProcessRef("p-1", 1);
    private static final ProcessRef VISITOR = new ProcessRef("p-2", 1);
    private static final byte[] TOKEN = {1, 2, 3};
    private static final byte[] PROOF = {4, 5, 6};
    private static final long MILLI = 1_000_000;

    private final Tickets tickets = new Tickets(HOST);

    private static Visit visit(ProcessRef visitor, ProcessRef host, byte[] token) {
        return new Visit(visitor, host, token, 0, 0);
    }

    private void assertRefused(String why, Visit visit, long nowNanos) {
        Tickets.Answer answer = tickets.redeem(visit, nowNanos);
        assertNull(answer.redeemed());
        assertTrue(answer.refusal().contains(why), answer::refusal);
        assertTrue(answer.refusal().endsWith("ask the caller to be introduced again"), answer::refusal);
    }

    private void assertTaken(long nowNanos) {
        Tickets.Answer answer = tickets.redeem(visit(VISITOR, HOST, TOKEN), nowNanos);
        assertArrayEquals(PROOF, answer.redeemed());
        assertEquals("", answer.refusal());
    }

    @Test
    @DisplayName("F-07: a ticket is taken once, from whom it was made for")
    void aTicketIsTakenOnce() {
        assertRefused("no such ticket for p-2#1", visit(VISITOR, HOST, TOKEN), 0);
        tickets.expect(new Expect(VISITOR, TOKEN, PROOF, 10), 0);
        assertTrue(tickets.awaits(VISITOR, 0));
        assertTaken(MILLI);
        assertFalse(tickets.awaits(VISITOR, MILLI));
        assertRefused("the ticket of p-2#1 was used before", visit(VISITOR, HOST, TOKEN), 2 * MILLI);
    }

    @Test
    @DisplayName("F-07: a ticket that is wrong, another's, or for another life or place is refused, and harms nobody's")
    void strangersHarmNobody() {
        tickets.expect(new Expect(VISITOR, TOKEN, PROOF, 10), 0);
        tickets.expect(new Expect(new ProcessRef("p-3", 1), new byte[] {9}, PROOF, 10), 0);
        assertRefused("no such ticket", visit(VISITOR, HOST, new byte[] {1, 2, 4}), 0);
        assertRefused("no such ticket", visit(VISITOR, HOST, new byte[0]), 0);
        assertRefused("no such ticket for p-3#1", visit(new ProcessRef("p-3", 1), HOST, TOKEN), 0);
        assertRefused("no such ticket for p-2#2", visit(new ProcessRef("p-2", 2), HOST, TOKEN), 0);
        assertRefused("not good here, at p-1#1", visit(VISITOR, new ProcessRef("p-1", 2), TOKEN), 0);
        assertTaken(0);
    }

    @Test
    @DisplayName("F-07: a ticket expires, and a new one takes the place of the one before")
    void aTicketExpires() {
        tickets.expect(new Expect(VISITOR, TOKEN, PROOF, 10), 0);
        assertFalse(tickets.awaits(VISITOR, 10 * MILLI));
        assertRefused("has expired", visit(VISITOR, HOST, TOKEN), 10 * MILLI);
        tickets.expect(new Expect(VISITOR, new byte[] {7}, PROOF, 10), 0);
        assertRefused("no such ticket", visit(VISITOR, HOST, TOKEN), MILLI);
        tickets.expect(new Expect(VISITOR, TOKEN, PROOF, 10), 0);
        tickets.forget(VISITOR);
        assertFalse(tickets.awaits(VISITOR, 0));
    }
}
