package dev.kiln.runner.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Puts messages together from the chunks of a byte stream. A chunk is a header of {@value #HEADER_BYTES} bytes (int length,
 * int message number, byte 1 if it is the message's last) and its bytes; chunks of several messages may alternate.
 *
 * <p>Not thread-safe; knows nothing of sockets. Copies: a message of one chunk is copied once out of the receive buffer,
 * a longer one a second time when its chunks are joined.
 */
final class ChunkReader {
    static final int HEADER_BYTES = 9;
    static final int MAX_CHUNK_BYTES = 128 * 1024;
    private static final int MAX_UNFINISHED = 4096;

    private final Consumer<byte[]> finished;
    private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    private final Map<Integer, Unfinished> unfinished = new HashMap<>();
    private byte[] chunk = {};
    private int filled;
    private boolean inChunk;
    private int maxMessageBytes;
    private long maxUnfinishedBytes; // of all messages together
    private long unfinishedBytes;

    /** The chunks of a message whose last one is still to come. */
    private static final class Unfinished {
        final List<byte[]> chunks = new ArrayList<>();
        long bytes;
    }

    /** @param greetingBytes what is kept of a peer that is not authenticated yet: more, in one message or several, is a violation */
    ChunkReader(int greetingBytes, Consumer<byte[]> finished) {
        this.maxMessageBytes = greetingBytes;
        this.maxUnfinishedBytes = greetingBytes;
        this.finished = finished;
    }

    /** The peer is authenticated: it may send messages of that size, and as many of them at once as it likes. */
    void allowMessagesUpTo(int bytes) {
        maxMessageBytes = bytes;
        maxUnfinishedBytes = Long.MAX_VALUE;
    }

    /**
     * Consumes all that {@code in} has.
     *
     * @throws ProtocolViolation if the stream cannot come from a peer; the reader must not be used afterwards
     */
    void feed(ByteBuffer in) {
        while (in.hasRemaining()) {
            if (!inChunk && !readHeader(in)) {
                return;
            }
            int bytes = Math.min(in.remaining(), chunk.length - filled);
            in.get(chunk, filled, bytes);
            filled += bytes;
            if (filled == chunk.length) {
                inChunk = false;
                finishChunk();
            }
        }
    }

    private boolean readHeader(ByteBuffer in) {
        while (header.hasRemaining() && in.hasRemaining()) {
            header.put(in.get());
        }
        if (header.hasRemaining()) {
            return false;
        }
        int length = header.getInt(0);
        int flags = header.get(8);
        if (length <= 0 || length > MAX_CHUNK_BYTES || flags < 0 || flags > 1) {
            throw new ProtocolViolation("a chunk header of length " + length + " and flags " + flags);
        }
        // Only what one chunk may hold is ever allocated on the word of a header, so a liar gains nothing.
        chunk = new byte[Math.min(length, maxMessageBytes + 1)];
        if (chunk.length > maxMessageBytes) {
            throw tooLarge(length);
        }
        filled = 0;
        inChunk = true;
        return true;
    }

    private void finishChunk() {
        int number = header.getInt(4);
        boolean last = header.get(8) == 1;
        header.clear();
        Unfinished earlier = unfinished.get(number);
        if (earlier == null && last) {
            finished.accept(chunk);
            return;
        }
        if (earlier == null) {
            if (unfinished.size() == MAX_UNFINISHED) {
                throw new ProtocolViolation(MAX_UNFINISHED + " messages are unfinished at once");
            }
            earlier = new Unfinished();
            unfinished.put(number, earlier);
        }
        earlier.chunks.add(chunk);
        earlier.bytes += chunk.length;
        unfinishedBytes += chunk.length;
        if (earlier.bytes > maxMessageBytes) {
            throw tooLarge(earlier.bytes);
        }
        if (unfinishedBytes > maxUnfinishedBytes) {
            throw new ProtocolViolation(
                    unfinishedBytes + " bytes of unfinished messages where " + maxUnfinishedBytes + " are allowed");
        }
        if (last) {
            unfinished.remove(number);
            unfinishedBytes -= earlier.bytes;
            finished.accept(join(earlier));
        }
    }

    private ProtocolViolation tooLarge(long bytes) {
        return new ProtocolViolation(
                "a message of at least " + bytes + " bytes where " + maxMessageBytes + " are allowed");
    }

    private static byte[] join(Unfinished message) {
        byte[] all = new byte[Math.toIntExact(message.bytes)];
        int at = 0;
        for (byte[] part : message.chunks) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
