package dev.kiln.runner.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The messages that wait to leave on a channel, cut into chunks that take turns, so that a small message never waits for
 * more than one chunk of each large one. Not thread-safe: the link's write lock guards it. Payloads are not copied.
 */
final class ChunkWriter {
    private final Deque<Outgoing> waiting = new ArrayDeque<>();
    private final ByteBuffer[] chunk = new ByteBuffer[3];
    private int nextNumber;

    /** A message on its way and how much of it has been cut off already. */
    private static final class Outgoing {
        final MessageCodec.Encoded bytes;
        final int number;
        int cut;

        Outgoing(MessageCodec.Encoded bytes, int number) {
            this.bytes = bytes;
            this.number = number;
        }
    }

    ChunkWriter() {
        java.util.Arrays.fill(chunk, ByteBuffer.allocate(0));
    }

    void add(MessageCodec.Encoded message) {
        waiting.add(new Outgoing(message, nextNumber++));
    }

    /**
     * Writes as much as the channel takes.
     *
     * @return whether everything is written; otherwise call again when the channel is writable
     */
    boolean write(GatheringByteChannel channel) throws IOException {
        while (true) {
            while (remaining() > 0) {
                if (channel.write(chunk) == 0) {
                    return false;
                }
            }
            Outgoing next = waiting.poll();
            if (next == null) {
                return true;
            }
            cut(next);
            if (next.cut < next.bytes.size()) {
                if (next.bytes.overtakable()) {
                    waiting.addLast(next);
                } else {
                    waiting.addFirst(next);
                }
            }
        }
    }

    /** Whether all that was added is written. */
    boolean isEmpty() {
        return waiting.isEmpty() && remaining() == 0;
    }

    private int remaining() {
        return chunk[0].remaining() + chunk[1].remaining() + chunk[2].remaining();
    }

    private void cut(Outgoing message) {
        byte[] head = message.bytes.head();
        byte[] payload = message.bytes.payload();
        int length = Math.min(ChunkReader.MAX_CHUNK_BYTES, message.bytes.size() - message.cut);
        int fromHead = Math.clamp(head.length - message.cut, 0, length);
        int payloadStart = Math.max(0, message.cut - head.length);
        boolean last = message.cut + length == message.bytes.size();
        chunk[0] = ByteBuffer.allocate(ChunkReader.HEADER_BYTES)
                .putInt(length)
                .putInt(message.number)
                .put((byte) (last ? 1 : 0))
                .flip();
        chunk[1] = fromHead == 0 ? ByteBuffer.allocate(0) : ByteBuffer.wrap(head, message.cut, fromHead);
        chunk[2] = ByteBuffer.wrap(payload, payloadStart, length - fromHead);
        message.cut += length;
    }
}
