package dev.kiln.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MessagesTest {
    private static final ProcessRef A = new ProcessRef("a", 3);

    @Test
    @DisplayName("G-01: a process is named with its incarnation, and so is what it owns")
    void namesReadWell() {
        assertEquals("a#3", A.toString());
        assertEquals("a#3/7", new ResourceId(A, 7).toString());
        assertThrows(IllegalArgumentException.class, () -> new ProcessRef(" ", 1));
    }

    @Test
    @DisplayName("G-04: an Update is a copy that later changes do not reach, and its sequence starts at 1")
    void updateIsACopy() {
        List<Long> held = new ArrayList<>(List.of(7L));
        Update update = new Update(A, 1, held, List.of(), List.of());
        held.add(8L);
        assertEquals(List.of(7L), update.held());
        assertThrows(IllegalArgumentException.class, () -> new Update(A, 0, held, List.of(), List.of()));
    }

    @Test
    @DisplayName("G-05: an acknowledgement tells a fenced incarnation from one that has said nothing yet")
    void acknowledgementKnowsFenced() {
        assertTrue(new Acknowledged(A, A, Acknowledged.FENCED).fenced());
        assertFalse(new Acknowledged(A, A, 0).fenced());
        assertThrows(IllegalArgumentException.class, () -> new Acknowledged(A, A, -2));
    }
}
