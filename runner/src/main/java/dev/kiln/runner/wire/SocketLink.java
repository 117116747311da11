package dev.kiln.runner.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A link over a non-blocking socket. Senders encode and write on their own threads as far as the socket takes it; what it
 * does not take, the loop's thread writes. Reading, decoding and the listener's calls happen on the loop's thread alone.
 *
 * <p>The channel is never in blocking mode: a blocking channel would close itself when a sending thread is interrupted.
 */
public final class SocketLink implements Link {
    /** What an unauthenticated peer may send in one message. */
    static final int GREETING_BYTES = 64 * 1024;

    private static final int MAX_MESSAGE_BYTES = Integer.MAX_VALUE - 64;

    private final SocketChannel channel;
    private final SelectionKey key;
    private final LinkLoop loop;
    private final Listener listener;
    private final ChunkReader reader;
    private final ReentrantLock writing = new ReentrantLock();
    private final ChunkWriter writer = new ChunkWriter();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable String writeProblem;

    SocketLink(SocketChannel channel, SelectionKey key, LinkLoop loop, Listener listener) {
        this.channel = channel;
        this.key = key;
        this.loop = loop;
        this.listener = listener;
        this.reader = new ChunkReader(GREETING_BYTES, bytes -> listener.received(this, MessageCodec.decode(bytes)));
    }

    /** Lifts the limit of a greeting: the peer has proved who it is. Call it on the loop's thread. */
    public void authenticated() {
        reader.allowMessagesUpTo(MAX_MESSAGE_BYTES);
    }

    @Override
    public void send(Message message) {
        MessageCodec.Encoded bytes = MessageCodec.encode(message);
        writing.lock();
        try {
            if (closed.get() || writeProblem != null) {
                return;
            }
            writer.add(bytes);
            // While the loop waits for the socket (OP_WRITE is set) it is the one that writes; otherwise nobody does.
            if ((key.interestOps() & SelectionKey.OP_WRITE) == 0) {
                flush();
            }
        } catch (java.nio.channels.CancelledKeyException e) {
            // Closed meanwhile: the listener hears of it, the message is dropped as promised.
        } finally {
            writing.unlock();
        }
    }

    /** Under the write lock; never blocks, since the channel does not. */
    private void flush() {
        try {
            if (writer.write(channel)) {
                key.interestOpsAnd(~SelectionKey.OP_WRITE);
            } else if ((key.interestOpsOr(SelectionKey.OP_WRITE) & SelectionKey.OP_WRITE) == 0) {
                loop.wakeUp();
            }
        } catch (IOException e) {
            // The other side is gone; what it sent before may be unread: reading on meets its end, and closes the link.
            writeProblem = "writing failed: " + e.getMessage();
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
        }
    }

    /** Loop thread. */
    void ready(ByteBuffer buffer) {
        try {
            if (key.isValid() && key.isWritable()) {
                writing.lock();
                try {
                    flush();
                } finally {
                    writing.unlock();
                }
            }
            if (key.isValid() && key.isReadable()) {
                read(buffer);
            }
        } catch (java.nio.channels.CancelledKeyException e) {
            closeBecause("closed here");
        } catch (ProtocolViolation e) {
            closeBecause("closed here: the other side sent " + e.getMessage());
        } catch (IOException e) {
            closeBecause("reading failed: " + e.getMessage());
        } catch (RuntimeException | Error e) { // also a lack of memory for one message: the loop's other links go on
            closeBecause("closed here: a message could not be handled: " + e);
        }
    }

    private void read(ByteBuffer buffer) throws IOException {
        buffer.clear();
        int bytes = channel.read(buffer);
        if (bytes < 0) {
            @Nullable String problem = writeProblem;
            closeBecause(problem == null ? "the other side closed it" : problem);
        } else {
            reader.feed(buffer.flip());
        }
    }

    @Override
    public boolean flushed() {
        writing.lock();
        try {
            return writer.isEmpty() || closed.get() || writeProblem != null;
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() {
        closeBecause("closed here");
    }

    private void closeBecause(String reason) {
        if (closed.compareAndSet(false, true)) {
            loop.forget(key);
            loop.run(() -> listener.closed(this, reason));
        }
    }
}
