package dev.kiln.pool.testing;

import dev.kiln.pool.spi.Door;
import dev.kiln.runner.wire.Carrier;
import dev.kiln.runner.wire.Greeting;
import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Hello;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A door behind which nobody answers: it keeps the greetings. */
final class Visitors implements Door, Greeting.Listener {
    private static final long PATIENCE_SECONDS = 60;

    private final BlockingQueue<Hello> greetings = new LinkedBlockingQueue<>();

    @Override
    public Carrier.Events connected(Carrier carrier) {
        return new Greeting(carrier, this);
    }

    @Override
    public void greeted(Greeting from, Message message) {
        if (message instanceof Hello hello) {
            greetings.add(hello);
        }
    }

    @Override
    public void lost(Greeting from, String reason) {
        // Whoever was killed while it waited for an answer.
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
