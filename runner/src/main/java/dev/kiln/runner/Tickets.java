package dev.kiln.runner;

import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message.Expect;
import dev.kiln.runner.wire.Message.Visit;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tickets by which other runners may visit this one: each is for one life of one runner, and for once. Not thread-safe; times
 * are monotonic nanoseconds, handed in.
 */
final class Tickets {
    private final ProcessRef host;
    private final Map<ProcessRef, Ticket> tickets = new HashMap<>();

    private static final class Ticket {
        final byte[] token;
        final byte[] proof;
        final long untilNanos;
        boolean used;

        Ticket(byte[] token, byte[] proof, long untilNanos) {
            this.token = token;
            this.proof = proof;
            this.untilNanos = untilNanos;
        }
    }

    /** @param redeemed what shows this runner to the visitor; null if it was refused */
    @SuppressWarnings("ArrayRecordComponent") // on its way, as in messages
    record Answer(byte @Nullable [] redeemed, String refusal) {
        private static Answer refused(String why) {
            return new Answer(null, why + "; ask the caller to be introduced again");
        }
    }

    Tickets(ProcessRef host) {
        this.host = host;
    }

    /** A ticket was given out. One that the visitor had before is good no longer. */
    void expect(Expect given, long nowNanos) {
        tickets.values().removeIf(ticket -> ticket.untilNanos - nowNanos <= 0);
        long untilNanos = nowNanos + given.validMillis() * 1_000_000;
        tickets.put(given.visitor(), new Ticket(given.token(), given.proof(), untilNanos));
    }

    /** A visitor shows a ticket. What is refused leaves the rightful visitor's as it was. */
    Answer redeem(Visit visit, long nowNanos) {
        Ticket ticket = tickets.get(visit.visitor());
        if (!visit.host().equals(host)) {
            return Answer.refused("a ticket for " + visit.host() + " is not good here, at " + host);
        }
        // Compared also if there is none, so that how long a refusal takes tells nothing.
        byte[] expected = ticket == null ? new byte[visit.token().length] : ticket.token;
        if (!MessageDigest.isEqual(expected, visit.token()) || ticket == null) {
            return Answer.refused("there is no such ticket for " + visit.visitor());
        }
        if (ticket.used) {
            return Answer.refused("the ticket of " + visit.visitor() + " was used before");
        }
        if (ticket.untilNanos - nowNanos <= 0) {
            return Answer.refused("the ticket of " + visit.visitor() + " has expired");
        }
        ticket.used = true;
        return new Answer(ticket.proof, "");
    }

    /** Whether that runner may still come with its ticket. */
    boolean awaits(ProcessRef visitor, long nowNanos) {
        Ticket ticket = tickets.get(visitor);
        return ticket != null && !ticket.used && ticket.untilNanos - nowNanos > 0;
    }

    /** It will not come. */
    void forget(ProcessRef visitor) {
        tickets.remove(visitor);
    }
}
