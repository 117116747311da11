package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NothingLeft.class)
class PinTest {

    @TempDir
    Path directory;

    private static Table table() {
        return Table.fromColumns(Map.of("n", new int[50_000]));
    }

    @Test
    @DisplayName(
            "F-13: a pinned frame does not go to disk until it is unpinned, and comes back from there when it is pinned")
    void here() throws Exception {
        SpillFolder folder = new SpillFolder(directory);
        Table table = table();
        table.retain();
        try (Frame frame = Frame.adopt(table);
                Frame lazy = frame.filter("n > 1")) {
            lazy.pin();
            lazy.pin();
            table.storage().spill(folder);
            assertFalse(table.storage().isSpilled());
            frame.unpin();
            table.storage().spill(folder);
            assertTrue(table.storage().isSpilled());
            frame.pin();
            assertFalse(table.storage().isSpilled());
        } finally {
            table.release();
        }
        assertEquals(0, SpillFile.count());
    }

    @Test
    @DisplayName("F-13: a handle pins its frame at the owner, for its own process, and the pin ends with that process")
    void elsewhere() {
        try (Hub hub = new Hub()) {
            FrameSpace runner = hub.runner("r1");
            Table table = table();
            table.retain();
            try (Frame there = Frame.adopt(table)) {
                Parcel result = runner.packResult(there, hub.caller().self());
                try (Frame handle =
                        (Frame) Objects.requireNonNull(hub.caller().unpack(result.bytes(), runner.self()))) {
                    handle.pin();
                    assertTrue(table.storage().isPinned());
                    handle.unpin();
                    assertFalse(table.storage().isPinned());
                    handle.pin();
                    there.pin();
                    runner.gone(hub.caller().self(), new FrameLost("it has ended", null));
                    assertTrue(table.storage().isPinned(), "by its owner itself");
                    there.unpin();
                    assertFalse(table.storage().isPinned());
                }
            } finally {
                table.release();
            }
        }
    }
}
