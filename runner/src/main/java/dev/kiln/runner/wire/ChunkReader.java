package dev.kiln.runner.wire;

import java.nio.ByteBuffer;

/**
 * Cuts the bytes of one connection into chunks. A chunk is a header of {@value #HEADER_BYTES} bytes and its body:
 *
 * <pre>
 *  int length    of the body, at most {@value #MAX_CHUNK_BYTES}; 0 for those without one
 *  int message   tells messages apart whose chunks alternate
 *  byte kind
 *  long number   of PART and LAST: 1 for the first of a session, each the next; 0 for the others
 *  long received the number of the last chunk that arrived at the sender of this one
 * </pre>
 *
 * <p>Not thread-safe; knows nothing of sockets. A body is copied once, out of the receive buffer, into one of the {@link Bodies}.
 */
final class ChunkReader {
    static final int HEADER_BYTES = 25;
    static final int MAX_CHUNK_BYTES = 128 * 1024;
    static final int GREETING_BYTES = 64 * 1024;

    /** A chunk of a message of which more follow. */
    static final byte PART = 0;
    /** The last or only chunk of a message. */
    static final byte LAST = 1;
    /** Nothing but its header. */
    static final byte ACK = 2;
    /** Asks for an {@link #ACK} at once. */
    static final byte ASK = 3;
    /** The session is over. */
    static final byte END = 4;
    /** A whole message outside of any session: what a connection begins with. */
    static final byte GREETING = 5;

    private static final byte[] NOTHING = {};

    private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    private final int maxBytes;
    private final Bodies bodies;
    private byte[] body = NOTHING;
    private int filled;
    private boolean inBody;

    /** @param maxBytes the longest body that is taken */
    ChunkReader(int maxBytes, Bodies bodies) {
        this.maxBytes = maxBytes;
        this.bodies = bodies;
    }

    /**
     * Reads on to the end of the next chunk, which the other methods then describe until the next call.
     *
     * @return false if {@code in} was used up before
     * @throws ProtocolViolation if the bytes cannot come from a peer; the reader must not be used afterwards
     */
    boolean next(ByteBuffer in) {
        if (!inBody && !readHeader(in)) {
            return false;
        }
        int bytes = Math.min(in.remaining(), body.length - filled);
        in.get(body, filled, bytes);
        filled += bytes;
        inBody = filled < body.length;
        return !inBody;
    }

    private boolean readHeader(ByteBuffer in) {
        if (!header.hasRemaining()) {
            header.clear(); // that of the chunk before
        }
        if (in.remaining() >= header.remaining()) {
            int limit = in.limit();
            header.put(in.limit(in.position() + header.remaining()));
            in.limit(limit);
        } else {
            header.put(in);
            return false;
        }
        int length = header.getInt(0);
        boolean hasBody = kind() == PART || kind() == LAST || kind() == GREETING;
        boolean numbered = kind() == PART || kind() == LAST;
        if (kind() < PART
                || kind() > GREETING
                || (hasBody ? length <= 0 || length > maxBytes : length != 0)
                || (numbered ? number() <= 0 : number() != 0)
                || received() < 0) {
            throw new ProtocolViolation("a chunk header of length " + length + ", kind " + kind() + ", number "
                    + number() + " and received " + received());
        }
        body = hasBody
                ? bodies.take(length)
                : NOTHING; // one chunk's bytes on the word of a header: a liar gains nothing
        filled = 0;
        inBody = hasBody;
        return true;
    }

    byte kind() {
        return header.get(8);
    }

    int message() {
        return header.getInt(4);
    }

    long number() {
        return header.getLong(9);
    }

    long received() {
        return header.getLong(17);
    }

    byte[] body() {
        return body;
    }

    static void putHeader(ByteBuffer to, int length, int message, byte kind, long number, long received) {
        to.putInt(length).putInt(message).put(kind).putLong(number).putLong(received);
    }
}
