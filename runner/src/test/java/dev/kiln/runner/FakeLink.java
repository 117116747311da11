package dev.kiln.runner;

import dev.kiln.runner.wire.Link;
import dev.kiln.runner.wire.Message;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A link to nobody that remembers what was sent on it, apart from signs of life and statuses, and that it was closed. */
final class FakeLink implements Link {
    final LinkedBlockingQueue<Object> events = new LinkedBlockingQueue<>();
    final AtomicInteger askedWhetherFlushed = new AtomicInteger();
    final Semaphore beats = new Semaphore(0);
    volatile boolean flushed = true;
    volatile long unheardNanos;
    volatile boolean over;

    @Override
    public void send(Message message) {
        if (!(message instanceof Message.Status || message instanceof Message.Heartbeat)) {
            events.add(message);
        }
    }

    @Override
    public void beat(long nowNanos) {
        beats.release();
    }

    @Override
    public long heardBeatNanos() {
        return System.nanoTime() - unheardNanos;
    }

    @Override
    public long heardNanos() {
        return System.nanoTime();
    }

    @Override
    public void cut(String reason) {
        events.add("cut");
    }

    @Override
    public boolean flushed() {
        askedWhetherFlushed.incrementAndGet();
        return flushed;
    }

    @Override
    public boolean isOver() {
        return over;
    }

    @Override
    public void close() {
        over = true;
        events.add("closed");
    }
}
