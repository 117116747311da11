package dev.kiln.runner.wire;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A link within one process: every message is encoded and decoded as on a socket, only the socket is missing. Listeners are
 * called on one virtual thread per end.
 */
public final class MemoryLink implements Link {
    private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final Listener listener;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @org.jspecify.annotations.Nullable MemoryLink other;
    private boolean over; // only the delivering thread touches it

    /** The two ends of one link. */
    public record Pair(MemoryLink first, MemoryLink second) {}

    private MemoryLink(Listener listener) {
        this.listener = listener;
    }

    /** Connects two listeners; each {@code received} names its own end, by which it can answer. */
    public static Pair connect(Listener first, Listener second) {
        var a = new MemoryLink(first);
        var b = new MemoryLink(second);
        a.other = b;
        b.other = a;
        a.inbox.add(() -> first.opened(a));
        b.inbox.add(() -> second.opened(b));
        Thread.ofVirtual().name("kiln-memory-link").start(a::deliver);
        Thread.ofVirtual().name("kiln-memory-link").start(b::deliver);
        return new Pair(a, b);
    }

    @Override
    public void send(Message message) {
        MemoryLink receiver = other;
        if (receiver == null || closed.get()) {
            return;
        }
        MessageCodec.Encoded encoded = MessageCodec.encode(message);
        var bytes = new ByteArrayOutputStream(encoded.size());
        bytes.writeBytes(encoded.head());
        bytes.writeBytes(encoded.payload());
        byte[] wire = bytes.toByteArray();
        receiver.inbox.add(() -> receiver.listener.received(receiver, MessageCodec.decode(wire)));
    }

    @Override
    public boolean flushed() {
        return true;
    }

    @Override
    public void close() {
        close("closed here");
    }

    private void close(String reason) {
        MemoryLink peer = other;
        closeBecause(reason);
        if (peer != null) {
            peer.closeBecause("the other side closed it");
        }
    }

    private void closeBecause(String reason) {
        if (closed.compareAndSet(false, true)) {
            inbox.add(() -> {
                over = true;
                listener.closed(this, reason);
            });
        }
    }

    private void deliver() {
        while (!over) {
            try {
                inbox.take().run();
            } catch (RuntimeException | Error e) { // whatever it is, the other end must not wait for ever
                close("closed here: a message could not be handled: " + e);
            } catch (InterruptedException e) {
                close(); // nobody interrupts this thread but the end of the JVM
            }
        }
    }
}
