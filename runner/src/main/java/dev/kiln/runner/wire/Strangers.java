package dev.kiln.runner.wire;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The connections that have not greeted yet; who takes longer for that than 10 s is hung up on. Any thread. */
public final class Strangers {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Map<Greeting, Long> since = new ConcurrentHashMap<>();

    /** One more; {@code greeter} hears what it says. */
    public Greeting met(Carrier carrier, Greeting.Listener greeter) {
        var greeting = new Greeting(carrier, greeter);
        since.put(greeting, System.nanoTime());
        return greeting;
    }

    /** It has greeted, or left. */
    public void forget(Greeting one) {
        since.remove(one);
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
