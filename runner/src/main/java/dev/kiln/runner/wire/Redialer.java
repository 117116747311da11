package dev.kiln.runner.wire;

import dev.kiln.runner.wire.Message.Rejected;
import dev.kiln.runner.wire.Message.Resumed;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import java.util.function.Predicate;

/**
 * Makes new connections for a session of the side that dials, until one of them is taken or the session is over. How long
 * that may last is for the session's user, who closes it. It waits on a virtual thread of its own.
 */
public final class Redialer {
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;
    private static final long ANSWER_PATIENCE_MILLIS = 5_000;

    private final Carrier.Dialer dialer;
    private final LongFunction<Message> resume;
    private final Predicate<Resumed> genuine;

    /**
     * @param resume makes the message that asks to go on from what has arrived here
     * @param genuine whether an answer comes from the side that is meant
     */
    public Redialer(Carrier.Dialer dialer, LongFunction<Message> resume, Predicate<Resumed> genuine) {
        this.dialer = dialer;
        this.resume = resume;
        this.genuine = genuine;
    }

    /** Begins; call it once for each time that the session is interrupted. */
    public void resume(Session session) {
        Thread.ofVirtual().name("kiln-redial").start(() -> {
            long pauseMillis = FIRST_PAUSE_MILLIS;
            while (!session.isOver() && !dial(session)) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
                pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
            }
        });
    }

    /** One try; whether there is nothing more to do. */
    private boolean dial(Session session) {
        var answer = new Answer(session);
        try {
            dialer.dial(carrier -> {
                var greeting = new Greeting(carrier, answer);
                greeting.send(resume.apply(session.received()));
                CompletableFuture<?> _ = answer.over.whenComplete((done, never) -> {
                    if (!done) {
                        greeting.close();
                    }
                });
                return greeting;
            });
        } catch (IOException | RuntimeException e) {
            return false; // nobody there, or not yet
        }
        // One answer counts, by the future's own compare-and-set: after the patience is over a late one changes
        // nothing, so
        // never do two tries work on one session.
        return answer.over
                .completeOnTimeout(false, ANSWER_PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .join();
    }

    /** Waits for what the other side says. On the connection's thread. */
    private final class Answer implements Greeting.Listener {
        private final Session session;
        final CompletableFuture<Boolean> over = new CompletableFuture<>();

        Answer(Session session) {
            this.session = session;
        }

        @Override
        public void greeted(Greeting from, Message message) {
            switch (message) {
                case Resumed resumed
                when genuine.test(resumed) -> {
                    if (over.complete(true)) {
                        goOn(from, resumed.received());
                    }
                }
                case Rejected rejected -> {
                    if (over.complete(true)) {
                        session.end("the other side does not go on: " + rejected.reason());
                        from.close();
                    }
                }
                default -> over.complete(false);
            }
        }

        private void goOn(Greeting from, long arrived) {
            try {
                boolean _ = session.resume(from, arrived, null);
            } catch (ProtocolViolation e) { // it would say the same the next time
                session.end("the other side cannot go on: it sent " + e.getMessage());
                from.close();
            }
        }

        @Override
        public void lost(Greeting from, String reason) {
            over.complete(false);
        }
    }
}
