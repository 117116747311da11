package dev.kiln.runner.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One end of a connection within one process: everything is written and read as on a socket, only the socket is missing. Its
 * events have a virtual thread of their own.
 */
public final class MemoryCarrier implements Carrier {
    private static final int FULL_BYTES = 256 * 1024;

    private final Pipe in;
    private final Pipe out;
    private final AtomicBoolean closed; // of both ends

    /** What one end is to hear, in order. */
    private static final class Pipe {
        final LinkedBlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
        final AtomicInteger unreadBytes = new AtomicInteger();
    }

    private interface Delivery {
        /** Tells it; whether it was the last. */
        boolean to(Events events);
    }

    private MemoryCarrier(Pipe in, Pipe out, AtomicBoolean closed) {
        this.in = in;
        this.out = out;
        this.closed = closed;
    }

    /** Dials this host. */
    public static Dialer dialer(Host host) {
        return dialling -> {
            var there = new Pipe();
            var back = new Pipe();
            var closed = new AtomicBoolean();
            var home = new MemoryCarrier(there, back, closed);
            var away = new MemoryCarrier(back, there, closed);
            Events homeEvents = host.connected(home);
            Events awayEvents = dialling.connected(away);
            Thread.ofVirtual().name("kiln-memory-link").start(() -> home.deliver(homeEvents));
            Thread.ofVirtual().name("kiln-memory-link").start(() -> away.deliver(awayEvents));
        };
    }

    @Override
    public boolean write(ByteBuffer[] bytes) throws IOException {
        if (closed.get()) {
            throw new IOException("the connection is closed");
        }
        int length = 0;
        for (ByteBuffer part : bytes) {
            length += part.remaining();
        }
        ByteBuffer copy = ByteBuffer.allocate(length);
        for (ByteBuffer part : bytes) {
            copy.put(part);
        }
        // Counted before it can be read: of the reads after a write that found the pipe full, exactly one brings it
        // below
        // the mark, and that one tells.
        int unread = out.unreadBytes.addAndGet(length);
        out.deliveries.add(events -> read(copy.flip(), events));
        return unread < FULL_BYTES;
    }

    /** On the other end's thread. */
    private boolean read(ByteBuffer bytes, Events events) {
        int length = bytes.remaining();
        events.received(bytes);
        int before = out.unreadBytes.getAndAdd(-length);
        if (before >= FULL_BYTES && before - length < FULL_BYTES) {
            in.deliveries.add(mine -> {
                mine.writable();
                return false;
            });
        }
        return false;
    }

    @Override
    public void close() {
        closeBecause("closed here");
    }

    private void closeBecause(String reason) {
        if (closed.compareAndSet(false, true)) {
            in.deliveries.add(events -> close(events, reason));
            out.deliveries.add(events -> close(events, "the other side closed it"));
        }
    }

    private static boolean close(Events events, String reason) {
        events.closed(reason);
        return true;
    }

    private void deliver(Events events) {
        boolean last = false;
        while (!last) {
            try {
                last = in.deliveries.take().to(events);
            } catch (ProtocolViolation e) {
                closeBecause("closed here: the other side sent " + e.getMessage());
            } catch (RuntimeException | Error e) { // whatever it is, the other end must not wait for ever
                closeBecause("closed here: what was received could not be handled: " + e);
            } catch (InterruptedException e) {
                close(); // nobody interrupts this thread but the end of the JVM
            }
        }
    }
}
