package dev.kiln.pool;

import dev.kiln.runner.wire.Message.Expect;
import dev.kiln.runner.wire.Message.Introduce;
import dev.kiln.runner.wire.Message.Meet;
import java.time.Duration;

/**
 * Makes two runners of a pool known to each other, who then have a direct link: each gets, over its own authenticated link, what
 * the other one will show. Links' threads.
 */
final class Introductions {
    /** Longer than the visitor waits for its link. */
    private static final Duration TICKET_LASTS = Duration.ofSeconds(30);

    private final LiveRunners runners;

    Introductions(LiveRunners runners) {
        this.runners = runners;
    }

    /** A runner wants to visit another one: that gets a ticket for it, and passes it on when it is ready. */
    void introduce(LiveRunner visitor, Introduce wish) {
        LiveRunner host = runners.find(wish.host().name());
        if (host == null || !host.ref().equals(wish.host()) || host.equals(visitor)) {
            visitor.send(Meet.not(visitor.ref(), wish.host(), "the pool has no other runner " + wish.host()));
        } else {
            host.send(new Expect(visitor.ref(), runners.secret(), runners.secret(), TICKET_LASTS.toMillis()));
        }
    }

    /** A host says where it is to be found, or why not. */
    void meet(LiveRunner host, Meet where) {
        if (where.host().equals(host.ref())) { // nobody introduces others
            runners.relay(where.visitor(), where, dropped -> {});
        }
    }
}
