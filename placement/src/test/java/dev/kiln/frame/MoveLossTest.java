package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Moves while parties die or refuse, and many at once. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MoveLossTest extends MoveFixture {
    @Test
    @DisplayName("G-11, F-10: the old place dies before its holders were told: lost, at once; after that: nothing is")
    void losesTheOldPlace() {
        Frame lost = made();
        hub.kill(n2);
        assertThrows(FrameLost.class, lost::collect);
        Frame kept = hub.call(n3, () -> frame("x", list(3)));
        hub.settle();
        moveOut(n3, n4);
        hub.kill(n3);
        assertEquals(list(3), column(kept, "x"));
    }

    @Test
    @DisplayName("G-11, F-10: the new place dies after the move: lost, with its cause")
    void losesTheNewPlace() {
        Frame handle = made();
        moveOut(n2, n3);
        hub.kill(n3);
        FrameLost lost = assertThrows(FrameLost.class, handle::collect);
        assertTrue(lost.getMessage().contains("n3"), lost::getMessage);
    }

    @Test
    @DisplayName("G-11: the new place dies before its holder was told: the old one moves it elsewhere")
    void movesElsewhere() {
        Frame handle = made();
        try (Parcel parcel = hub.caller().packWork(handle)) {
            assertEquals(0, n2.moveOut(List.of(n3.self())).count());
            hub.settle();
            assertEquals("n3", handle.owner());
            hub.kill(n3);
            assertThrows(FrameLost.class, handle::collect);
            hub.sleep(1);
            moveOut(n2, n4); // the parcel's handle is still on n2, which has the data
            assertEquals(list(1, 2), column(handle, "x"));
            assertEquals("n4", handle.owner());
            assertEquals(1, n2.residentCount());
            assertTrue(parcel.holds());
        }
        hub.settle();
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("F-10: what nobody takes is told with the reason, and stays where it is while that lives")
    void tellsWhatIsStranded() {
        Frame handle = made();
        Stranded nobody = n2.moveOut(List.of());
        assertEquals(1, nobody.count());
        assertTrue(nobody.bytes() > 0);
        assertTrue(nobody.reason().contains("no other runner"), nobody::reason);
        n3.moveOut(List.of()); // it is about to end, too
        Stranded refused = n2.moveOut(List.of(n3.self()));
        assertEquals(1, refused.count());
        assertTrue(refused.reason().contains("about to end"), refused::reason);
        assertEquals(list(1, 2), column(handle, "x"));
        moveOut(n2, n3, n4);
        assertEquals("n4", handle.owner());
    }

    @Test
    @DisplayName("F-10: where there is room for a part only, the small ones move, and the rest is told with the reason")
    void movesWhatHasRoom(@TempDir Path directory) throws IOException {
        long mib = 1 << 20;
        Path full = Files.createDirectory(directory.resolve("full"));
        MemoryLimits limits = new MemoryLimits(16 * mib, 0.7, 0.85, full.toString(), 1, true);
        Hub.collectGarbage();
        try (MemoryBudget _ = MemoryBudget.open(limits, false)) {
            Files.delete(full);
            Files.createFile(full); // nothing can go to disk
            List<Frame> frames = hub.call(
                    n2,
                    () -> List.of(
                            Frame.columns(Map.of("x", new byte[(int) (6 * mib)])),
                            Frame.columns(Map.of("x", new byte[(int) mib])),
                            Frame.columns(Map.of("x", new byte[(int) mib]))));
            hub.settle();
            Stranded rest = n2.moveOut(List.of(n3.self()));
            hub.settle();
            assertEquals(1, rest.count());
            assertTrue(rest.bytes() >= 6 * mib, rest::toString);
            assertTrue(rest.reason().contains("memoryBudget has no room"), rest::reason);
            assertEquals(
                    List.of("n2", "n3", "n3"), frames.stream().map(Frame::owner).toList());
            assertEquals(6 * mib, frames.getFirst().filter("x = 0").rowCount());
            Frame.closeAll(frames);
            hub.settle();
        }
    }

    @Test
    @DisplayName("G-11: what running work leaves behind while its runner is about to end moves as well")
    void movesWhatComesLater() {
        Frame first = made();
        moveOut(n2, n3);
        Frame second = hub.call(n2, () -> frame("x", list(5)));
        assertEquals("n2", second.owner());
        Frame third = first.compute();
        assertEquals("n3", third.owner());
        hub.sleep(1);
        hub.settle();
        moveOut(n2, n3);
        assertEquals("n3", second.owner());
        assertEquals(0, n2.residentCount());
        assertEquals(list(5), column(second, "x"));
    }

    @Test
    @DisplayName("G-11: ten thousand frames move with a few messages")
    void movesMany() {
        List<Frame> many = hub.call(n2, () -> HoldingTest.Many.frames(10_000));
        hub.settle();
        long before = hub.asked();
        do { // a round does not wait for slow holders
            moveOut(n2, n3);
        } while (n2.residentCount() > 0);
        assertTrue(hub.asked() - before < 50, () -> (hub.asked() - before) + " requests");
        assertEquals(10_000, n3.residentCount());
        many.forEach(Frame::close);
        hub.settle();
        assertEquals(0, n3.residentCount());
    }

    @Test
    @DisplayName("G-11: frames move under threads that use, pass on and close them, and every value is right")
    void movesUnderUse() throws Exception {
        List<FrameSpace> runners = new ArrayList<>(List.of(n2, n3, n4));
        for (int i = 5; i < 12; i++) {
            runners.add(hub.runner("n" + i));
        }
        long[] numbers = LongStream.range(0, 1000).toArray();
        Frame handle = hub.call(n2, () -> Frame.columns(Map.of("x", numbers)));
        hub.settle();
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> users = new ArrayList<>();
            for (int user = 0; user < 4; user++) {
                users.add(threads.submit(() -> {
                    while (!over.get()) {
                        try (Frame chain = handle.filter("x >= 998");
                                Frame computed = chain.compute();
                                Frame home = computed.collect()) {
                            assertEquals(list(998L, 999L), column(home, "x"));
                        }
                        FrameSpace last = runners.getLast();
                        long rows = hub.<Long>call(
                                last, () -> handle.filter("x < 7").rowCount());
                        assertEquals(7, rows);
                    }
                }));
            }
            for (int i = 0; i + 1 < runners.size(); i++) {
                FrameSpace from = runners.get(i);
                while (from.residentCount() > 0) {
                    assertEquals(
                            0, from.moveOut(List.of(runners.get(i + 1).self())).count());
                    hub.sleep(1);
                    hub.heard();
                    hub.settle();
                }
                hub.kill(from);
            }
            over.set(true);
            for (Future<?> user : users) {
                user.get();
            }
        }
        assertEquals(runners.getLast().self().name(), handle.owner());
        handle.close();
        hub.settle();
        assertEquals(0, runners.getLast().residentCount());
        assertEquals(0, hub.caller().heldElsewhere());
    }
}
