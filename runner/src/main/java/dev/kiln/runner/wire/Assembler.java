package dev.kiln.runner.wire;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts messages together from chunks in the order of their numbers. It belongs to a session: what is half read when a
 * connection is cut goes on with the next one. Not thread-safe. Nothing is copied.
 */
final class Assembler {
    static final int MAX_UNFINISHED = 4096;

    private final Map<Integer, Chunks> unfinished = new HashMap<>();
    private final int maxMessageBytes;
    private final Bodies bodies;

    /**
     * @param maxMessageBytes more in one message is a violation
     * @param bodies where the chunks' arrays come from
     */
    Assembler(int maxMessageBytes, Bodies bodies) {
        this.maxMessageBytes = maxMessageBytes;
        this.bodies = bodies;
    }

    /**
     * Takes the next chunk.
     *
     * @return the message if this was its last chunk, otherwise null
     * @throws ProtocolViolation if no peer would send it
     */
    @Nullable
    Chunks add(int message, boolean last, byte[] chunk) {
        Chunks chunks = unfinished.get(message);
        if (chunks == null) {
            chunks = new Chunks(bodies);
            if (!last) {
                if (unfinished.size() == MAX_UNFINISHED) {
                    throw new ProtocolViolation(MAX_UNFINISHED + " messages unfinished at once, and one more");
                }
                unfinished.put(message, chunks);
            }
        }
        chunks.add(chunk);
        if (chunks.bytes() > maxMessageBytes) {
            throw new ProtocolViolation(
                    "a message of at least " + chunks.bytes() + " bytes where " + maxMessageBytes + " are allowed");
        }
        if (!last) {
            return null;
        }
        unfinished.remove(message);
        return chunks;
    }
}
