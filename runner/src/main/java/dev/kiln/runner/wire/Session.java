package dev.kiln.runner.wire;

import dev.kiln.runner.wire.Message.Heartbeat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A link over successive connections: chunks are numbered, kept until they are acknowledged, and sent again over the next
 * connection from where the other side has them; what arrives twice is dropped. Who makes the next connection is no matter
 * of the session: it is {@linkplain #resume told}.
 *
 * <pre>
 *  NEW ──▶ CONNECTED ◀──▶ INTERRUPTED
 *   │          │               │
 *   └──────────┴───────▶ OVER ◀┘
 * </pre>
 *
 * <p>Two locks. {@code receiving} is held while the bytes of a connection are read and the listener is told, so the listener
 * hears one call at a time although connections have threads of their own. {@code sending} guards the {@link Outbox} and the
 * phase; under it nothing blocks and no listener is called. Whoever takes both takes {@code receiving} first. A change of
 * the connection takes both, so either of them is enough to know that it stays.
 */
public final class Session implements Link {
    private static final int ACKNOWLEDGE_CHUNKS = 64;
    private static final int ACKNOWLEDGE_BYTES = 256 * 1024;

    private enum Phase {
        NEW,
        CONNECTED,
        INTERRUPTED,
        OVER
    }

    private final Listener listener;
    private final ReentrantLock receiving = new ReentrantLock();
    private final ReentrantLock sending = new ReentrantLock();
    private final Outbox outbox; // sending
    private final Assembler assembler = new Assembler(MessageCodec.MAX_MESSAGE_BYTES, Bodies.SHARED); // receiving
    private volatile Phase phase = Phase.NEW; // changed under sending
    private @Nullable Connection connection; // changed under both
    private boolean full; // sending: the connection's carrier said so, and `writable` is to come
    private volatile long received; // changed under receiving
    private volatile long heardNanos = System.nanoTime();
    private volatile String closedBecause = "";
    private boolean told; // receiving: the listener's last call was made

    /** @param greetedNanos when the greeting that the other side has answered was sent, by this side's monotonic clock */
    public Session(Listener listener, long greetedNanos) {
        this.listener = listener;
        this.outbox = new Outbox(greetedNanos);
    }

    /** The number of the last chunk that has arrived; while the session is interrupted it stays. */
    public long received() {
        return received;
    }

    /** Whether it waits for another connection. */
    public boolean isInterrupted() {
        return phase == Phase.INTERRUPTED;
    }

    @Override
    public boolean isOver() {
        return phase == Phase.OVER;
    }

    /**
     * Goes on over a connection whose greeting is done but for one message. What came over the connection before, and was
     * not acknowledged, is dropped there: it comes again here. Call it on the thread of the connection's events.
     *
     * @param arrived the number of the last chunk of this side that the other side says has arrived there
     * @param answer makes the last message of the greeting of {@link #received}, or null if that was the other side's
     * @return false if the session is over; the connection is as it was
     * @throws ProtocolViolation if the other side cannot have, or not lack, these chunks; nothing has changed
     */
    public boolean resume(Greeting greeting, long arrived, @Nullable LongFunction<Message> answer) {
        receiving.lock();
        try {
            // From here on no event of the connection before is heard, so `received` stays until the answer has left.
            @Nullable Connection before = connection;
            boolean first = phase == Phase.NEW;
            var next = new Connection(greeting.carrier());
            sending.lock();
            try {
                if (phase == Phase.OVER) {
                    return false;
                }
                // Whatever threads send meanwhile finds the outbox before this or after it, never half rewound.
                outbox.rewind(arrived, received);
                if (answer != null) {
                    greeting.send(answer.apply(received));
                }
                full = greeting.hand(next);
                connection = next;
                phase = Phase.CONNECTED;
            } finally {
                sending.unlock();
            }
            heardNanos = System.nanoTime();
            if (before != null) { // half open: its other end has made this one
                before.carrier.close();
                listener.interrupted(this, "the other side made another connection");
            }
            if (first) {
                listener.opened(this);
            } else {
                listener.resumed(this);
            }
            sending.lock();
            try {
                flush();
            } finally {
                sending.unlock();
            }
            return true;
        } finally {
            receiving.unlock();
        }
    }

    @Override
    public void send(Message message) {
        MessageCodec.Encoded bytes = MessageCodec.encode(message);
        sending.lock();
        try {
            if (phase != Phase.OVER) {
                outbox.add(bytes);
                flush();
            }
        } finally {
            sending.unlock();
        }
    }

    @Override
    public void beat(long nowNanos) {
        MessageCodec.Encoded bytes = MessageCodec.encode(new Heartbeat());
        sending.lock();
        try {
            if (phase != Phase.OVER) {
                outbox.addBeat(bytes, nowNanos);
                flush();
            }
        } finally {
            sending.unlock();
        }
    }

    @Override
    public long heardBeatNanos() {
        sending.lock();
        try {
            return outbox.heardBeatNanos();
        } finally {
            sending.unlock();
        }
    }

    @Override
    public long heardNanos() {
        return heardNanos;
    }

    @Override
    public boolean flushed() {
        sending.lock();
        try {
            if (phase == Phase.OVER || outbox.isEmpty()) {
                return true;
            }
            outbox.ask();
            flush();
            return false;
        } finally {
            sending.unlock();
        }
    }

    /** What is on its way without being acknowledged, in bytes. */
    long unacknowledgedBytes() {
        sending.lock();
        try {
            return outbox.unacknowledgedBytes();
        } finally {
            sending.unlock();
        }
    }

    /** Under the lock for sending. Never blocks: no carrier does. */
    private void flush() {
        @Nullable Connection to = connection;
        if (to == null || full) {
            return; // what waits goes when there is one, or when it is writable
        }
        try {
            full = !outbox.write(to.carrier, received);
        } catch (ClosedChannelException e) {
            full = true; // closed already, and why is about to be told
        } catch (IOException e) {
            // The other side is gone; what it sent before may be unread: reading on meets its end, and that is told.
            full = true;
            to.problem = "writing failed: " + e.getMessage();
        }
    }

    @Override
    public void cut(String reason) {
        @Nullable Connection of;
        sending.lock();
        try {
            of = connection;
        } finally {
            sending.unlock();
        }
        if (of != null) {
            of.problem = reason;
            of.carrier.close();
        }
    }

    @Override
    public void close() {
        end("closed here");
    }

    /** Closes it for another reason than its user's wish. */
    public void end(String reason) {
        @Nullable Connection last;
        sending.lock();
        try {
            if (phase == Phase.OVER) {
                return;
            }
            closedBecause = reason;
            phase = Phase.OVER;
            last = connection;
            outbox.end(full || last == null ? null : last.carrier, received);
        } catch (IOException e) {
            last = connection; // the other side is gone, or learns it when it makes another connection
        } finally {
            sending.unlock();
        }
        if (last != null) {
            last.carrier.close();
        }
        // Not here: the caller may hold locks of its own, or be the listener.
        Thread.ofVirtual().name("kiln-link-closed").start(this::tellClosed);
    }

    private void tellClosed() {
        receiving.lock();
        try {
            if (!told) {
                told = true;
                listener.closed(this, closedBecause);
            }
        } finally {
            receiving.unlock();
        }
    }

    /** One carrier's time. Its events come on the carrier's threads; those that come after its time change nothing. */
    private final class Connection implements Carrier.Events {
        private final Carrier carrier;
        private final ChunkReader reader = new ChunkReader(ChunkReader.MAX_CHUNK_BYTES, Bodies.SHARED);
        private volatile @Nullable String problem;
        private long unacknowledgedBytes; // received since this side last acknowledged without being asked
        private boolean acknowledge;

        Connection(Carrier carrier) {
            this.carrier = carrier;
        }

        @Override
        public void received(ByteBuffer bytes) {
            receiving.lock();
            try {
                if (connection == this) {
                    heardNanos = System.nanoTime();
                    read(bytes);
                }
                bytes.position(bytes.limit());
            } finally {
                receiving.unlock();
            }
        }

        private void read(ByteBuffer bytes) {
            long arrived = 0;
            while (phase != Phase.OVER && reader.next(bytes)) {
                arrived = Math.max(arrived, reader.received());
                switch (reader.kind()) {
                    case ChunkReader.PART, ChunkReader.LAST -> take();
                    case ChunkReader.ACK -> {}
                    case ChunkReader.ASK -> acknowledge = true;
                    case ChunkReader.END -> end("the other side closed it");
                    default -> throw new ProtocolViolation("a greeting in the middle of a session");
                }
            }
            // A read of `toldReceived` without its lock would do for the decision, but the lock is needed anyway for
            // what arrived, and free most of the time.
            sending.lock();
            try {
                if (phase == Phase.OVER) {
                    return;
                }
                outbox.acknowledge(arrived);
                if (acknowledge || received - outbox.toldReceived() >= ACKNOWLEDGE_CHUNKS) {
                    acknowledge = false;
                    outbox.acknowledgeSoon();
                }
                flush(); // also what the window had held back
            } finally {
                sending.unlock();
            }
        }

        /** A chunk of a message. After a violation of numbers only the connection is cut: the session is as before. */
        private void take() {
            long number = reader.number();
            if (number <= received) {
                return; // sent again, since its sender did not know that it had arrived
            }
            if (number != received + 1) {
                throw new ProtocolViolation("chunk " + number + " after chunk " + received);
            }
            received = number;
            boolean last = reader.kind() == ChunkReader.LAST;
            unacknowledgedBytes += reader.body().length;
            if (unacknowledgedBytes >= ACKNOWLEDGE_BYTES) {
                unacknowledgedBytes = 0;
                acknowledge = true;
            }
            try {
                @Nullable Chunks whole = assembler.add(reader.message(), last, reader.body());
                if (whole != null) {
                    Message message = MessageCodec.decode(whole);
                    whole.release();
                    listener.received(Session.this, message);
                }
            } catch (ProtocolViolation e) { // coming again it would be no better
                end("closed here: the other side sent " + e.getMessage());
            } catch (RuntimeException | Error e) { // also a lack of memory for one message: other links go on
                end("closed here: a message could not be handled: " + e);
            }
        }

        @Override
        public void writable() {
            sending.lock();
            try {
                if (connection == this) {
                    full = false;
                    flush();
                }
            } finally {
                sending.unlock();
            }
        }

        @Override
        public void closed(String reason) {
            receiving.lock();
            try {
                boolean interrupted = false;
                sending.lock();
                try {
                    if (connection == this) {
                        connection = null;
                        full = false;
                        interrupted = phase == Phase.CONNECTED;
                        phase = interrupted ? Phase.INTERRUPTED : phase;
                    }
                } finally {
                    sending.unlock();
                }
                if (interrupted) {
                    @Nullable String known = problem;
                    listener.interrupted(Session.this, known == null ? reason : known);
                }
            } finally {
                receiving.unlock();
            }
        }
    }
}
