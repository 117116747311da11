package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static dev.kiln.frame.Cells.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class EngineFailuresTest {
    private final Frame data = frame("i", list(1, 2, 3), "s", list("1", "2", "x"));

    @BeforeEach
    void loadEngine() {
        Frame.readSql("select 1 as one").close();
    }

    @AfterEach
    void leaveNothing() {
        assertEquals(0, Session.ALLOCATOR.getAllocatedMemory());
        data.close();
    }

    private static QueryFailed failed(Executable use) {
        return assertThrows(QueryFailed.class, use);
    }

    @Test
    @DisplayName("F-08: a bad expression fails at its verb when the engine is there, and names verb and statement")
    void atTheVerb() {
        QueryFailed wrong = failed(() -> data.filter("nope > 1"));
        assertEquals("filter", wrong.verb());
        assertTrue(wrong.statement().contains("nope > 1"), wrong.statement());
        assertTrue(wrong.getMessage().contains("\"nope\" not found"), wrong.getMessage());
        assertTrue(wrong.getMessage().contains("\"i\""), wrong.getMessage());
        assertFalse(wrong.getMessage().contains("LINE"), wrong.getMessage());
        assertEquals(
                "mutate", failed(() -> data.filter("i > 1").mutate("x = i +")).verb());
        assertEquals(
                "summarise", failed(() -> data.groupBy("i").summarise("x = s")).verb());
        assertEquals("sql", failed(() -> data.sql("select nope from this")).verb());
        assertEquals("filter", failed(() -> data.filter("i + interval 1 day")).verb());
    }

    @Test
    @DisplayName(
            "F-08: two bounds on a list or a struct, which DuckDB cannot do at once, are refused by name; one after the other works")
    void boundsOfLists() {
        try (Frame lists = frame("l", list(list(1), list(2), list(3)))) {
            QueryFailed both =
                    failed(() -> lists.filter("l >= [2] and l <= [3]").compute());
            assertEquals("filter", both.verb());
            assertTrue(both.getMessage().contains("Invalid type for BETWEEN"), both.getMessage());
            assertEquals(
                    2, lists.filter("l >= [2]").compute().filter("l <= [3]").rowCount());
        }
    }

    @Test
    @DisplayName(
            "F-08: a bad expression that was not checked before fails at the end and names its verb, not the last one")
    void atTheEnd() {
        data.with(plan -> {
            Plan bad = new Plan.Filter(plan, "nope > 1", List.of());
            Plan chain =
                    new Plan.Sort(new Plan.Mutate(bad, new Assignment("x", "i + 1")), List.of(new SortKey("x", true)));
            assertEquals("filter", failed(() -> Engine.run(chain)).verb());
            assertEquals("filter", failed(() -> Engine.describe(chain)).verb());
            return null;
        });
    }

    @Test
    @DisplayName("F-08: a failure at a row is reported at the end with the engine's reason")
    void atARow() {
        Frame numbers = data.mutate("n = cast(s as integer)");
        QueryFailed wrong = failed(() -> rows(numbers));
        assertEquals("mutate", wrong.verb());
        assertTrue(wrong.getMessage().contains("'x'"), wrong.getMessage());
        assertEquals(
                "filter, mutate",
                failed(() -> rows(data.filter("i > 0").mutate("n = s::int"))).verb());
        assertEquals(list(1, 2), column(numbers.head(2), "n"));
    }

    @Test
    @DisplayName("F-08: a failure in the middle of a long result leaves nothing behind")
    void late() {
        Frame many = Frame.readSql("select i from range(3000000) r(i)");
        QueryFailed wrong =
                failed(() -> rows(many.mutate("x = case when i = 2900000 then error('late') else 'v' || i end")));
        assertTrue(wrong.getMessage().startsWith("mutate failed: Invalid Input Error: late\n"), wrong.getMessage());
        many.close();
    }

    @Test
    @DisplayName("F-08: keys whose types cannot be compared fail when they are, and the join is named")
    void join() {
        Frame lists = Frame.readSql("select [1, 2] as i");
        assertEquals(
                "join",
                failed(() -> rows(data.join(lists, JoinType.INNER, "i"))).verb());
        lists.close();
    }

    @Test
    @DisplayName("F-08: types that cannot be brought together fail when they are, and concatRows is named")
    void concat() {
        Frame lists = Frame.readSql("select [1, 2] as i, 'x' as s");
        assertEquals("concatRows", failed(() -> rows(data.concatRows(lists))).verb());
        lists.close();
    }

    @Test
    @DisplayName("F-08: long chains work, and one that is too long for the engine is refused with advice")
    void deep() {
        Frame deep = data;
        for (int i = 0; i < 300; i++) {
            deep = deep.filter("i <> " + (i + 10));
        }
        assertEquals(3, deep.rowCount());
        Frame longest = deep;
        String advice =
                assertThrows(IllegalStateException.class, () -> longest.head(1)).getMessage();
        assertTrue(advice.contains("compute()"), advice);
        try (Frame computed = longest.compute();
                Frame head = computed.head(1)) {
            assertEquals(1, head.rowCount());
        }
    }
}
