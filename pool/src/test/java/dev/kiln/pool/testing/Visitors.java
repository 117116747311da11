package dev.kiln.pool.testing;

import dev.kiln.pool.spi.Door;
import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Hello;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A door behind which nobody answers: it keeps the greetings. */
final class Visitors implements Door {
    private static final long PATIENCE_SECONDS = 60;

    private final BlockingQueue<Hello> greetings = new LinkedBlockingQueue<>();

    @Override
    public Link.Listener get() {
        return new Link.Listener() {
            @Override
            public void received(Link link, Message message) {
                if (message instanceof Hello hello) {
                    greetings.add(hello);
                }
            }

            @Override
            public void closed(Link link, String reason) {
                // Whoever was killed while it waited for an answer.
            }
        };
    }

    /** Waits for the next greeting. */
    Hello next() throws InterruptedException {
        Hello hello = greetings.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (hello == null) {
            throw new AssertionError("no greeting within " + PATIENCE_SECONDS + " s");
        }
        return hello;
    }
}
