package dev.kiln.runner.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A connection over a non-blocking socket. Whoever writes, writes on its own thread as far as the socket takes it; all events
 * are on the loop's thread.
 *
 * <p>The channel is never in blocking mode: a blocking channel would close itself when a writing thread is interrupted.
 */
final class SocketCarrier implements Carrier {
    private final SocketChannel channel;
    private final SelectionKey key;
    private final LinkLoop loop;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile String closedBecause = "";
    private volatile @Nullable Events events;
    private boolean fullAtOnce; // only its host's thread, until the events begin

    SocketCarrier(SocketChannel channel, SelectionKey key, LinkLoop loop) {
        this.channel = channel;
        this.key = key;
        this.loop = loop;
    }

    /** The host has it: events may come. */
    void begin(Events to) {
        events = to;
        try {
            key.interestOps(fullAtOnce ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
            loop.wakeUp();
        } catch (CancelledKeyException e) {
            // It was closed before it began.
        }
        tellIfClosed();
    }

    @Override
    public boolean write(ByteBuffer[] bytes) throws IOException {
        while (true) {
            long written = channel.write(bytes);
            if (isEmpty(bytes)) {
                return true;
            }
            if (written == 0) {
                awaitWritable();
                return false;
            }
        }
    }

    private static boolean isEmpty(ByteBuffer[] bytes) {
        for (ByteBuffer part : bytes) {
            if (part.hasRemaining()) {
                return false;
            }
        }
        return true;
    }

    private void awaitWritable() {
        if (events == null) {
            fullAtOnce = true;
            return;
        }
        try {
            key.interestOpsOr(SelectionKey.OP_WRITE);
            loop.wakeUp();
        } catch (CancelledKeyException e) {
            // Closed meanwhile, which is told instead.
        }
    }

    /** Loop thread. */
    void ready(ByteBuffer buffer) {
        Events to = events;
        if (to == null) {
            return; // without interest there is no event, but a closing key may be selected
        }
        try {
            if (key.isWritable()) {
                // Before the events, which may fill the socket again.
                key.interestOpsAnd(~SelectionKey.OP_WRITE);
                to.writable();
            }
            if (key.isReadable()) {
                read(buffer, to);
            }
        } catch (CancelledKeyException e) {
            closeBecause("closed here");
        } catch (ProtocolViolation e) {
            closeBecause("closed here: the other side sent " + e.getMessage());
        } catch (IOException e) {
            closeBecause("reading failed: " + e.getMessage());
        } catch (RuntimeException | Error e) { // the loop's other connections go on
            closeBecause("closed here: what was received could not be handled: " + e);
        }
    }

    private void read(ByteBuffer buffer, Events to) throws IOException {
        buffer.clear();
        if (channel.read(buffer) < 0) {
            closeBecause("the other side closed it");
        } else {
            to.received(buffer.flip());
        }
    }

    @Override
    public void close() {
        closeBecause("closed here");
    }

    private void closeBecause(String reason) {
        if (closed.compareAndSet(false, true)) {
            closedBecause = reason;
            loop.forget(key);
            tellIfClosed();
        }
    }

    /** Called after each of the two: being closed, and having somebody to tell. Whichever is later tells. */
    private void tellIfClosed() {
        Events to = events;
        if (to != null && !closedBecause.isEmpty() && told.compareAndSet(false, true)) {
            loop.run(() -> to.closed(closedBecause));
        }
    }
}
