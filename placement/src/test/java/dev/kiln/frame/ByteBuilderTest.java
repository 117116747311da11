package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ByteBuilderTest {

    @Test
    void whatIsWrittenIsThere() {
        var out = new ByteBuilder();
        out.write(1);
        out.write(new byte[] {9, 2, 3, 9}, 1, 2);
        assertArrayEquals(new byte[] {1, 2, 3}, out.toByteArray());
        out.truncate(1);
        assertEquals(1, out.length());
    }

    @Test
    @DisplayName("C-13: what is larger than a Java array is refused with advice, before any memory is asked for it")
    void whatIsTooLargeIsRefused() {
        var out = new ByteBuilder();
        Refusal refused = assertThrows(Refusal.class, () -> out.write(new byte[0], 0, Integer.MAX_VALUE - 8));
        assertTrue(refused.getMessage().contains("2 GiB"), refused.getMessage());
    }
}
