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

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("serial")
class PlacementTest {

    private final Hub hub = new Hub();
    private final FrameSpace n2 = hub.runner("n2");

    @AfterEach
    void forget() {
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

    // ---- F-01

    record Part(String name, Frame frame, Optional<Frame> more) {}

    static final class Report implements Serializable {
        final Map<Frame, String> byFrame = new HashMap<>();
        final Map<String, List<Frame>> byName = new HashMap<>();
        final Set<Frame> set = new HashSet<>();
        final Queue<Frame> queue = new ArrayDeque<>();
        Frame[][] array = {};

        @Nullable
        Part part;

        @Nullable
        Object untyped;

        @Nullable
        Report self;

        Supplier<Frame> lambda = () -> null;

        @Nullable
        Frame lazy;

        static Report make() {
            Report report = new Report();
            report.byFrame.put(frame("x", list(1)), "key");
            report.byName.put("a", List.of(frame("x", list(2)), frame("x", list(3))));
            report.set.add(frame("x", list(4)));
            report.queue.add(frame("x", list(5)));
            report.array = new Frame[][] {{frame("x", list(6))}, {}};
            report.part = new Part("p", frame("x", list(7)), Optional.of(frame("x", list(8))));
            report.untyped = new Object[] {List.of(Map.of("k", frame("x", list(9))))};
            report.self = report;
            Frame captured = frame("x", list(10));
            report.lambda = (Supplier<Frame> & Serializable) () -> captured;
            report.lazy = captured.mutate("x = x + 1");
            return report;
        }

        List<Frame> frames() {
            List<Frame> all = new ArrayList<>(byFrame.keySet());
            byName.values().forEach(all::addAll);
            all.addAll(set);
            all.addAll(queue);
            all.add(array[0][0]);
            all.add(part.frame());
            all.add(part.more().orElseThrow());
            all.add((Frame) ((Map<?, ?>) ((List<?>) ((Object[]) untyped)[0]).getFirst()).get("k"));
            all.add(lambda.get());
            all.add(lazy);
            return all;
        }
    }

    @Test
    @DisplayName("F-01: every frame in a result stays on its runner, however it is nested, cycles included")
    void placesEverything() {
        Report report = hub.call(n2, Report::make);
        assertSame(report, report.self);
        List<Frame> frames = report.frames();
        assertEquals(11, frames.size());
        assertEquals(11, n2.residentCount());
        for (int i = 0; i < frames.size(); i++) {
            assertTrue(frames.get(i).isRemote());
            assertEquals("n2", frames.get(i).owner());
            assertEquals(list(i + 1), column(frames.get(i), "x"));
        }
        assertEquals("key", report.byFrame.get(frames.getFirst()));
    }

    @Test
    @DisplayName("F-01, G-02: all of it is freed when the caller has closed it")
    void freesOnClose() {
        Report report = hub.call(n2, Report::make);
        Frame.closeAll(report);
        report.lambda.get().close();
        hub.settle();
        assertEquals(0, n2.residentCount());
        assertEquals(0, n2.residentBytes());
    }

    @Test
    @DisplayName("F-01, G-02: all of it is freed when the caller has dropped it")
    void freesOnCollection() {
        assertEquals(11, hub.call(n2, Report::make).frames().size());
        for (int i = 0; i < 1000 && n2.residentCount() > 0; i++) {
            System.gc();
            hub.settle();
        }
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("F-01: a frame that occurs twice is one frame, also when it is lazy")
    void keepsIdentityOfFrames() {
        List<Frame> twice = hub.call(n2, () -> {
            Frame lazy = frame("x", list(1)).filter("x > 0");
            return List.of(lazy, lazy);
        });
        assertSame(twice.get(0), twice.get(1));
        assertEquals(1, n2.residentCount());
    }

    static final class Model implements Traversable {
        final Frame weights;
        final Thread trainer = new Thread();

        Model(Frame weights) {
            this.weights = weights;
        }

        @Override
        public Rebuild<?> traversal() {
            Frame kept = weights;
            return () -> new Model(kept);
        }
    }

    @Test
    @DisplayName("F-01: frames are placed in what a type's own traversal gives")
    void placesInTraversables() {
        Model model = hub.call(n2, () -> new Model(frame("x", list(1, 2))));
        assertTrue(model.weights.isRemote());
        assertEquals(list(1, 2), column(model.weights, "x"));
    }

    // ---- F-03

    /** It is told by its fields what is in it, as all that is serialized. */
    static final class Unwalkable extends ArrayList<Object> {
        @Override
        public Iterator<Object> iterator() {
            throw new AssertionError("it is walked");
        }

        @Override
        public Object get(int index) {
            throw new AssertionError("it is looked into");
        }
    }

    static final class Counted implements Serializable {
        static final AtomicInteger WRITTEN = new AtomicInteger();

        private void writeObject(ObjectOutputStream out) throws IOException {
            WRITTEN.incrementAndGet();
            out.defaultWriteObject();
        }
    }

    @Test
    @DisplayName("F-03: a structure without frames is serialized once, and not traversed besides")
    void costsNoTraversal() {
        Object[] parts = {new Unwalkable(), new Counted(), List.of(new Counted(), Map.of("k", new Counted()))};
        Counted.WRITTEN.set(0);
        Object[] crossed = hub.call(n2, () -> parts);
        assertEquals(3, crossed.length);
        assertEquals(6, Counted.WRITTEN.get(), "three with the work that captured them, three with its result");
    }

    // ---- F-04, F-05, F-06, F-08, F-10, F-11

    @Test
    @DisplayName("F-04: a handle knows its facts without asking")
    void knowsFacts() {
        Frame handle = hub.call(n2, () -> frame("x", list(1, 2), "s", list("a", "b")));
        assertEquals(2, handle.rowCount());
        assertEquals(List.of("x", "s"), handle.names());
        assertEquals(2, handle.schema().getFields().size());
        assertTrue(handle.byteSize() > 0);
        assertTrue(handle.id().startsWith("n2/"), handle::id);
        assertEquals("n2", handle.owner());
        for (String part : List.of("int32", "string", "│ b ", "2 rows")) { // the preview
            assertTrue(handle.toString().contains(part), handle::toString);
        }
        Frame large = hub.call(n2, () -> numbers(100_000));
        assertEquals(100_000, large.rowCount());
        String text = large.toString();
        assertTrue(text.contains("100000 rows") && text.contains("x") && !text.contains("│"), text);
        assertEquals(0, hub.asked());
    }

    @Test
    @DisplayName("F-05: an operation on a remote frame runs where the data is, and its result stays there")
    void computesAtTheData() {
        Frame handle = hub.call(n2, () -> numbers(10));
        Frame late = handle.filter("x > 7").compute();
        assertEquals("n2", late.owner());
        assertEquals(2, n2.residentCount());
        assertEquals(0, hub.caller().residentCount());
        assertEquals(list(8L, 9L), column(late, "x"));
    }

    @Test
    @DisplayName("F-06: local data goes to the data elsewhere, whatever the sizes")
    void localMoves() {
        Frame small = hub.call(n2, () -> numbers(2));
        Frame mixed = numbers(5).concatRows(small).compute();
        assertEquals("n2", mixed.owner());
        assertEquals(list(0L, 1L, 2L, 3L, 4L, 0L, 1L), column(mixed, "x"));
    }

    @Test
    @DisplayName("F-08: a chain costs one round trip, at its end; column names are checked at the verb")
    void isLazy() {
        Frame handle = hub.call(n2, () -> numbers(10));
        Frame chain = handle.filter("x > 1").mutate("y = x * 2").sort("-y").head(2);
        assertThrows(IllegalArgumentException.class, () -> handle.select("nope"));
        assertEquals(0, hub.asked());
        assertEquals(list(18L, 16L), column(chain, "y"));
        assertEquals(1, hub.asked());
        chain.compute();
        assertEquals(2, hub.asked());
    }

    @Test
    @DisplayName("F-08: a wrong expression fails at the end as QueryFailed, with the stack traces of both sides")
    void tellsFailuresOfTheOtherSide() {
        Frame handle = hub.call(n2, () -> numbers(10));
        QueryFailed failed =
                assertThrows(QueryFailed.class, () -> handle.filter("nope > 1").collect());
        assertTrue(failed.getMessage().contains("nope"), failed::getMessage);
        QueryFailed remote = assertInstanceOf(QueryFailed.class, failed.getCause());
        assertEquals(remote.getMessage(), failed.getMessage());
        assertEquals(remote.statement(), failed.statement());
        assertEquals(1, n2.residentCount());
    }

    @Test
    @DisplayName("F-08: a wrong expression is told in one round trip on schema(), and the verb is named")
    void tellsFailuresOnSchema() {
        Frame handle = hub.call(n2, () -> numbers(10));
        Frame chain = handle.filter("x > 1").mutate("y = x || nope").sort("y");
        assertEquals(0, hub.asked());
        QueryFailed failed = assertThrows(QueryFailed.class, chain::schema);
        assertEquals("mutate", failed.verb());
        assertEquals(1, hub.asked());
        assertEquals("mutate", assertThrows(QueryFailed.class, chain::compute).verb());
        assertEquals(1, n2.residentCount());
    }

    @Test
    @DisplayName("F-08: the schema of a chain is told in one round trip; files are written where the data is")
    void describesAndWrites(@TempDir Path directory) {
        Frame handle = hub.call(n2, () -> numbers(10));
        Frame chain = handle.groupBy("x").summarise("n = count(*)");
        assertEquals(List.of("x", "n"), chain.names());
        assertEquals(2, chain.schema().getFields().size());
        assertEquals(1, hub.asked());
        assertEquals(3, handle.filter("x < 3").writeArrow(directory.resolve("three.arrow")));
        try (Frame read = Frame.readArrow(directory.resolve("three.arrow"))) {
            assertEquals(list(0L, 1L, 2L), column(read, "x"));
        }
        assertTrue(n2.self().equals(Client.ownerOf(handle.plan())));
        assertTrue(hub.caller().client().preview(handle.plan(), 3).contains("2"));
    }

    @Test
    @DisplayName("F-10: when the owner dies every handle on it is lost at once, with the cause")
    void losesFramesOfTheDead() {
        Frame handle = hub.call(n2, () -> numbers(10));
        Frame derived = handle.filter("x > 1");
        hub.kill(n2);
        for (Frame lost : List.of(handle, derived)) {
            FrameLost failure = assertThrows(FrameLost.class, lost::collect);
            assertInstanceOf(Hub.Unreachable.class, failure.getCause());
            assertTrue(failure.getMessage().contains("was killed"), failure::getMessage);
        }
        assertThrows(FrameLost.class, () -> hub.caller().packWork(handle));
        assertEquals(10, handle.rowCount());
        handle.close();
    }

    @Test
    @DisplayName("F-11: without placement results come home by value")
    void bringsResultsHome() {
        FrameSpace plain = hub.runner("n4", SpaceOptions.defaults().withPlaceFrames(false));
        List<Frame> frames =
                hub.call(plain, () -> List.of(numbers(3), numbers(4).filter("x > 1")));
        assertFalse(frames.get(0).isRemote());
        assertEquals(list(2L, 3L), column(frames.get(1), "x"));
        hub.settle();
        assertEquals(0, plain.residentCount());
        assertEquals(0, hub.asked());
    }

    // ---- data on its way

    @Test
    @DisplayName("F-08: a large frame comes home in pieces over the link, in order, and nothing is left of it")
    void fetchesInPieces() {
        Frame handle = hub.call(n2, () -> numbers(5_000_000));
        assertTrue(handle.byteSize() > 32 << 20);
        try (Frame home = handle.collect()) {
            assertTrue(hub.asked() >= 6, () -> hub.asked() + " requests");
            assertEquals(5_000_000, home.rowCount());
            assertEquals(list(4_999_999L), column(home.tail(1), "x"));
            assertEquals(list(12_499_997_500_000L), column(home.groupBy().summarise("s = sum(x)::bigint"), "s"));
        }
        hub.settle();
        assertEquals(1, n2.residentCount());
        handle.close();
    }

    @Test
    @DisplayName("F-07: on one host a large frame is mapped, in one round trip and without a copy")
    void mapsSharedMemory() {
        Hub shared = new Hub(SpaceOptions.defaults().withSharedMemory(true));
        FrameSpace runner = shared.runner("n2", SpaceOptions.defaults().withSharedMemory(true));
        Frame handle = shared.call(runner, () -> numbers(1_000_000));
        try (Frame home = handle.collect()) {
            assertEquals(1, shared.asked());
            assertTrue(shared.bytesAnswered() < 10_000, () -> shared.bytesAnswered() + " bytes");
            assertEquals(list(999_999L), column(home.tail(1), "x"));
        }
        Frame local = numbers(1_000_000);
        try (Parcel parcel = shared.caller().packWork(local)) {
            assertTrue(parcel.bytes().length < 10_000, () -> parcel.bytes().length + " bytes");
        }
        assertEquals(
                999_999L, shared.call(runner, () -> column(local.tail(1), "x").getFirst()));
        assertEquals(1, shared.asked());
        shared.close();
    }

    @Test
    @DisplayName("F-07: between runners of one host data goes by shared memory, and only messages through the caller")
    void mapsBetweenRunners() {
        SpaceOptions options = SpaceOptions.defaults().withSharedMemory(true);
        Hub shared = new Hub(options);
        FrameSpace a = shared.runner("a", options);
        FrameSpace b = shared.runner("b", options);
        Frame small = shared.call(a, () -> numbers(500_000));
        Frame large = shared.call(b, () -> numbers(600_000));
        Frame all = small.concatRows(large).compute();
        assertEquals("b", all.owner());
        assertEquals(1_100_000, all.rowCount());
        assertEquals(499_999L, shared.<Object>call(b, () -> column(small.tail(1), "x")
                .getFirst()));
        assertTrue(shared.bytesAnswered() < 20_000, () -> shared.bytesAnswered() + " bytes");
        shared.close();
    }

    @Test
    @DisplayName("F-07: where memory cannot be mapped after all, the data comes over the link")
    void fallsBackToTheLink() {
        Frame frame = numbers(1_000_000);
        Table table = table(frame);
        List<Long> number = n2.books().offer(List.of(table));
        List<Entry.Piece> pieces = List.of(new Entry.Piece(0, 0, 500_000), new Entry.Piece(0, 500_000, 500_000));
        SharedTable image = table.share();
        SharedTable gone = new SharedTable(image.pid(), 1_000_000, image.token(), image.size(), image.descriptor());
        Table fetched = BatchFetch.table(
                hub.caller(), n2.self(), new Entry.Offer(number.getFirst(), Facts.of(table, false), pieces, gone));
        assertEquals(1_000_000, fetched.rows());
        fetched.release();
        frame.close();
        assertEquals(2, hub.asked());
    }
}
