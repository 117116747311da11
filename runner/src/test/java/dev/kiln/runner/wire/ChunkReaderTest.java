package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ChunkReaderTest {
    private final ChunkReader reader = new ChunkReader(1000, new Bodies());

    static ByteBuffer header(int length, int message, int kind, long number, long received) {
        ByteBuffer header = ByteBuffer.allocate(ChunkReader.HEADER_BYTES);
        ChunkReader.putHeader(header, length, message, (byte) kind, number, received);
        return header.flip();
    }

    private ProtocolViolation violates(int length, int kind, long number, long received) {
        return assertThrows(ProtocolViolation.class, () -> new ChunkReader(1000, new Bodies())
                .next(header(length, 1, kind, number, received)));
    }

    @Test
    void aChunkIsReadFromPiecesOfAnySize() {
        byte[] stream = {0, 0, 0, 2, 0, 0, 0, 7, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 3, 42, 43};
        for (int at = 0; at < stream.length - 1; at++) {
            assertFalse(reader.next(ByteBuffer.wrap(stream, at, 1)));
        }
        assertTrue(reader.next(ByteBuffer.wrap(stream, stream.length - 1, 1)));
        assertEquals(ChunkReader.LAST, reader.kind());
        assertEquals(7, reader.message());
        assertEquals(5, reader.number());
        assertEquals(3, reader.received());
        assertArrayEquals(new byte[] {42, 43}, reader.body());
    }

    @Test
    void severalChunksInOneBufferAreReadOneByOne() {
        ByteBuffer both = ByteBuffer.allocate(100)
                .put(header(0, 0, ChunkReader.ACK, 0, 9))
                .put(header(1, 1, ChunkReader.PART, 1, 0))
                .put((byte) 1)
                .flip();
        assertTrue(reader.next(both));
        assertEquals(9, reader.received());
        assertTrue(reader.next(both));
        assertEquals(ChunkReader.PART, reader.kind());
        assertFalse(reader.next(both));
    }

    @Test
    @DisplayName("W-04: a header that no peer would write is a violation")
    void aHeaderThatNoPeerWouldWriteIsAViolation() {
        assertEquals(
                "a chunk header of length 0, kind 1, number 1 and received 0",
                violates(0, 1, 1, 0).getMessage());
        violates(-1, 1, 1, 0);
        violates(Integer.MIN_VALUE, 1, 1, 0);
        violates(1001, 1, 1, 0);
        violates(10, 6, 0, 0);
        violates(10, -1, 0, 0);
        violates(10, 1, 0, 0);
        violates(10, 0, -1, 0);
        violates(10, 1, 1, -1);
        violates(1, ChunkReader.ACK, 0, 0);
        violates(0, ChunkReader.ACK, 1, 0);
        violates(1, ChunkReader.GREETING, 1, 0);
    }
}
