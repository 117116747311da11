package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kiln.frame.spi.Reply;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.ArrowBuf;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("W-03: bytes that came in pieces are read as if they were one")
class PiecesTest {

    @Test
    void whereverTheyWereCut() {
        for (long seed = 1; seed <= 500; seed++) {
            var random = new Random(seed);
            byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            Pieces pieces = new Pieces(new Reply(cut(bytes, random), () -> {}));
            int at = 0;
            String which = "seed " + seed;
            while (at < bytes.length) {
                int count = random.nextInt(bytes.length - at + 1);
                assertEquals(bytes.length - at, pieces.remaining(), which);
                assertEquals(crc(bytes, at), pieces.checksum(), which);
                byte[] expected = Arrays.copyOfRange(bytes, at, at + count);
                assertEquals(ByteBuffer.wrap(expected), pieces.peek(count), which);
                if (random.nextBoolean()) {
                    assertArrayEquals(expected, copied(pieces, count), which);
                } else {
                    pieces.skip(count);
                }
                at += count;
            }
            assertEquals(0, pieces.remaining(), which);
            assertEquals(0, pieces.peek(9).remaining(), which);
            assertThrows(IllegalArgumentException.class, () -> pieces.skip(1), which);
        }
    }

    /** Buffers with something before and behind, some of them empty. */
    private static List<ByteBuffer> cut(byte[] bytes, Random random) {
        List<ByteBuffer> pieces = new ArrayList<>();
        int end;
        for (int at = 0; at < bytes.length || pieces.isEmpty(); at = end) {
            end = at + random.nextInt(bytes.length - at + 1);
            byte[] array = new byte[end - at + 7];
            System.arraycopy(bytes, at, array, 3, end - at);
            pieces.add(ByteBuffer.wrap(array, 3, end - at));
        }
        return pieces;
    }

    private static byte[] copied(Pieces pieces, int count) {
        ArrowBuf buffer = Memory.buffer(count);
        try {
            pieces.copyTo(buffer, count);
            byte[] bytes = new byte[count];
            buffer.getBytes(0, bytes);
            return bytes;
        } finally {
            buffer.getReferenceManager().release();
        }
    }

    private static int crc(byte[] bytes, int from) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, bytes.length - from);
        return (int) crc.getValue();
    }

    @Test
    void theyAreGivenBackOnce() {
        AtomicInteger given = new AtomicInteger();
        Pieces pieces = new Pieces(new Reply(List.of(ByteBuffer.allocate(1)), given::incrementAndGet));
        pieces.skip(1);
        assertEquals(0, given.get());
        pieces.close();
        pieces.close();
        assertEquals(1, given.get());
    }
}
