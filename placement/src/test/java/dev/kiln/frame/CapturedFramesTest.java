package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Frames that a closure captured, and those that cross in ways that are refused. */
@SuppressWarnings("serial")
class CapturedFramesTest {

    private final Hub hub = new Hub();
    private final FrameSpace n2 = hub.runner("n2");
    private final FrameSpace n3 = hub.runner("n3");

    /** What closures keep on their runner, as in a static field of the user's. */
    private static final List<Object> KEPT = new ArrayList<>();

    @AfterEach
    void forget() {
        Frame.closeAll(KEPT);
        KEPT.clear();
        hub.close();
    }

    @AfterAll
    static void collectGarbage() {
        Hub.collectGarbage();
    }

    private static Table table(Frame frame) {
        return frame.with(plan -> assertInstanceOf(Table.class, ((Plan.Source) plan).leaf()));
    }

    private static Frame numbers(long count) {
        return Frame.columns(Map.of("x", LongStream.range(0, count).toArray()));
    }

    @Test
    @DisplayName("F-02: a captured local frame is sent once, however often it occurs")
    void sendsCapturedFramesOnce() {
        Frame local = numbers(5_000);
        List<Frame> twice = List.of(local, local);
        Frame lazy = local.filter("x < 3");
        Hub.Work<Long> work = () -> {
            assertSame(twice.get(0), twice.get(1));
            assertSame(twice.get(0), local);
            assertFalse(local.isRemote());
            return local.rowCount() + lazy.rowCount();
        };
        try (Parcel parcel = hub.caller().packWork(work)) {
            assertTrue(parcel.bytes().length < 1.5 * local.byteSize(), () -> parcel.bytes().length + " bytes");
            assertEquals(Map.of(), parcel.bytesByOwner());
        }
        assertEquals(5_003, hub.call(n2, work));
        assertEquals(0, hub.asked());
    }

    @Test
    @DisplayName("F-02: a captured handle is the local frame on its own runner, without a copy or a question")
    void resolvesHandlesAtHome() {
        Frame handle = hub.call(n2, () -> {
            Frame made = numbers(10);
            KEPT.add(made);
            return made;
        });
        assertTrue(hub.call(n2, () -> table((Frame) KEPT.getFirst()) == table(handle)));
        assertEquals(0, hub.asked());
        try (Parcel parcel = hub.caller().packWork(handle)) {
            assertEquals(Map.of(n2.self(), handle.byteSize()), parcel.bytesByOwner());
        }
    }

    @Test
    @DisplayName("F-02: a captured handle works on another runner")
    void usesHandlesElsewhere() {
        Frame handle = hub.call(n2, () -> numbers(10));
        assertEquals(45L, hub.call(n3, () -> {
            assertEquals("n2", handle.owner());
            return column(handle.groupBy().summarise("s = sum(x)::bigint"), "s").getFirst();
        }));
    }

    @Test
    @DisplayName("F-02: a captured handle of another pool works too: its data comes along")
    void takesHandlesOfOtherPools() {
        Hub other = new Hub();
        Frame theirs = other.call(other.runner("m1"), () -> numbers(4));
        assertEquals(list(0L, 1L, 2L, 3L), hub.call(n2, () -> {
            assertFalse(theirs.isRemote());
            return column(theirs, "x");
        }));
        other.close();
    }

    @Test
    @DisplayName("C-03: a handle serialized outside a call is refused with advice")
    void refusesOtherSerializers() throws Exception {
        Frame handle = hub.call(n2, () -> numbers(1));
        try (var out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            var refused = assertThrows(NotSerializableException.class, () -> out.writeObject(List.of(handle)));
            assertTrue(refused.getMessage().contains("only inside a Kiln call"), refused::getMessage);
        }
    }

    @Test
    @DisplayName("C-03: a closed frame is refused with the path to it")
    void refusesClosedFrames() {
        Frame closed = numbers(1);
        closed.close();
        NotTransferable refused =
                assertThrows(NotTransferable.class, () -> hub.caller().packWork(Map.of("a", List.of(1, closed))));
        assertEquals("map value for key \"a\"[1]", refused.path());
        assertTrue(refused.getMessage().contains("this frame is closed"), refused::getMessage);
    }

    static final class WithFrame extends RuntimeException {
        final Frame frame;

        WithFrame(Frame frame) {
            super("with a frame");
            this.frame = frame;
        }
    }

    @Test
    @DisplayName("C-04: frames inside an exception arrive closed")
    void closesFramesOfExceptions() {
        WithFrame failure = assertThrows(
                WithFrame.class,
                () -> hub.call(n2, () -> {
                    throw new WithFrame(numbers(1));
                }));
        assertEquals("with a frame", failure.getMessage());
        assertThrows(IllegalStateException.class, failure.frame::collect);
        assertEquals(0, n2.residentCount());
    }
}
