package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kiln.frame.spi.Reply;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message.Answer;
import dev.kiln.runner.wire.Message.Returned;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("W-03: how often a large payload is copied is what docs/wire.md says")
class CopiesTest {
    private static final ProcessRef PROCESS = new ProcessRef("p-1", 1);

    private final byte[] payload = new byte[5 * ChunkReader.MAX_CHUNK_BYTES / 2];
    private final Bodies spare = new Bodies();
    private final Set<byte[]> bodies = identities(); // of the chunks that were received
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
        Returned returned = assertInstanceOf(Returned.class, received());
        assertArrayEquals(payload, returned.result());
        assertEquals(
                2, again(2).size(), "the arrays of whole chunks are used again as soon as the message has been read");
        assertArrayEquals(payload, returned.result());
    }

    @Test
    void oneOutOfTheReceiveBufferForAnAnswer() throws IOException {
        send(new Answer(1, PROCESS, PROCESS, Reply.of(payload)));
        Reply reply = assertInstanceOf(Answer.class, received()).reply();
        assertEquals(bodies, arrays(reply.pieces()), "they are read where they came");
        assertEquals(Set.of(), again(2), "nobody gets them meanwhile");
        assertArrayEquals(payload, reply.toArray());
        reply.close();
        reply.close();
        assertEquals(2, again(3).size(), "the arrays of whole chunks, once each");
        assertThrows(IllegalStateException.class, reply::pieces);
        assertThrows(IllegalStateException.class, reply::toArray);
    }

    /** Takes so many arrays; those that were used before. */
    private Set<byte[]> again(int count) {
        Set<byte[]> taken = identities();
        for (int i = 0; i < count; i++) {
            taken.add(spare.take(ChunkReader.MAX_CHUNK_BYTES));
        }
        taken.retainAll(bodies);
        return taken;
    }

    private static Set<byte[]> arrays(List<ByteBuffer> pieces) {
        Set<byte[]> arrays = identities();
        for (ByteBuffer piece : pieces) {
            assertEquals(0, piece.arrayOffset());
            arrays.add(piece.array());
        }
        return arrays;
    }

    private static Set<byte[]> identities() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private Message received() {
        wire.flip();
        ChunkReader reader = new ChunkReader(ChunkReader.MAX_CHUNK_BYTES, spare);
        Assembler assembler = new Assembler(MessageCodec.MAX_MESSAGE_BYTES, spare);
        @Nullable Chunks whole = null;
        while (reader.next(wire)) {
            bodies.add(reader.body());
            whole = assembler.add(reader.message(), reader.kind() == ChunkReader.LAST, reader.body());
        }
        assertNotNull(whole);
        assertEquals(3, bodies.size());
        Message message = MessageCodec.decode(whole);
        whole.release();
        return message;
    }

    private void send() throws IOException {
        send(new Returned(1, 1, false, payload));
    }

    private void send(Message message) throws IOException {
        new Random(1).nextBytes(payload);
        hash = Arrays.hashCode(payload);
        Outbox outbox = new Outbox(0);
        outbox.add(MessageCodec.encode(message));
        outbox.write(carrier, 0);
    }
}
