package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static dev.kiln.frame.Cells.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Where operations on data of several parties run, and what moves for them. */
class OperandsTest {
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

    private static Frame numbers(int count) {
        return Frame.columns(Map.of("x", LongStream.range(0, count).toArray()));
    }

    @Test
    @DisplayName("F-06: the smaller side moves, and of equal sides the second one")
    void smallerMoves() {
        Frame small = hub.call(n2, () -> numbers(2));
        Frame large = hub.call(n3, () -> numbers(5));
        Frame equal = hub.call(n3, () -> numbers(2));
        assertEquals("n3", small.concatRows(large).compute().owner());
        assertEquals("n3", large.concatRows(small).compute().owner());
        assertEquals("n2", small.concatRows(equal).compute().owner());
        assertEquals("n3", equal.concatRows(small).compute().owner());
        assertEquals(
                "n2",
                small.concatRows(equal, small).compute().owner(),
                "a frame that is there twice moves once, and so counts once for each use");
    }

    @Test
    @DisplayName("F-06: with FIRST_OPERAND it runs at the first operand that is not local, whatever the sizes")
    void firstOperand() {
        try (Hub other = new Hub(SpaceOptions.defaults().withOperands(OperandPolicy.FIRST_OPERAND))) {
            FrameSpace left = other.runner("n2");
            FrameSpace right = other.runner("n3");
            Frame small = other.call(left, () -> numbers(2));
            Frame large = other.call(right, () -> numbers(5));
            Frame all = small.concatRows(large).compute();
            assertEquals("n2", all.owner());
            assertEquals(list(0L, 1L, 0L, 1L, 2L, 3L, 4L), column(all, "x"));
            assertEquals("n3", large.concatRows(small).owner());
            assertEquals("n2", numbers(100).concatRows(small, large).owner());
        }
    }

    @Test
    @DisplayName("F-06: what counts is what would move: the columns and rows that are asked for, not their frame")
    void partsCount() {
        Frame wide = hub.call(
                n2,
                () -> frame(
                        "x", IntStream.range(0, 100).toArray(),
                        "y", new long[100],
                        "z", new double[100]));
        Frame narrow = hub.call(n3, () -> frame("x", IntStream.range(0, 200).toArray()));
        assertEquals("n2", wide.join(narrow, JoinType.INNER, "x").owner());
        assertEquals("n3", wide.select("x").join(narrow, JoinType.INNER, "x").owner());
        assertEquals(
                "n3", wide.head(10).join(narrow.head(50), JoinType.INNER, "x").owner());
        assertEquals("n2", wide.join(narrow.tail(10), JoinType.INNER, "x").owner());
    }

    @Test
    @DisplayName(
            "F-06, F-07: frames of two pools meet where the larger one is, and the other's data comes by way of the caller")
    void ofTwoPools() {
        try (Hub other = new Hub()) {
            Frame ours = hub.call(n2, () -> numbers(3));
            Frame theirs = other.call(other.runner("m1"), () -> numbers(4));
            Frame joined = ours.join(theirs, JoinType.RIGHT, "x");
            assertEquals("m1", joined.owner());
            assertEquals("m1", joined.compute().owner());
            assertEquals(1, hub.asked(), "for its data, by the caller");
            assertEquals(4, joined.rowCount());
            Frame twice = ours.concatRows(ours, theirs).compute();
            assertEquals("n2", twice.owner());
            assertEquals(list(0L, 1L, 2L, 0L, 1L, 2L, 0L, 1L, 2L, 3L), column(twice, "x"));
            assertEquals(0, hub.caller().residentCount() + other.caller().residentCount());
        }
    }

    @Test
    @DisplayName("F-06, F-07: of the side that moves only the result of its verbs moves, made by its owner")
    void resultsMove() {
        Frame few = hub.call(n2, () -> frame("x", new long[] {3, 4}));
        Frame many = hub.call(n3, () -> frame("x", LongStream.range(0, 100_000).toArray(), "y", new long[100_000]));
        Frame joined = few.join(many.filter("x < 5").select("x").mutate("twice = x * 2"), JoinType.LEFT, "x");
        assertEquals("n3", joined.owner());
        Frame first = many.filter("x < 5").select("x").head(2);
        Frame both = hub.call(n2, () -> numbers(1000)).concatRows(first);
        assertEquals("n2", both.owner());
        try (Frame made = both.tail(2).compute()) {
            assertEquals(list(list(0L), list(1L)), rows(made));
        }
        assertTrue(hub.bytesAnswered() < 50_000, () -> hub.bytesAnswered() + " bytes");
        assertEquals(list(list(3L, 6L), list(4L, 8L)), rows(joined.sort("x")));
    }
}
