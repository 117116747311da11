package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Series of other parties: where operations run, and how series cross. */
@SuppressWarnings("serial")
class SeriesElsewhereTest {
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

    private static void assertAt(String owner, List<Integer> values, Series series) {
        assertEquals(owner, series.owner());
        try (Series made = series.compute()) {
            assertEquals(owner, made.owner());
            assertEquals(values, made.toList());
        }
    }

    @Test
    @DisplayName("F-06: a series plus a value, and plus itself, stays where it is")
    void oneRunner() {
        Series s2 = hub.call(n2, () -> Series.of(1, 2, 3));
        assertTrue(s2.isRemote());
        assertAt("n2", List.of(4, 5, 6), s2.plus(3));
        assertAt("n2", List.of(5, 7, 9), s2.plus(3).plus(s2));
        assertAt("n2", List.of(5, 7, 9), s2.plus(3).compute().plus(s2));
    }

    @Test
    @DisplayName("F-06: of two runners' series of one size the first operand decides, lazy or computed")
    void twoRunners() {
        Series s2 = hub.call(n2, () -> Series.of(1, 2, 3));
        Series s3 = hub.call(n3, () -> Series.of(1, 2, 3));
        Series that = s2.plus(3).plus(s2);
        assertAt("n3", List.of(6, 9, 12), s3.plus(that));
        assertAt("n3", List.of(6, 9, 12), s3.plus(that.compute()));
        assertAt("n2", List.of(6, 9, 12), that.plus(s3));
    }

    @Test
    @DisplayName("F-06: the larger series draws the smaller one to it, unless the policy says FIRST_OPERAND")
    void bothPolicies() {
        Map<OperandPolicy, String> owners =
                Map.of(OperandPolicy.SMALLER_MOVES, "n2", OperandPolicy.FIRST_OPERAND, "n3");
        owners.forEach((policy, owner) -> {
            try (Hub other = new Hub(SpaceOptions.defaults().withOperands(policy))) {
                FrameSpace left = other.runner("n2");
                FrameSpace right = other.runner("n3");
                Series wide = other.call(left, () -> Series.of(5L, 7L, 9L));
                Series narrow = other.call(right, () -> Series.of(1, 2, 3));
                Series sum = narrow.plus(wide);
                assertEquals(owner, sum.owner());
                assertEquals(List.of(6L, 9L, 12L), sum.compute().toList());
                assertEquals(owner, sum.compute().owner());
            }
        });
    }

    @Test
    @DisplayName("F-06: a local series goes to the remote one; with several, to the first of them of equal size")
    void localOperand() {
        Frame local = frame("a", list(1, 2, 3));
        Series a = local.column("a");
        Series s2 = hub.call(n2, () -> Series.of(4, 5, 6));
        Series s3 = hub.call(n3, () -> Series.of(7, 8, 9));
        assertAt("n2", List.of(4, 5, 6), a.minus(s2).plus(s3));
        assertAt("n2", List.of(-2, -1, 0), a.plus(s2.minus(s3)));
        assertAt("n3", List.of(12, 15, 18), s3.plus(s2).plus(a));
    }

    @Test
    @DisplayName("F-06: a remote column that is put into a local frame comes here; a local one goes to a remote frame")
    void put() {
        Frame local = frame("a", list(1, 2, 3));
        Series s2 = hub.call(n2, () -> Series.of(4, 5, 6));
        Frame here = local.put("b", s2);
        assertFalse(here.isRemote());
        assertEquals("local", here.owner());
        assertEquals(0, hub.asked(), "lazy");
        assertEquals(list(4, 5, 6), column(here, "b"));
        assertEquals(1, hub.asked());
        Frame sum = here.put("c", here.column("a").plus(here.column("b")));
        assertEquals("local", sum.owner());
        assertEquals(list(5, 7, 9), column(sum, "c"));
        Frame elsewhere = s2.toFrame().put("a", local.column("a"));
        assertEquals("n2", elsewhere.owner());
        assertEquals("n2", elsewhere.compute().owner());
        assertEquals(list(1, 2, 3), column(elsewhere, "a"));
        Frame both = here.concatColumns(hub.call(n3, () -> frame("z", list(0, 0, 0))));
        assertEquals("n3", both.owner(), "what has a say is what it is combined with, not what was put in");
        assertEquals(list(4, 5, 6), column(both, "b"));
        assertEquals(list(4, 5, 6), column(here.compute(), "b"));
    }

