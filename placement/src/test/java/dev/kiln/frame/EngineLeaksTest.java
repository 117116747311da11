package dev.kiln.frame;

import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EngineLeaksTest {

    @Test
    @DisplayName("F-14: a thousand operations, good and bad, leave nothing behind")
    void thousand() {
        try (Frame data = frame("i", list(1, 2, 3), "s", list("x", null, "z"))) {
            round(data, 0);
            Memory.Usage before = Memory.usage();
            for (int i = 0; i < 100; i++) {
                round(data, i);
            }
            Memory.Usage after = Memory.usage();
            // fewer is possible: the collector may find what other tests left
            assertTrue(after.privateTables() <= before.privateTables(), after::toString);
            assertTrue(after.privateBytes() <= before.privateBytes(), after::toString);
            assertTrue(after.segments() <= before.segments(), after::toString);
            assertEquals(0, Session.ALLOCATOR.getAllocatedMemory());
        }
    }

    /** Ten operations. */
    private static void round(Frame data, int i) {
        List<Frame> open = List.of(
                data.filter("i > ?", i % 3),
                data.mutate("n = i * 2", "t = s || 'y'"),
                data.groupBy("s").summarise("n = count(*)"),
                data.join(data, JoinType.FULL, "i"),
                data.sql("select a.i as i from this a, this b"),
                data.sort("-s").head(1));
        open.forEach(frame -> {
            frame.compute().close();
            frame.close();
        });
        try (Frame bad = data.mutate("n = s::int");
                Frame grouped = data.groupBy("i").summarise()) {
            assertThrows(QueryFailed.class, bad::collect);
            assertThrows(QueryFailed.class, () -> data.filter("nope"));
            grouped.rowCount();
            data.concatRows(data).close();
        }
    }
}
