package dev.kiln.frame;

import static dev.kiln.frame.Cells.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is so for each verb, whichever it is. */
class EveryVerbTest {
    /** They make no frame of others' data, or are an end. */
    private static final Set<String> NO_VERBS = Set.of("collect", "replicas", "pin", "unpin");

    private static final List<String> WITH_OTHERS = List.of("join", "concatRows", "concatColumns", "put");

    private final Hub hub = new Hub();
    private final FrameSpace n2 = hub.runner("n2");
    private final FrameSpace n3 = hub.runner("n3");

    @AfterEach
    void forget() {
        hub.close();
    }

    @AfterAll
    static void collectGarbage() {
        Hub.collectGarbage();
    }

    @Test
    @DisplayName("F-05: no verb is left out of what follows")
    void all() {
        Set<String> verbs = Arrays.stream(Frame.class.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .filter(method ->
                        Set.of(Frame.class, GroupedFrame.class, Series.class).contains(method.getReturnType()))
                .map(Method::getName)
                .filter(name -> !NO_VERBS.contains(name))
                .collect(Collectors.toSet());
        assertEquals(verbs, EveryVerb.USES.keySet());
    }

    @Test
    @DisplayName("F-05, F-06: every verb on a frame elsewhere runs there and leaves its result there, the same as here")
    void runsThere() {
        EveryVerb.USES.forEach((name, verb) -> {
            Frame expected = verb.apply(EveryVerb.data(), EveryVerb.other());
            assertRunsAt("n2", name, verb, hub.call(n2, EveryVerb::data), hub.call(n2, EveryVerb::other), expected);
            assertRunsAt("n2", name, verb, hub.call(n2, EveryVerb::data), hub.call(n3, EveryVerb::other), expected);
            assertRunsAt("n2", name, verb, hub.call(n2, EveryVerb::data), EveryVerb.other(), expected);
        });
        for (String name :
                List.of("join", "concatRows", "concatColumns")) { // what is here goes there, though it is the first
            BinaryOperator<Frame> verb = EveryVerb.USES.get(name);
            Frame expected = verb.apply(EveryVerb.data(), EveryVerb.other());
            assertRunsAt("n3", name, verb, EveryVerb.data(), hub.call(n3, EveryVerb::other), expected);
        }
        assertEquals(0, hub.caller().residentCount());
    }

    private static void assertRunsAt(
            String owner, String name, BinaryOperator<Frame> verb, Frame frame, Frame other, Frame expected) {
        try (Frame result = verb.apply(frame, other);
                Frame made = result.compute()) {
            assertTrue(made.isRemote(), name);
            assertEquals(owner, made.owner(), name);
            assertEquals(expected.names(), made.names(), name);
            assertEquals(sorted(expected), sorted(made), name);
        }
        Frame.closeAll(List.of(frame, other));
    }

    /** The order is another test's; some verbs have none. */
    private static List<List<Object>> sorted(Frame frame) {
        return Cells.rows(frame).stream()
                .sorted(Comparator.comparing(List::toString))
                .toList();
    }

    record Row(int x) {}

    @TempDir
    private Path folder;

    /** Ends of a chain of one column, x. */
    private final Map<String, Consumer<Frame>> ends = Map.ofEntries(
            Map.entry("collect", frame -> frame.collect().close()),
            Map.entry("compute", frame -> frame.compute().close()),
            Map.entry("toArrow", frame -> {
                try (BufferAllocator allocator = new RootAllocator()) {
                    frame.toArrow(allocator).close();
                }
            }),
            Map.entry("forEachBatch", frame -> frame.forEachBatch(batch -> {})),
            Map.entry("toRows", frame -> frame.toRows(Row.class)),
            Map.entry("show", Frame::show),
            Map.entry("rowCount", Frame::rowCount),
            Map.entry("schema", Frame::schema),
            Map.entry("writeParquet", frame -> frame.writeParquet(folder.resolve("x.parquet"))),
            Map.entry("writeArrow", frame -> frame.writeArrow(folder.resolve("x.arrow"))),
            Map.entry("writeCsv", frame -> frame.writeCsv(folder.resolve("x.csv"))),
            Map.entry("replicas", frame -> frame.replicas(1).close()),
            Map.entry("pin", Frame::pin),
            Map.entry("unpin", Frame::unpin));

    @Test
    @DisplayName(
            "F-05, F-08: every end of a chain elsewhere is one round trip, in which nothing but its result comes here")
    void ends() {
        Frame large = hub.call(n2, () -> frame("x", IntStream.range(0, 200_000).toArray()));
        ends.forEach((name, end) -> {
            Frame chain = large.filter("x % 100000 = 7");
            long before = hub.asked();
            end.accept(chain);
            assertEquals(before + 1, hub.asked(), name);
        });
        assertTrue(hub.bytesAnswered() < 10_000, () -> hub.bytesAnswered() + " bytes");
        for (Frame written : List.of(
                Frame.readParquet(folder.resolve("x.parquet")),
                Frame.readArrow(folder.resolve("x.arrow")),
                Frame.readCsv(folder.resolve("x.csv")))) {
            assertEquals(List.of(new Row(7), new Row(100_007)), written.toRows(Row.class));
        }
    }

    private static final Map<String, UnaryOperator<Series>> OPERATIONS = Map.ofEntries(
            Map.entry("named", series -> series.named("n")),
            Map.entry("plus", series -> series.plus(1)),
            Map.entry("minus", series -> series.minus(Series.of(1, 2, 3, 4))),
            Map.entry("times", series -> series.times(0.5)),
            Map.entry("div", series -> series.div(2)),
            Map.entry("equalTo", series -> series.equalTo(2)),
            Map.entry("notEqualTo", series -> series.notEqualTo(2)),
            Map.entry("lessThan", series -> series.lessThan(2)),
            Map.entry("atMost", series -> series.atMost(2)),
            Map.entry("greaterThan", series -> series.greaterThan(2)),
            Map.entry("atLeast", series -> series.atLeast(2)),
            Map.entry("isNull", Series::isNull),
            Map.entry("cast", series -> series.cast("varchar")),
            Map.entry("compute", Series::compute),
            Map.entry("format", series -> Series.format("x = ", series, Series.of("a", "b", null, "d"))));

    private static final Map<String, Function<Series, Object>> AGGREGATES = Map.of(
            "sum", Series::sum,
            "mean", Series::mean,
            "std", Series::std,
            "median", Series::median,
            "min", Series::min,
            "max", Series::max,
            "count", Series::count,
            "nullCount", Series::nullCount,
            "distinctCount", Series::distinctCount);

    @Test
    @DisplayName("F-05: every operation of a series elsewhere runs there, in one round trip, the same as here")
    void series() {
        Set<String> operations = Arrays.stream(Series.class.getMethods())
                .filter(method -> method.getReturnType() == Series.class)
                .map(Method::getName)
                .filter(name -> !Set.of("of", "collect").contains(name))
                .collect(Collectors.toSet());
        assertEquals(operations, OPERATIONS.keySet());
        Series here = EveryVerb.data().column("x");
        Series there = hub.call(n2, () -> EveryVerb.data().column("x"));
        OPERATIONS.forEach((name, operation) -> {
            long before = hub.asked();
            Series result = operation.apply(there);
            assertEquals("n2", result.owner(), name);
            assertEquals(operation.apply(here).name(), result.name(), name);
            assertEquals(before, hub.asked(), name);
            assertEquals(operation.apply(here).toList(), result.toList(), name);
            assertEquals(before + 1, hub.asked(), name);
            assertEquals("n2", result.compute().owner(), name);
        });
        AGGREGATES.forEach((name, aggregate) -> {
            long before = hub.asked();
            assertEquals(aggregate.apply(here), aggregate.apply(there), name);
            assertEquals(before + 1, hub.asked(), name);
        });
        assertEquals(0, hub.caller().residentCount());
    }

    @Test
    @DisplayName("F-10: every verb on a frame whose owner has died, or with one, is FrameLost with the cause")
    void losesWithTheOwner() {
        Frame lost = hub.call(n2, EveryVerb::data);
        Frame lostOther = hub.call(n2, EveryVerb::other);
        Frame kept = hub.call(n3, EveryVerb::data);
        hub.kill(n2);
        EveryVerb.USES.forEach((name, verb) -> assertLost(name, verb, lost, EveryVerb.other()));
        Frame chain = lost.filter("x > 1").select("x");
        ends.forEach((name, end) -> assertThrows(FrameLost.class, () -> end.accept(chain), name));
        for (String name : WITH_OTHERS) {
            assertLost(name, EveryVerb.USES.get(name), kept, lostOther);
            assertLost(name, EveryVerb.USES.get(name), EveryVerb.data(), lostOther);
        }
    }

    private static void assertLost(String name, BinaryOperator<Frame> verb, Frame frame, Frame other) {
        FrameLost failure = assertThrows(
                FrameLost.class, () -> verb.apply(frame, other).compute().close(), name);
        assertTrue(failure.getMessage().contains("n2#1 was killed"), name + ": " + failure.getMessage());
        assertInstanceOf(Hub.Unreachable.class, failure.getCause(), name);
    }

    @Test
    @DisplayName("F-14: every verb on a frame that is closed, or with one, is an IllegalStateException that says so")
    void useAfterClose() {
        Frame closed = EveryVerb.data();
        Frame open = EveryVerb.other();
        closed.close();
        EveryVerb.USES.forEach((name, verb) -> assertClosed(name, verb, closed, open));
        Frame frame = EveryVerb.data();
        Frame other = EveryVerb.other();
        other.close();
        for (String name : WITH_OTHERS) {
            assertClosed(name, EveryVerb.USES.get(name), frame, other);
        }
        Frame remote = hub.call(n2, EveryVerb::data);
        remote.close();
        EveryVerb.USES.forEach((name, verb) -> assertClosed(name, verb, remote, open));
        Frame.closeAll(List.of(open, frame));
    }

    private static void assertClosed(String name, BinaryOperator<Frame> verb, Frame frame, Frame other) {
        String message = assertThrows(IllegalStateException.class, () -> verb.apply(frame, other), name)
                .getMessage();
        assertTrue(message.contains("closed"), name + ": " + message);
    }
}
