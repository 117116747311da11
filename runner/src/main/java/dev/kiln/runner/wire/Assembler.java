package dev.kiln.runner.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts messages together from chunks in the order of their numbers. It belongs to a session: what is half read when a
 * connection is cut goes on with the next one. Not thread-safe. A message of several chunks is copied when they are joined.
 */
final class Assembler {
    static final int MAX_UNFINISHED = 4096;

    private final Map<Integer, Unfinished> unfinished = new HashMap<>();
    private final int maxMessageBytes;

    /** The chunks of a message whose last one is still to come. */
    private static final class Unfinished {
        final List<byte[]> chunks = new ArrayList<>();
        long bytes;
    }

    /** @param maxMessageBytes more in one message is a violation */
    Assembler(int maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
    }

    /**
     * Takes the next chunk.
     *
     * @return the message if this was its last chunk, otherwise null
     * @throws ProtocolViolation if no peer would send it
     */
    byte @Nullable [] add(int message, boolean last, byte[] chunk) {
        Unfinished earlier = unfinished.get(message);
        if (earlier == null && last) {
            return chunk;
        }
        if (earlier == null) {
            if (unfinished.size() == MAX_UNFINISHED) {
                throw new ProtocolViolation(MAX_UNFINISHED + " messages unfinished at once, and one more");
            }
            earlier = new Unfinished();
            unfinished.put(message, earlier);
        }
        earlier.chunks.add(chunk);
        earlier.bytes += chunk.length;
        if (earlier.bytes > maxMessageBytes) {
            throw new ProtocolViolation(
                    "a message of at least " + earlier.bytes + " bytes where " + maxMessageBytes + " are allowed");
        }
        if (!last) {
            return null;
        }
        unfinished.remove(message);
        return join(earlier);
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
