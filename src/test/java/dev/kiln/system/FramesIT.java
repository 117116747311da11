package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.JoinType;
import dev.kiln.frame.QueryFailed;
import dev.kiln.pool.CallCancelled;
import dev.kiln.pool.CallFailed;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerInfo;
import dev.kiln.runner.Runner;
import dev.kiln.runner.RunnerContext;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Frames that stay on runners which are real processes. */
class FramesIT {
    private static Pool pool;

    @BeforeAll
    static void open() {
        pool = Pool.named("frames").max(2).maxConcurrency(1).open();
    }

    @AfterAll
    static void close() {
        pool.close();
        new LeavesNothing().afterEach(null);
    }

    record Row(int x) {}

    record Pair(Frame left, Optional<Frame> right) {}

    /** A user's own class with frames in fields, and itself in a cycle. */
    static final class Basket implements Serializable {
        private static final long serialVersionUID = 1L;
        Frame frame;
        Frame again;
        Basket self;
        final ArrayList<Object> things = new ArrayList<>();
    }

    private static Frame frame(int... x) {
        return Frame.columns(Map.of("x", x));
    }

    private static long residents() {
        return pool.runners().stream().mapToLong(RunnerInfo::residentCount).sum();
    }

    /** Frames of the steps of a chain, which nobody closes, hold their sources until they are collected. */
    private static void awaitAllFreed() {
        Eventually.soon("all are freed", () -> {
            System.gc();
            return residents() == 0;
        });
    }

    private static List<Row> rows(int... x) {
        return Arrays.stream(x).mapToObj(Row::new).toList();
    }

    @Test
    @DisplayName("F-01, G-02: frames anywhere in a result stay there, as one handle each, and go by closeAll")
    void nestedEverywhere() {
        Map<Object, Object> result = pool.call(() -> {
            Map<Object, Object> all = new HashMap<>();
            all.put("map value", frame(1));
            all.put(frame(2), "map key");
            all.put("list", List.of(frame(3), List.of(frame(4))));
            all.put("set", Set.of(frame(5)));
            Queue<Frame> queue = new ArrayDeque<>(List.of(frame(6)));
            all.put("queue", queue);
            all.put("array", new Frame[] {frame(7), null});
            all.put("objects", new Object[] {frame(8), "plain"});
            all.put("record", new Pair(frame(9), Optional.of(frame(10))));
            var basket = new Basket();
            basket.frame = frame(11);
            basket.again = basket.frame;
            basket.self = basket;
            basket.things.add(basket.things);
            basket.things.add(frame(12));
            all.put("basket", basket);
            all.put("number", 42);
            return all;
        });
        assertEquals(42, result.get("number"));
        Basket basket = (Basket) result.get("basket");
        assertSame(basket, basket.self);
        assertSame(basket.frame, basket.again);
        assertSame(basket.things, basket.things.getFirst());
        Frame key = result.keySet().stream()
                .filter(Frame.class::isInstance)
                .map(Frame.class::cast)
                .findFirst()
                .orElseThrow();
        assertEquals("map key", result.get(key), "the map finds the handle by its identity");
        assertTrue(key.isRemote());
        assertEquals(rows(2), key.toRows(Row.class));
        Pair pair = (Pair) result.get("record");
        assertEquals(rows(10), pair.right().orElseThrow().toRows(Row.class));
        assertEquals(rows(12), ((Frame) basket.things.get(1)).toRows(Row.class));
        assertEquals(rows(7), ((Frame[]) result.get("array"))[0].toRows(Row.class));
        assertEquals(12, residents());
        Frame.closeAll(result);
        Eventually.soon("all are freed, without a collection", () -> residents() == 0);
    }

    @Test
    @DisplayName("G-02: handles that become unreachable free their frames by plain garbage collection")
    void garbageCollection() {
        List<Frame> frames = pool.call(() -> List.of(frame(1), frame(2), frame(3)));
        assertEquals(3, residents());
        assertEquals(rows(3), frames.get(2).toRows(Row.class));
        frames = null;
        awaitAllFreed();
    }

    @Test
    @DisplayName("F-04: a handle knows id, owner, schema, rows, bytes and a preview, and its toString does no I/O")
    void factsOfAHandle() {
        try (Frame frame = pool.call(() -> frame(1, 2, 345));
                Frame lazy = frame.filter("x > 1")) {
            long pid = pidOf(frame.owner());
            Pid.freeze(pid); // it answers nothing
            try {
                assertTrue(frame.isRemote());
                assertTrue(frame.owner().startsWith("frames-"), frame.owner());
                assertTrue(frame.id().startsWith(frame.owner() + "/"), frame.id());
                assertEquals(3, frame.rowCount());
                assertTrue(frame.byteSize() >= 12 && frame.byteSize() < 200, () -> frame.byteSize() + " bytes");
                assertEquals(List.of("x"), frame.names());
                assertEquals(
                        new ArrowType.Int(32, true),
                        frame.schema().findField("x").getType());
                assertTrue(frame.toString().contains("│   345 │"), frame.toString());
                assertTrue(lazy.toString().contains("filter x > 1"), lazy.toString());
            } finally {
                Pid.thaw(pid);
            }
        }
        awaitAllFreed();
    }

