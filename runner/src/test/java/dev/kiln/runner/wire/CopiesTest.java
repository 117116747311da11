package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.kiln.runner.wire.Message.Returned;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("W-03: how often a large payload is copied is what docs/wire.md says")
class CopiesTest {
    private final byte[] payload = new byte[5 * ChunkReader.MAX_CHUNK_BYTES / 2];
    private int hash;
    private int ofThePayload;
    private final ByteBuffer wire = ByteBuffer.allocate(payload.length + 10_000);

    /** Takes everything, and sees whether it was given the payload itself: what is changed there is changed in both. */
    private final Carrier carrier = new Carrier() {
        @Override
        public boolean write(ByteBuffer[] bytes) {
            for (ByteBuffer part : bytes) {
                ofThePayload += part.remaining() > 1000 && isThePayload(part) ? 1 : 0;
                wire.put(part);
            }
            return true;
        }

        @Override
        public void close() {}
    };

    @Test
    void noneBetweenTheMessageAndTheCarrier() throws IOException {
        send();
        assertEquals(3, ofThePayload, "chunks");
    }

    private boolean isThePayload(ByteBuffer part) {
        int last = part.limit() - 1;
        part.put(last, (byte) ~part.get(last));
        boolean changed = Arrays.hashCode(payload) != hash;
        part.put(last, (byte) ~part.get(last));
        return changed;
    }

    @Test
    void oneOutOfTheReceiveBufferAndOneIntoTheMessage() throws IOException {
        send();
        wire.flip();
        ChunkReader reader = new ChunkReader(ChunkReader.MAX_CHUNK_BYTES);
        Assembler assembler = new Assembler(MessageCodec.MAX_MESSAGE_BYTES);
        List<byte[]> read = new ArrayList<>();
        @Nullable Chunks whole = null;
        while (reader.next(wire)) {
            read.add(reader.body());
            whole = assembler.add(reader.message(), reader.kind() == ChunkReader.LAST, reader.body());
        }
        assertNotNull(whole);
        assertEquals(3, whole.arrays().size());
        for (int i = 0; i < read.size(); i++) {
            assertSame(read.get(i), whole.arrays().get(i), "chunks are put together without a copy");
        }
        assertArrayEquals(payload, ((Returned) MessageCodec.decode(whole)).result());
    }

    private void send() throws IOException {
        new Random(1).nextBytes(payload);
        hash = Arrays.hashCode(payload);
        Outbox outbox = new Outbox(0);
        outbox.add(MessageCodec.encode(new Returned(1, 1, false, payload)));
        outbox.write(carrier, 0);
    }
}
