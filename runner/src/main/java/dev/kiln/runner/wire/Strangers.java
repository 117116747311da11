package dev.kiln.runner.wire;

import dev.kiln.runner.wire.Message.Rejected;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections that have not greeted yet: who is refused is told why and hung up on, and so is who takes longer for a greeting
 * than 10 s. Any thread.
 */
public final class Strangers implements Greeting.Listener {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Decides who comes in. On the connections' threads. */
    public interface Judge {

        /**
         * Hands a connection on for what it says, or refuses it.
         *
         * @return empty, or why not
         * @throws ProtocolViolation if that is no greeting
         */
        String refusal(Greeting from, Message message);
    }

    private final Judge judge;
    private final Map<Greeting, Long> since = new ConcurrentHashMap<>();

    public Strangers(Judge judge) {
        this.judge = judge;
    }

    /** One more. */
    public Greeting met(Carrier carrier) {
        var greeting = new Greeting(carrier, this);
        since.put(greeting, System.nanoTime());
        return greeting;
    }

    @Override
    public void greeted(Greeting from, Message message) {
        String refusal = judge.refusal(from, message);
        since.remove(from);
        if (!refusal.isEmpty()) {
            from.send(new Rejected(refusal));
            from.close();
        }
    }

    @Override
    public void lost(Greeting from, String reason) {
        since.remove(from);
    }

    /** Closes those that were silent for long. */
    public void closeSilent(long nowNanos) {
        since.forEach((greeting, metNanos) -> {
            if (nowNanos - metNanos > PATIENCE.toNanos()) {
                greeting.close();
            }
        });
    }
}