    private static long pidOf(String runner) {
        return pool.runners().stream()
                .filter(info -> info.id().equals(runner))
                .findFirst()
                .orElseThrow()
                .pid()
                .orElseThrow();
    }

    @Test
    @DisplayName("F-05, F-08: a chain of verbs runs where the data is; compute stays there, collect comes home")
    void verbsRunThere() {
        try (Frame frame = pool.call(() -> frame(5, 1, 4, 2, 3));
                Frame chain =
                        frame.filter("x > ?", 1).mutate("y = x * 10").sort("-x").head(3);
                Frame there = chain.compute();
                Frame home = chain.collect()) {
            assertTrue(there.isRemote());
            assertEquals(frame.owner(), there.owner());
            assertFalse(home.isRemote());
            assertEquals(List.of(new XY(5, 50), new XY(4, 40), new XY(3, 30)), home.toRows(XY.class));
            assertEquals(home.toRows(XY.class), there.toRows(XY.class));
        }
        awaitAllFreed();
    }

    record XY(int x, int y) {}

    record Joined(int x, String name) {}

    @Test
    @DisplayName("F-05: a local frame joined to a remote one goes there; the result stays there")
    void localJoinsRemote() {
        try (Frame remote = pool.call(() -> frame(1, 2, 3));
                Frame local = Frame.columns(Map.of("x", new int[] {2, 3}, "name", new String[] {"two", "three"}));
                Frame joined = remote.join(local, JoinType.INNER, "x").sort("x").compute()) {
            assertEquals(remote.owner(), joined.owner());
            assertEquals(List.of(new Joined(2, "two"), new Joined(3, "three")), joined.toRows(Joined.class));
        }
        awaitAllFreed();
    }

    @Test
    @DisplayName(
            "F-02: a captured local frame crosses by value; a captured handle is the local frame on its own runner")
    void capturedFrames() {
        try (Frame local = frame(1, 2, 3)) {
            assertEquals(rows(1, 2, 3), pool.call(() -> local.toRows(Row.class)));
            assertFalse(pool.call(() -> local.isRemote()));
            Frame[] twice = {local, local};
            assertTrue(pool.call(() -> twice[0] == twice[1]));
        }
        try (Frame handle = pool.call(() -> frame(7, 8))) {
            String owner = handle.owner();
            // Two at once on two runners: one of them is the owner, to whom the frame is local; the other works on it,
            // too.
            Map<String, Boolean> remoteAt = new HashMap<>();
            for (int i = 0; i < 50 && remoteAt.size() < 2; i++) {
                var calls = List.of(pool.submit(() -> look(handle)), pool.submit(() -> look(handle)));
                calls.forEach(call -> remoteAt.putAll(call.join()));
            }
            assertEquals(2, remoteAt.size(), "both runners have seen it");
            remoteAt.forEach((runner, remote) -> assertEquals(!runner.equals(owner), remote, runner));
        }
        awaitAllFreed();
    }

    private static Map<String, Boolean> look(Frame handle) throws InterruptedException {
        new CountDownLatch(1)
                .await(50, TimeUnit.MILLISECONDS); // long enough for the other call to need the other runner
        assertEquals(List.of(new Row(7), new Row(8)), handle.toRows(Row.class));
        return Map.of(Runner.current().map(RunnerContext::id).orElseThrow(), handle.isRemote());
    }

    @Test
    @DisplayName("F-02: pool.put places a whole nested local structure")
    void put() {
        try (Frame a = frame(1);
                Frame b = frame(2)) {
            Map<String, List<Frame>> placed = pool.put(Map.of("both", List.of(a, b)));
            assertTrue(placed.get("both").getFirst().isRemote());
            assertEquals(rows(2), placed.get("both").getLast().toRows(Row.class));
            assertFalse(a.isRemote());
            Frame.closeAll(placed);
        }
        awaitAllFreed();
    }

    @Test
    @DisplayName("F-11: with placement off, frames come home by value")
    void placementOff() {
        try (Pool plain = Pool.named("plain").max(1).placeFrames(false).open();
                Frame home = plain.call(() -> frame(1, 2))) {
            assertFalse(home.isRemote());
            assertEquals(0, plain.runners().getFirst().residentCount());
            assertEquals(rows(1, 2), home.toRows(Row.class));
        }
    }

    @Test
    @DisplayName("F-08: what the engine refuses comes back as QueryFailed with the statement; bad names at the verb")
    void wrongQueries() {
        try (Frame frame = pool.call(() -> frame(1))) {
            assertThrows(IllegalArgumentException.class, () -> frame.select("nope"));
            QueryFailed failed = assertThrows(QueryFailed.class, () -> frame.mutate("y = no_such_function(x)")
                    .collect());
            assertTrue(failed.getMessage().contains("no_such_function"), failed.getMessage());
        }
        awaitAllFreed();
    }

