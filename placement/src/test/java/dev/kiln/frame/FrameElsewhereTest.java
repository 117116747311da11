package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static dev.kiln.frame.Cells.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Verbs on data of another process, whose engine alone knows what the columns of a query are. */
class FrameElsewhereTest {
    private final Hub hub = new Hub();
    private final FrameSpace runner = hub.runner("n2");
    private Frame handle;
    private Frame doubled;

    @BeforeEach
    void place() {
        handle = hub.call(runner, () -> frame("x", list(1, 2, 3), "s", list("a", "b", null)));
        doubled = handle.sql("select s, x * 2 as y from this");
    }

    @AfterEach
    void close() {
        Frame.closeAll(List.of(handle, doubled));
    }

    @Test
    @DisplayName("F-08: sql on data elsewhere asks nothing, nor do verbs behind it, and the chain is one round trip")
    void unknownNames() {
        Frame chain = doubled.filter("y > ?", 2)
                .mutate("z = y + 1")
                .drop("s")
                .rename("y", "w")
                .sort("-w")
                .tail(1);
        assertEquals(0, hub.asked());
        assertEquals(list(list(4, 5)), rows(chain));
        assertEquals(1, hub.asked());
        assertEquals(List.of("w", "z"), chain.names());
        assertEquals(List.of("w", "z"), chain.names());
        assertEquals(2, hub.asked());
    }

    @Test
    @DisplayName("F-08: joins, concatenations and groups of queries elsewhere are one round trip each")
    void several() {
        assertEquals(
                3,
                doubled.join(doubled.rename(Map.of("s", "t")), JoinType.INNER, "y")
                        .rowCount());
        assertEquals(
                List.of("s", "y", "s_right"),
                doubled.join(doubled, JoinType.LEFT, "y").names());
        assertEquals(list(2, 4, 6, 2, 4, 6), column(doubled.concatRows(doubled.select("y", "s")), "y"));
        assertEquals(
                list(list("a", 1L), list("b", 1L), list(null, 1L)),
                rows(doubled.groupBy("s").summarise("n = count(*)").sort("s")));
        assertEquals(
                list(3L), column(doubled.sql("select count(*) as n from this").sql("select n from this"), "n"));
    }

    @Test
    @DisplayName("F-08: names that only the engine knows are checked where it runs")
    void checkedThere() {
        Frame wrong = doubled.select("nope").head(1);
        String message =
                assertThrows(IllegalArgumentException.class, wrong::collect).getMessage();
        assertTrue(message.contains("select: there is no column \"nope\"") && message.contains("s, y"), message);
        assertEquals(
                "sql",
                assertThrows(QueryFailed.class, handle.sql("select nope from this")::collect)
                        .verb());
        Frame clash = doubled.mutate("Y = 1");
        assertThrows(IllegalArgumentException.class, clash::rowCount);
    }

    @Test
    @DisplayName("F-04: facts that follow from the handle's are told without a question")
    void facts() {
        Frame chain = handle.select("s", "x").rename("x", "y").sort("y").slice(1, 5);
        assertEquals(List.of("s", "y"), chain.names());
        assertEquals(2, chain.rowCount());
        assertEquals(
                List.of("s", "y"),
                handle.select("s", "x").rename("x", "y").schema().getFields().stream()
                        .map(f -> f.getName())
                        .toList());
        assertTrue(chain.isRemote());
        assertEquals("n2", chain.owner());
        assertTrue(chain.toString().contains("data 3 rows") && chain.toString().contains("on n2"), chain.toString());
        assertTrue(chain.explain().contains("runs in: n2"), chain.explain());
        assertTrue(doubled.select("y").explain().contains("only the engine knows"), doubled.explain());
        handle.compute().close();
        assertEquals(0, hub.asked());
    }

    @Test
    @DisplayName("F-14: a handle may be closed while an operation on it is on its way, which ends as if it were open")
    void closedMeanwhile() {
        Frame chain = handle.filter("x > 1");
        hub.beforeServing(() -> {
            handle.close();
            chain.close();
            hub.settle();
        });
        try (Frame made = chain.compute()) {
            assertEquals(list(2, 3), column(made, "x"));
            assertThrows(IllegalStateException.class, chain::compute);
        }
    }

    @Test
    @DisplayName("F-04: show fetches the first rows in one round trip, and counting is another")
    void show() {
        assertTrue(handle.with(plan -> FrameText.table(plan, 2, plan.rows()))
                .endsWith("\n3 rows, 2 columns, the first 2 shown"));
        assertEquals(1, hub.asked());
        assertEquals(2, handle.filter("s is not null").rowCount());
        assertEquals(2, hub.asked());
    }
}
