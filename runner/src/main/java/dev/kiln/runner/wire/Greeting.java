package dev.kiln.runner.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A connection that belongs to no session yet: each side says one message, of at most 64 KiB, by which they find out whether
 * they know each other. Then it is handed to a session, or closed.
 */
public final class Greeting implements Carrier.Events {

    /** What is made of the other side's message. On the connection's thread. */
    public interface Listener {

        /**
         * The other side has said this. The listener answers, hands the connection on with {@link Session#resume}, or closes
         * it.
         *
         * @throws ProtocolViolation to close it
         */
        void greeted(Greeting from, Message message);

        /** The connection was lost before it was handed on; the last call. */
        void lost(Greeting from, String reason);
    }

    private final Carrier carrier;
    private final Listener listener;
    private final ChunkReader reader = new ChunkReader(ChunkReader.GREETING_BYTES, Bodies.SHARED);
    private volatile boolean full;
    private Carrier.@Nullable Events session; // the connection's thread only

    public Greeting(Carrier carrier, Listener listener) {
        this.carrier = carrier;
        this.listener = listener;
    }

    /** Says one message. A connection that does not take all of it, new as it is, is of no use: it is closed. */
    public void send(Message message) {
        MessageCodec.Encoded bytes = MessageCodec.encode(message);
        ByteBuffer header = ByteBuffer.allocate(ChunkReader.HEADER_BYTES);
        ChunkReader.putHeader(header, bytes.size(), 0, ChunkReader.GREETING, 0, 0);
        ByteBuffer[] parts = {header.flip(), ByteBuffer.wrap(bytes.head()), ByteBuffer.wrap(bytes.payload())};
        try {
            full = !carrier.write(parts);
            if (parts[0].hasRemaining() || parts[1].hasRemaining() || parts[2].hasRemaining()) {
                carrier.close();
            }
        } catch (IOException e) {
            carrier.close();
        }
    }

    /** Closes the connection, unless it belongs to a session: then that is interrupted. Any thread. */
    public void close() {
        carrier.close();
    }

    Carrier carrier() {
        return carrier;
    }

    /** All further events are the session's. Returns whether the carrier is full, and will tell the session otherwise. */
    boolean hand(Carrier.Events to) {
        session = to;
        return full;
    }

    @Override
    public void received(ByteBuffer bytes) {
        if (session == null && reader.next(bytes)) {
            if (reader.kind() != ChunkReader.GREETING) {
                throw new ProtocolViolation("no greeting");
            }
            listener.greeted(this, MessageCodec.decode(reader.body()));
        }
        if (session != null && bytes.hasRemaining()) {
            session.received(bytes);
        } else {
            bytes.position(bytes.limit());
        }
    }

    @Override
    public void writable() {
        full = false;
        if (session != null) {
            session.writable();
        }
    }

    @Override
    public void closed(String reason) {
        if (session == null) {
            listener.lost(this, reason);
        } else {
            session.closed(reason);
        }
    }
}