    @Test
    @DisplayName("F-14: handles obey close, and a derived frame lives on without its source")
    void closing() {
        Frame frame = pool.call(() -> frame(1, 2));
        Frame derived = frame.filter("x > 1");
        frame.close();
        frame.close();
        assertThrows(IllegalStateException.class, frame::rowCount);
        assertEquals(rows(2), derived.toRows(Row.class));
        derived.close();
        awaitAllFreed();
    }

    @Test
    @DisplayName("F-14: interrupting an operation on a frame cancels it over there")
    void interruptedOperation() throws Exception {
        try (Frame frame = pool.call(() -> Frame.readSql("select range as x from range(2000000)"))) {
            var outcome = new CompletableFuture<Throwable>();
            Thread thread = Thread.ofPlatform().start(() -> {
                try {
                    frame.sql("select sum((x * y) % 7) as n from this, range(2000000) as other(y)")
                            .collect();
                    outcome.complete(new AssertionError("it cannot end"));
                } catch (Throwable e) {
                    outcome.complete(e);
                }
            });
            Eventually.soon("it waits for the answer", () -> thread.getState() == Thread.State.TIMED_WAITING);
            thread.interrupt();
            assertInstanceOf(CallCancelled.class, outcome.get(20, TimeUnit.SECONDS));
            Eventually.soon(
                    "its statement has ended over there", () -> pool.near(frame).call(FramesIT::engineIsIdle));
            assertEquals(2_000_000, frame.rowCount());
        }
        awaitAllFreed();
    }

    private static boolean engineIsIdle() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().startsWith("kiln-engine-"))
                .flatMap(entry -> Arrays.stream(entry.getValue()))
                .noneMatch(call -> call.getMethodName().equals("duckdb_jdbc_execute"));
    }

    @Test
    @DisplayName("G-08: failed, cancelled and timed-out calls leave no frame behind")
    void noFrameOfFailedCalls() {
        CallFailed failed = assertThrows(
                CallFailed.class,
                () -> pool.call(() -> {
                    Frame made = frame(1, 2, 3);
                    throw new IllegalStateException("after " + made.rowCount());
                }));
        assertTrue(failed.getMessage().contains("after 3"), failed.getMessage());
        for (int i = 0; i < 20; i++) {
            var call = pool.submit(() -> List.of(frame(1), frame(2)));
            call.cancel();
        }
        Eventually.soon("nothing is held", () -> pool.stats().running() == 0 && residents() == 0);
    }

    @Test
    @DisplayName("C-04: frames inside an exception arrive closed")
    void framesInExceptions() {
        CallFailed failed = assertThrows(
                CallFailed.class,
                () -> pool.call(() -> {
                    throw new WithFrame(frame(1));
                }));
        WithFrame cause = assertInstanceOf(WithFrame.class, failed.getCause());
        assertThrows(IllegalStateException.class, cause.frame::rowCount);
        assertEquals(0, residents());
    }

    static final class WithFrame extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final Frame frame;

        WithFrame(Frame frame) {
            this.frame = frame;
        }
    }

    @Test
    @DisplayName("F-08: large frames come home through shared memory, and as Arrow")
    void largeFrames() {
        try (Frame frame = pool.call(() -> Frame.columns(Map.of("x", new long[4_000_000])));
                Frame home = frame.collect();
                RootAllocator allocator = new RootAllocator();
                VectorSchemaRoot arrow = home.toArrow(allocator)) {
            assertEquals(4_000_000, arrow.getRowCount());
            assertTrue(home.byteSize() >= 32_000_000 && home.byteSize() < 33_000_000, () -> home.byteSize() + " bytes");
        }
        awaitAllFreed();
    }

    @Test
    @DisplayName("F-09: a closure reads a file there and returns it; frames of Arrow vectors stay, too")
    void createdThere() {
        String file = Path.of(System.getProperty("kiln.root"), "examples", "data", "airports.csv")
                .toString();
        try (Frame airports = pool.call(() -> Frame.readCsv(Path.of(file)));
                Frame vectors = pool.call(FramesIT::ofVectors)) {
            assertEquals(3376, airports.rowCount());
            assertEquals(rows(10, 20), vectors.toRows(Row.class));
            assertNotEquals(vectors.id(), airports.id());
        }
        awaitAllFreed();
    }

    private static Frame ofVectors() {
        var x = new IntVector("x", new RootAllocator());
        x.setSafe(0, 10);
        x.setSafe(1, 20);
        x.setValueCount(2);
        return Frame.of(VectorSchemaRoot.of(x));
    }

    @Test
    @DisplayName("G-05: a handle survives quiet longer than a heartbeat; the lease is renewed in the background")
    void leasesAreRenewed() {
        try (Frame frame = pool.call(() -> frame(1))) {
            assertThrows(
                    AssertionError.class,
                    () -> Eventually.within(Duration.ofSeconds(5), "it must stay", () -> residents() == 0));
            assertEquals(rows(1), frame.toRows(Row.class));
        }
        awaitAllFreed();
    }
}
