package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AssemblerTest {
    private final Assembler assembler = new Assembler(1000, new Bodies());

    @Test
    void chunksOfSeveralMessagesAlternate() {
        assertNull(assembler.add(1, false, new byte[] {1, 2}));
        assertArrayEquals(new byte[] {9}, bytes(assembler.add(2, true, new byte[] {9})));
        assertArrayEquals(new byte[] {1, 2, 3}, bytes(assembler.add(1, true, new byte[] {3})));
    }

    private static byte[] bytes(Chunks chunks) {
        byte[] bytes = new byte[chunks.available()];
        assertEquals(bytes.length, chunks.read(bytes, 0, bytes.length));
        assertEquals(-1, chunks.read());
        return bytes;
    }

    @Test
    void aNumberMayBeUsedAgainOnceItsMessageIsWhole() {
        for (int round = 0; round < 5000; round++) {
            assertNull(assembler.add(round % 2, false, new byte[600]));
            assertEquals(900, assembler.add(round % 2, true, new byte[300]).bytes());
        }
    }

    @Test
    @DisplayName("W-04: a message over the limit is refused")
    void aMessageOverTheLimitIsRefused() {
        assembler.add(1, false, new byte[600]);
        var violation = assertThrows(ProtocolViolation.class, () -> assembler.add(1, true, new byte[401]));
        assertEquals("a message of at least 1001 bytes where 1000 are allowed", violation.getMessage());
    }

    @Test
    void messagesThatAreUnfinishedAtOnceHaveALimit() {
        for (int message = 0; message < Assembler.MAX_UNFINISHED; message++) {
            assembler.add(message, false, new byte[1]);
        }
        assertThrows(ProtocolViolation.class, () -> assembler.add(-1, false, new byte[1]));
    }
}
