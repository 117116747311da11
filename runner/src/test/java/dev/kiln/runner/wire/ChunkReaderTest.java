package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ChunkReaderTest {
    private final List<byte[]> read = new ArrayList<>();
    private final ChunkReader reader = new ChunkReader(1000, read::add);

    private static ByteBuffer header(int length, int number, int flags) {
        return ByteBuffer.allocate(ChunkReader.HEADER_BYTES)
                .putInt(length)
                .putInt(number)
                .put((byte) flags)
                .flip();
    }

    private void chunk(int length, int number, boolean last) {
        reader.feed(header(length, number, last ? 1 : 0));
        reader.feed(ByteBuffer.allocate(length));
    }

    private ProtocolViolation violates(int length, int number, int flags) {
        return assertThrows(ProtocolViolation.class, () -> reader.feed(header(length, number, flags)));
    }

    @Test
    void chunksOfSeveralMessagesAlternate() {
        reader.feed(header(2, 1, 0));
        reader.feed(ByteBuffer.wrap(new byte[] {1, 2}));
        reader.feed(header(1, 2, 1));
        reader.feed(ByteBuffer.wrap(new byte[] {9}));
        reader.feed(header(1, 1, 1));
        reader.feed(ByteBuffer.wrap(new byte[] {3}));
        assertArrayEquals(new byte[] {9}, read.get(0));
        assertArrayEquals(new byte[] {1, 2, 3}, read.get(1));
    }

    @Test
    void aNumberMayBeUsedAgainOnceItsMessageIsWhole() {
        chunk(10, 1, false);
        chunk(10, 1, true);
        chunk(5, 1, true);
        assertEquals(List.of(20, 5), read.stream().map(bytes -> bytes.length).toList());
    }

    @Test
    @DisplayName("W-04: a header that no peer would write is a violation")
    void aHeaderThatNoPeerWouldWriteIsAViolation() {
        assertEquals("a chunk header of length 0 and flags 1", violates(0, 1, 1).getMessage());
        violates(-1, 1, 1);
        violates(Integer.MIN_VALUE, 1, 1);
        violates(ChunkReader.MAX_CHUNK_BYTES + 1, 1, 1);
        violates(10, 1, 2);
        violates(10, 1, -1);
    }

    @Test
    @DisplayName("W-04: a message over the limit is refused by its header, before it is there")
    void aMessageOverTheLimitIsRefusedByItsHeader() {
        assertEquals(
                "a message of at least 1001 bytes where 1000 are allowed",
                violates(1001, 1, 1).getMessage());
    }

    @Test
    @DisplayName("W-04: a message over the limit in chunks is refused")
    void aMessageOverTheLimitInChunksIsRefused() {
        chunk(600, 1, false);
        assertThrows(ProtocolViolation.class, () -> chunk(600, 1, true));
        assertTrue(read.isEmpty());
    }

    @Test
    @DisplayName("W-04: a stranger cannot make us keep more in many messages than in one")
    void aStrangerCannotMakeUsKeepMoreInManyMessagesThanInOne() {
        chunk(600, 1, false);
        var violation = assertThrows(ProtocolViolation.class, () -> chunk(600, 2, false));
        assertEquals("1200 bytes of unfinished messages where 1000 are allowed", violation.getMessage());
    }

    @Test
    void whatIsWholeNoLongerCounts() {
        for (int number = 0; number < 100; number++) {
            chunk(600, number, false);
            chunk(300, number, true);
        }
        assertEquals(100, read.size());
    }

    @Test
    void anAuthenticatedPeerMaySendMore() {
        reader.allowMessagesUpTo(1_000_000);
        chunk(100_000, 1, false);
        chunk(100_000, 2, false);
        chunk(100_000, 1, true);
        chunk(100_000, 2, true);
        assertEquals(List.of(200_000, 200_000), read.stream().map(b -> b.length).toList());
        chunk(100_000, 3, false);
        assertThrows(ProtocolViolation.class, () -> {
            for (int i = 0; i < 10; i++) {
                chunk(100_000, 3, false);
            }
        });
    }

    @Test
    void messagesThatAreUnfinishedAtOnceHaveALimit() {
        reader.allowMessagesUpTo(1_000_000);
        for (int number = 0; number < 4096; number++) {
            chunk(1, number, false);
        }
        assertThrows(ProtocolViolation.class, () -> chunk(1, 4096, false));
    }
}
