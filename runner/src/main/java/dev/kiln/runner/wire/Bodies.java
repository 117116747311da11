package dev.kiln.runner.wire;

import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The arrays that bodies of chunks are received into. Those as long as bodies may be are used again, by whichever
 * connection comes first: data that streams in makes no garbage. An array belongs to the reader of its connection, then to the message, then
 * to whoever reads that, who gives it back or leaves it to the collector. Any thread.
 */
final class Bodies {
    /** Those of this process. */
    static final Bodies SHARED = new Bodies();

    /** So many wait to be filled again, 8 MiB: what one fetch of a frame has under way. */
    static final int MAX_SPARE = 64;

    private final ArrayBlockingQueue<byte[]> spare = new ArrayBlockingQueue<>(MAX_SPARE);

    /** An array of that length, with anything in it. */
    byte[] take(int length) {
        byte @Nullable [] used = length == ChunkReader.MAX_CHUNK_BYTES ? spare.poll() : null;
        return used == null ? new byte[length] : used;
    }

    /** Nobody reads it any more, nor will. */
    void giveBack(byte[] body) {
        if (body.length == ChunkReader.MAX_CHUNK_BYTES) {
            boolean _ = spare.offer(body); // else there are enough
        }
    }
}
