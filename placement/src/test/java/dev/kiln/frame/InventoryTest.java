package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.ProcessRef;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What one party learns of the frames of others. */
@ExtendWith(NothingLeft.class)
class InventoryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final List<Frame> KEPT = new ArrayList<>();

    @TempDir
    Path directory;

    private final Hub hub = new Hub();
    private final FrameSpace caller = hub.caller();
    private final FrameSpace one = hub.runner("one");
    private final FrameSpace two = hub.runner("two");

    @AfterEach
    void drop() {
        Frame.closeAll(KEPT);
        KEPT.clear();
        hub.close();
    }

    /** What closures make there goes with the test, not with the collector. */
    private static Frame made(int n) {
        Frame frame = Frame.columns(Map.of("n", new long[n]));
        KEPT.add(frame);
        return frame;
    }

    private Inventory inventory(FrameSpace... parties) {
        List<ProcessRef> asked = new ArrayList<>();
        for (FrameSpace party : parties) {
            asked.add(party.self());
        }
        return caller.inventory(asked, PATIENCE);
    }

    private static FrameInfo only(Inventory inventory) {
        assertEquals(1, inventory.frames().size(), inventory::toString);
        return inventory.frames().getFirst();
    }

    @Test
    @DisplayName(
            "G-10: a frame is listed with its size, schema, owner, age and holders by name, in one round trip a party")
    void listed() {
        Frame frame = hub.call(one, () -> made(100));
        hub.settle();
        long before = hub.asked();
        Inventory inventory = inventory(one, two);
        assertEquals(2, hub.asked() - before);
        FrameInfo info = only(inventory);
        assertEquals("one", info.owner());
        assertEquals(frame.schema(), info.schema());
        assertEquals(100, info.rows());
        assertEquals(frame.byteSize(), info.bytes());
        assertEquals(info.bytes(), info.privateBytes());
        assertEquals(0, info.sharedBytes());
        assertEquals(List.of("caller"), info.holders());
        assertTrue(info.age().isPositive());
        assertEquals(Optional.empty(), info.createdAt());
        assertEquals(frame.id(), info.id());
        frame.close();
        assertEquals(List.of(), inventory(one, two).frames(), "what was let go of before is not listed");
    }

    @Test
    @DisplayName(
            "F-04, G-10: a frame is called the same by its handle, in the list, and when it is lost, also after it has moved")
    void oneName() {
        Frame frame = hub.call(one, () -> made(100));
        Frame other = hub.call(two, () -> made(1));
        hub.settle();
        assertEquals(0, one.moveOut(List.of(two.self())).count());
        hub.settle();
        assertEquals(
                Set.of(frame.id(), other.id()),
                inventory(one, two).frames().stream().map(FrameInfo::id).collect(Collectors.toSet()));
        assertTrue(frame.id().startsWith("two/"), frame::id);
        hub.kill(two);
        FrameLost lost = assertThrows(FrameLost.class, frame::collect);
        assertTrue(lost.getMessage().startsWith("frame " + frame.id() + " is lost"), lost::getMessage);
        frame.close();
        assertTrue(frame.id().startsWith("two/"), "also after close");
    }

    @Test
    @DisplayName("G-10: private, shared and spilled bytes are told apart")
    void places() throws Exception {
        Table table = Table.fromColumns(Map.of("n", new long[50_000]));
        table.retain();
        Frame there = Frame.adopt(table);
        Frame handle = (Frame) hub.unpack(one.packResult(there, caller.self()).bytes(), one, caller);
        assertNotNull(handle);
        assertEquals(table.bytes(), only(inventory(one)).privateBytes());

        var _ = table.share();
        FrameInfo shared = only(inventory(one));
        assertEquals(table.bytes(), shared.sharedBytes());
        assertEquals(0, shared.privateBytes());

        table.storage().spill(new SpillFolder(directory));
        FrameInfo spilled = only(inventory(one));
        assertTrue(spilled.spilled());
        assertEquals(0, spilled.sharedBytes() + spilled.privateBytes());
        assertEquals(table.bytes(), spilled.bytes());
        handle.close();
        there.close();
        table.release();
    }

    @Test
    @DisplayName("G-10: a party that dies while it is asked has no frames, and the others are listed")
    void dead() {
        Frame lost = hub.call(one, () -> made(10));
        Frame lives = hub.call(two, () -> made(20));
        hub.beforeServing(() -> hub.kill(one));
        Inventory inventory = caller.inventory(List.of(one.self()), PATIENCE);
        assertEquals(List.of(), inventory.frames());
        assertEquals(List.of(), inventory.silent());
        assertEquals(20, only(inventory(one, two)).rows());
        lost.close();
        lives.close();
    }

    @Test
    @DisplayName("G-10: a party that does not answer in time is told apart, and the others are listed")
    void silent() {
        Frame slow = hub.call(one, () -> made(10));
        Frame lives = hub.call(two, () -> made(20));
        Inventory inventory = caller.inventory(List.of(two.self()), PATIENCE);
        assertEquals(1, inventory.frames().size());
        hub.beforeServing(InventoryTest::untilInterrupted);
        Inventory late = caller.inventory(List.of(one.self()), Duration.ofMillis(20));
        assertEquals(List.of(one.self()), late.silent());
        assertEquals(List.of(), late.frames());
        slow.close();
        lives.close();
    }

    private static void untilInterrupted() {
        try {
            new java.util.concurrent.CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new QueryInterrupted("given up", e);
        }
    }

    @Test
    @DisplayName(
            "G-10: where a frame was made is looked for on request only; what is made for somebody else has his line")
    void origins() {
        assertEquals("", Origins.here(), "nobody wants to know");
        Origins.want();
        try {
            String mine = Origins.here();
            assertTrue(mine.startsWith("org.junit."), mine + " is the first that is not ours");
            assertEquals(
                    "com.example.Main.main(Main.java:7)",
                    Origins.as("com.example.Main.main(Main.java:7)", Origins::here));
        } finally {
            Origins.drop();
        }
    }
}
