package dev.kiln.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private final Batches<String> batches = new Batches<>();

    @Test
    @DisplayName("B-01: all that joined a batch is released when it ends, each once, whatever its end")
    void endReleasesAll() {
        for (BatchState how : List.of(BatchState.DONE, BatchState.FAILED, BatchState.CANCELLED)) {
            batches.open("b", null, true);
            assertTrue(batches.join("b", "x"));
            assertTrue(batches.join("b", "y"));
            assertEquals(List.of("x", "y"), batches.end("b", how));
            assertEquals(List.of(), batches.end("b", BatchState.DONE), "a second end releases nothing");
            assertEquals(List.of(), batches.delete("b"));
            isForgotten();
        }
    }

    @Test
    @DisplayName("B-01: what comes to a batch that has ended is not taken, so that it is released at once")
    void tooLate() {
        batches.open("b", null, true);
        batches.end("b", BatchState.CANCELLED);
        assertFalse(batches.join("b", "x"));
        assertFalse(batches.join("never opened", "x"));
        isForgotten();
    }

    @Test
    void whatEndedOnItsOwnIsNotReleasedAgain() {
        batches.open("b", null, true);
        batches.join("b", "x");
        batches.join("b", "y");
        batches.leave("x");
        batches.leave("never joined");
        assertEquals(List.of("y"), batches.end("b", BatchState.DONE));
        batches.leave("y");
        isForgotten();
    }

    @Test
    @DisplayName("B-02: what is kept moves to the batch around, and ends with that; kept once more it is out")
    void keepMovesOutward() {
        batches.open("outer", null, true);
        batches.open("inner", "outer", true);
        batches.join("inner", "x");
        batches.join("inner", "y");
        assertTrue(batches.keep("inner", "x"));
        assertEquals(Optional.of("outer"), batches.batchOf("x"));
        assertEquals(List.of("y"), batches.end("inner", BatchState.DONE));
        assertTrue(batches.keep("outer", "x"));
        assertEquals(Optional.empty(), batches.batchOf("x"));
        assertEquals(List.of(), batches.end("outer", BatchState.DONE));
        batches.leave("x");
        isForgotten();
    }

    @Test
    @DisplayName("B-02: a batch keeps what was made in a batch within it, and nothing that is not its own")
    void keepKnowsWhatIsItsOwn() {
        batches.open("outer", null, true);
        batches.open("inner", "outer", true);
        batches.open("other", null, true);
        batches.join("inner", "deep");
        batches.join("outer", "around");
        batches.join("other", "foreign");
        assertTrue(batches.keep("outer", "deep"));
        assertFalse(batches.keep("inner", "around"));
        assertFalse(batches.keep("outer", "foreign"));
        assertFalse(batches.keep("outer", "never joined"));
        assertEquals(Optional.of("outer"), batches.batchOf("around"));
        assertEquals(List.of("around"), batches.end("outer", BatchState.DONE));
        assertThrows(IllegalStateException.class, () -> batches.keep("outer", "deep"));
    }

    @Test
    @DisplayName("B-02: delete releases what was kept, too, also after the end")
    void deleteReleasesKept() {
        batches.open("b", null, true);
        for (String each : List.of("kept", "gone", "own", "closed")) {
            batches.join("b", each);
        }
        for (String each : List.of("kept", "gone", "closed")) {
            batches.keep("b", each);
        }
        assertEquals(List.of("own"), batches.end("b", BatchState.DONE));
        batches.open("elsewhere", null, true);
        batches.transfer("gone", "elsewhere");
        batches.leave("closed");
        assertEquals(List.of("kept"), batches.delete("b"));
        assertEquals(List.of("gone"), batches.delete("elsewhere"));
        isForgotten();
    }

    @Test
    @DisplayName("B-02: a batch without automatic release keeps all it has when it ends, and delete releases that")
    void withoutAutomaticRelease() {
        batches.open("outer", null, true);
        batches.open("inner", "outer", false);
        batches.open("free", null, false);
        batches.join("inner", "x");
        batches.join("free", "y");
        assertEquals(List.of(), batches.end("inner", BatchState.DONE));
        assertEquals(List.of(), batches.end("free", BatchState.FAILED));
        assertEquals(Optional.of("outer"), batches.batchOf("x"));
        assertThrows(IllegalStateException.class, () -> batches.open("free", null, true), "its id is still taken");
        assertEquals(List.of("y"), batches.delete("free"));
        assertEquals(List.of("x"), batches.end("outer", BatchState.DONE));
        isForgotten();
    }

    @Test
    @DisplayName("B-03: a batch ends with those within it, the innermost first, and with what these had kept for it")
    void nested() {
        batches.open("a", null, true);
        batches.open("b", "a", true);
        batches.open("c", "b", true);
        batches.join("a", "1");
        batches.join("b", "2");
        batches.join("c", "3");
        batches.join("c", "kept for b");
        batches.keep("c", "kept for b");
        assertEquals(List.of("3", "2", "kept for b", "1"), batches.members("a"));
        assertEquals(List.of("3", "2", "kept for b", "1"), batches.end("a", BatchState.CANCELLED));
        for (String id : List.of("a", "b", "c")) {
            assertFalse(batches.isOpen(id));
        }
        isForgotten();
        assertThrows(IllegalStateException.class, () -> batches.open("d", "a", true));
    }

    @Test
    @DisplayName("B-04: a transfer moves something from wherever it is to an open batch, and nowhere else")
    void transfer() {
        batches.open("a", null, true);
        batches.open("b", null, true);
        batches.join("a", "x");
        batches.transfer("x", "b");
        batches.transfer("from nowhere", "b");
        assertEquals(List.of(), batches.end("a", BatchState.DONE));
        assertThrows(IllegalStateException.class, () -> batches.transfer("x", "a"));
        assertEquals(Optional.of("b"), batches.batchOf("x"));
        assertEquals(List.of("x", "from nowhere"), batches.end("b", BatchState.DONE));
        isForgotten();
    }

    @Test
    void idsAreUniqueAmongWhatIsOpen() {
        batches.open("b", null, true);
        assertThrows(IllegalStateException.class, () -> batches.open("b", null, true));
        batches.end("b", BatchState.DONE);
        batches.open("b", null, true);
        assertTrue(batches.isOpen("b"));
        batches.join("b", "x");
        assertThrows(IllegalStateException.class, () -> batches.join("b", "x"));
    }

    private void isForgotten() {
        assertEquals(0, batches.size());
        assertEquals(0, batches.memberCount());
    }
}
