package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A listener that remembers what it was told and in which order, for tests to wait for. */
class Recorder implements Link.Listener {
    static final long PATIENCE_SECONDS = 60;

    private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Link> opened = new CompletableFuture<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private final List<String> disorder = new CopyOnWriteArrayList<>();
    private final AtomicInteger interruptions = new AtomicInteger();
    private final AtomicInteger resumptions = new AtomicInteger();
    private final BlockingQueue<String> interruptedBecause = new LinkedBlockingQueue<>();
    private final AtomicBoolean inside = new AtomicBoolean();

    @Override
    public void opened(Link link) {
        enter("opened", opened.isDone() || closed.isDone() || !received.isEmpty());
        opened.complete(link);
        inside.set(false);
    }

    @Override
    public void received(Link link, Message message) {
        enter("received", !opened.isDone() || closed.isDone());
        received.add(message);
        inside.set(false);
    }

    @Override
    public void interrupted(Link link, String reason) {
        enter("interrupted", !opened.isDone() || closed.isDone() || interruptions.get() > resumptions.get());
        interruptions.incrementAndGet();
        interruptedBecause.add(reason);
        inside.set(false);
    }

    @Override
    public void resumed(Link link) {
        enter("resumed", closed.isDone() || interruptions.get() != resumptions.get() + 1);
        resumptions.incrementAndGet();
        inside.set(false);
    }

    @Override
    public void closed(Link link, String reason) {
        enter("closed", !opened.isDone() || closed.isDone());
        closed.complete(reason);
        inside.set(false);
    }

    private void enter(String what, boolean outOfOrder) {
        if (!inside.compareAndSet(false, true)) {
            disorder.add(what + " while another call was going on");
        }
        if (outOfOrder) {
            disorder.add(what + " out of order");
        }
    }

    Link link() throws Exception {
        return opened.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    Message next() throws InterruptedException {
        Message message = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertNotNull(message, () -> "no message; the link is " + (closed.isDone() ? closed.join() : "open"));
        return message;
    }

    List<Message> next(int count) throws InterruptedException {
        List<Message> messages = new ArrayList<>();
        while (messages.size() < count) {
            messages.add(next());
        }
        return messages;
    }

    boolean hasMore() {
        return !received.isEmpty();
    }

    String nextInterruption() throws InterruptedException {
        String reason = interruptedBecause.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertNotNull(reason, "no interruption");
        return reason;
    }

    int resumptions() {
        return resumptions.get();
    }

    boolean isClosed() {
        return closed.isDone();
    }

    String closedBecause() throws Exception {
        return closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** The listener was called as promised: opened first, closed last and once, one call at a time. */
    void assertOrder() {
        assertEquals(List.of(), disorder);
    }
}
