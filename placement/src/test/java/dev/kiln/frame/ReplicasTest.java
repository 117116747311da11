package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.ProcessRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReplicasTest {

    private final Hub hub = new Hub();
    private final FrameSpace n2 = hub.runner("n2");
    private final FrameSpace n3 = hub.runner("n3");
    private final FrameSpace n4 = hub.runner("n4");
    private final List<ProcessRef> hosts = List.of(n2.self(), n3.self(), n4.self());

    @AfterEach
    void forget() {
        hub.close();
    }

    @AfterAll
    static void collectGarbage() {
        Hub.collectGarbage();
    }

    private Frame made(FrameSpace on) {
        Frame handle = hub.call(on, () -> frame("x", list(1, 2)));
        hub.settle();
        return handle;
    }

    private static Set<ProcessRef> owners(Frame frame) {
        return frame.with(plan -> Set.copyOf(((RemoteTable) ((Plan.Source) plan).leaf()).owners()));
    }

    @Test
    @DisplayName("F-10: a frame with three replicas survives two deaths, and is lost with the third")
    void survives() {
        Frame one = made(n2);
        Frame three = one.replicas(3);
        one.close();
        hub.settle();
        assertEquals(Set.copyOf(hosts), owners(three));
        Frame late = three.filter("x > 1");
        hub.kill(n2);
        assertEquals(list(2), column(late, "x"));
        assertEquals("n3", three.owner());
        hub.kill(n3);
        assertEquals(list(2), column(late, "x"));
        hub.kill(n4);
        FrameLost lost = assertThrows(FrameLost.class, late::collect);
        assertTrue(lost.getMessage().contains("all 3 copies"), lost::getMessage);
    }

    @Test
    @DisplayName("F-10, G-11: each copy is held, and each is freed with the handle")
    void holdsAtEach() {
        Frame one = made(n2);
        Frame two = one.replicas(2);
        hub.settle();
        assertEquals(1, n2.residentCount());
        assertEquals(1, n3.residentCount());
        assertEquals(0, n4.residentCount());
        Frame again = two.replicas(2);
        assertEquals(owners(two), owners(again));
        two.close();
        one.close();
        hub.settle();
        assertEquals(1, n2.residentCount());
        again.close();
        hub.settle();
        assertEquals(0, n2.residentCount() + n3.residentCount());
        assertEquals(0, hub.caller().heldElsewhere());
    }

    @Test
    @DisplayName("F-10: an operation whose runner dies under it runs at another copy")
    void asksAgain() {
        Frame two = made(n2).replicas(2);
        hub.settle();
        hub.beforeServing(() -> hub.kill(n2));
        assertEquals(list(2, 4), column(two.mutate("x = x * 2"), "x"));
    }

    @Test
    @DisplayName("F-10, F-06: an operation runs where a copy meets the other operand, and nothing moves")
    void meets() {
        Frame two = made(n2).replicas(2);
        Frame other = made(n3);
        hub.settle();
        Frame joined = other.concatRows(two);
        long before = hub.asked();
        Frame all = joined.compute();
        assertEquals("n3", all.owner());
        assertEquals(1, hub.asked() - before);
        assertEquals(list(1, 2, 1, 2), column(all, "x"));
        Frame reversed = two.concatRows(other).compute();
        assertEquals("n3", reversed.owner());
    }

    @Test
    @DisplayName("F-02, F-10: a closure finds the copy of its own runner, and any other runner uses one that lives")
    void crosses() {
        Frame two = made(n2).replicas(2);
        hub.settle();
        assertFalse(hub.<Boolean>call(n3, two::isRemote));
        assertEquals("n2", hub.<String>call(n4, two::owner));
        hub.kill(n2);
        assertEquals("n3", hub.<String>call(n4, two::owner));
        assertEquals(list(1, 2), hub.call(n4, () -> column(two, "x")));
        Frame back = hub.call(n4, () -> two);
        two.close();
        hub.settle();
        assertEquals(list(1, 2), column(back, "x"));
    }

    @Test
    @DisplayName("F-10: a runner may ask for replicas of a frame elsewhere, and returns the handle")
    void isAskedForOnRunners() {
        Frame one = made(n2);
        Frame two = hub.call(n3, () -> one.replicas(2));
        one.close();
        hub.settle();
        assertEquals(
                Set.of(n2.self(), n4.self()), owners(two), "with copies elsewhere: here it would be the frame itself");
        hub.kill(n2);
        assertEquals(list(1, 2), column(two, "x"));
    }

    @Test
    @DisplayName("F-10: more replicas than runners are refused, saying what can be done, and none is left")
    void refuses() {
        Frame one = made(n2);
        FrameRefused refused = assertThrows(FrameRefused.class, () -> one.replicas(4));
        assertTrue(refused.getMessage().contains("only 3 runners"), refused::getMessage);
        hub.settle();
        assertEquals(0, n3.residentCount() + n4.residentCount());
        IllegalStateException local = assertThrows(
                IllegalStateException.class, () -> frame("x", list(1)).replicas(2));
        assertTrue(local.getMessage().contains("broadcast(frame, 2)"), local::getMessage);
        assertThrows(IllegalArgumentException.class, () -> one.replicas(0));
    }

    @Test
    @DisplayName("F-10, G-11: a copy moves when its runner has to go, and the handle still has two")
    void moves() {
        Frame two = made(n2).replicas(2);
        hub.settle();
        assertEquals(0, n2.moveOut(List.of(n4.self())).count());
        hub.settle();
        assertEquals(Set.of(n3.self(), n4.self()), owners(two));
        hub.kill(n2);
        hub.kill(n3);
        assertEquals(list(1, 2), column(two, "x"));
    }

    @Test
    @DisplayName("F-09, W-03: a broadcast frame is written to shared memory once, whatever the number of runners")
    void writesOnce() throws IOException {
        Hub shared = new Hub(SpaceOptions.defaults().withSharedMemory(true));
        for (int i = 2; i < 7; i++) {
            shared.runner("n" + i, SpaceOptions.defaults().withSharedMemory(true));
        }
        List<ProcessRef> five = shared.caller().client().hosts();
        Hub.collectGarbage(); // what earlier tests have left goes now, and not while this one counts
        long before = segments();
        Frame local = Frame.columns(Map.of("x", LongStream.range(0, 500_000).toArray()));
        try (Frame everywhere = shared.caller().broadcast(local, five, 5)) {
            assertEquals(1, segments() - before);
            assertEquals(5, owners(everywhere).size());
            assertTrue(shared.bytesAnswered() < 10_000, () -> shared.bytesAnswered() + " bytes");
            assertEquals(list(499_999L), column(everywhere.tail(1), "x"));
        }
        local.close();
        shared.close();
    }

    /** The memory files that this process has open. */
    private static long segments() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(file -> {
                        try {
                            return Files.readSymbolicLink(file).toString().contains("memfd:");
                        } catch (IOException closed) {
                            return false;
                        }
                    })
                    .count();
        }
    }
}