    @Test
    @DisplayName("F-08: series of one remote frame are one round trip; aggregates are computed there")
    void roundTrips() {
        Frame flights = hub.call(n2, () -> frame("a", list(1, 2, 3), "b", list(10, 20, 30)));
        Series sum = flights.column("a").plus(flights.column("b")).times(2);
        assertEquals(0, hub.asked());
        assertEquals(list(22, 44, 66), sum.toList());
        assertEquals(1, hub.asked());
        assertEquals(OptionalDouble.of(44), sum.mean());
        assertEquals(2, hub.asked());
        assertEquals(3, sum.size());
        assertEquals("a", sum.name());
        assertTrue(sum.toString().contains("not computed yet"), sum.toString());
        assertEquals(2, hub.asked());
        QueryFailed failed = assertThrows(QueryFailed.class, sum.cast("nothing")::compute);
        assertEquals("series", failed.verb());
    }

    record Pair(Series series, String name) {}

    static final class Bag implements Serializable {
        private static final long serialVersionUID = 1L;
        private Object content;
        private Series field;
    }

    @Test
    @DisplayName("C-03, F-01: series cross in results like frames do, however nested: each stays, and once")
    void results() {
        Bag bag = hub.call(n2, () -> {
            Frame data = frame("x", list(1, 2), "y", list("a", "b"));
            Bag made = new Bag();
            made.field = data.column("x").plus(1);
            made.content = List.of(Map.of("k", made.field), new Pair(data.column("y"), "y"));
            return made;
        });
        assertEquals(2, n2.residentCount());
        assertTrue(bag.field.isRemote());
        List<?> content = (List<?>) bag.content;
        assertSame(bag.field, ((Map<?, ?>) content.getFirst()).get("k"));
        assertEquals(list(2, 3), bag.field.toList());
        assertEquals(list("a", "b"), ((Pair) content.getLast()).series().toList());
        Frame.closeAll(bag);
        hub.settle();
        assertEquals(0, n2.residentCount());
    }

    @Test
    @DisplayName("C-03, F-02: a captured series is the local one on its own runner, and works on any other")
    void captured() {
        Series there = hub.call(n2, () -> Series.of(1, 2, 3));
        Series here = Series.of(10, 20, 30);
        assertEquals(list(11, 22, 33), hub.call(n2, () -> {
            assertFalse(there.isRemote());
            return there.plus(here).toList();
        }));
        assertEquals(list(2, 3, 4), hub.call(n3, () -> {
            assertTrue(there.isRemote());
            return there.plus(1).toList();
        }));
        Frame data = hub.call(n2, () -> frame("a", list(1, 2), "b", list(3, 4)));
        Series a = data.column("a");
        Series b = data.column("b");
        assertEquals(list(4, 6), hub.call(n2, () -> {
            Series sum = a.plus(b);
            assertEquals(1, sum.frame().with(Query::of).scans().size(), "of one frame there, too");
            return sum.toList();
        }));
    }

    @Test
    @DisplayName("C-03: a closed series is refused at submit, with the path to it")
    void closed() {
        Series series = Series.of(1);
        series.close();
        NotTransferable refused = assertThrows(
                NotTransferable.class, () -> hub.call(n2, () -> List.of(series).size()));
        assertTrue(refused.getMessage().contains("this series is closed"), refused.getMessage());
    }

    @Test
    @DisplayName("F-10: a series whose owner dies is lost with the cause")
    void lost() {
        Series series = hub.call(n2, () -> Series.of(IntStream.range(0, 10).toArray()));
        Series derived = series.plus(1);
        hub.kill(n2);
        assertThrows(FrameLost.class, series::toList);
        assertThrows(FrameLost.class, derived::sum);
    }

    @Test
    @DisplayName("F-08: the new verbs run where the data is, in one round trip; pivotWider asks for its names at once")
    void verbs() {
        Frame sales = hub.call(n2, () -> frame("city", list("Bern", "Ulm"), "q1", list(1, null), "q2", list(10, 20)));
        Frame longer = sales.pivotLonger("quarter", "sold", "q1", "q2").sample(10, 1);
        assertEquals(List.of("city", "quarter", "sold"), longer.names());
        assertEquals(0, hub.asked());
        Frame wider = longer.pivotWider("quarter", "sold");
        assertEquals(1, hub.asked());
        assertEquals(List.of("city", "q1", "q2"), wider.names());
        assertEquals(list(1, null), column(wider, "q1"));
        assertEquals(2, hub.asked());
        Frame described = sales.filter("q2 > 10").describe();
        assertEquals(list("city", "q1", "q2"), column(described, "column"));
        assertEquals(3, hub.asked());
        Frame unknown = sales.sql("select city, q1 as a, q2 as b from this");
        assertEquals(
                list(list("Bern", 1L)),
                Cells.rows(unknown.pivotLonger("k", "v", "a", "b")
                        .filter("v is not null")
                        .groupBy("city")
                        .summarise("n = count(*) - 1")
                        .filter("n = 1")));
        assertEquals(4, hub.asked());
        assertEquals("n2", sales.concatColumns(frame("x", list(1, 2))).compute().owner());
    }
}
