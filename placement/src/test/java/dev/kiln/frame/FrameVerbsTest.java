package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static dev.kiln.frame.Cells.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.vector.types.Types.MinorType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class FrameVerbsTest {
    private Frame flights;
    private Frame airports;

    @BeforeEach
    void data() {
        flights = frame(
                "origin", list("JFK", "SFO", null, "JFK", "LAX"),
                "delay", list(5, null, 70, 65, -3),
                "distance", list(1.5, 2.0, 3.0, null, 4.0));
        airports = frame("iata", list("JFK", "LAX", "ZRH", null), "delay", list(1, 2, 3, 4));
    }

    @AfterEach
    void close() {
        flights.close();
        airports.close();
    }

    @Test
    @DisplayName("F-08: select keeps columns in the order that is asked for")
    void select() {
        Frame selected = flights.select("distance", "origin");
        assertEquals(List.of("distance", "origin"), selected.names());
        assertEquals(
                list(list(1.5, "JFK"), list(2.0, "SFO"), list(3.0, null), list(null, "JFK"), list(4.0, "LAX")),
                rows(selected));
    }

    @Test
    @DisplayName("F-08: drop keeps the others")
    void drop() {
        assertEquals(
                list(list(5), list((Object) null), list(70), list(65), list(-3)),
                rows(flights.drop("origin", "distance")));
        assertThrows(IllegalArgumentException.class, () -> flights.drop("origin", "distance", "delay"));
    }

    @Test
    @DisplayName("F-08: rename changes names in place, and two may swap")
    void rename() {
        Frame renamed = flights.rename("delay", "late").filter("late > 60");
        assertEquals(List.of("origin", "late", "distance"), renamed.names());
        assertEquals(list(70, 65), column(renamed, "late"));
        Frame swapped = flights.rename(Map.of("origin", "delay", "delay", "origin"));
        assertEquals(List.of("delay", "origin", "distance"), swapped.names());
        assertEquals(list(5, null, 70, 65, -3), column(swapped, "origin"));
        assertEquals(list("JFK"), column(swapped.filter("origin = 65"), "delay"));
        assertThrows(IllegalArgumentException.class, () -> flights.rename("delay", "origin"));
    }

    @Test
    @DisplayName("F-08: filter keeps rows for which the expression is true, not those for which it is null")
    void filter() {
        assertEquals(list(list(null, 70, 3.0), list("JFK", 65, null)), rows(flights.filter("delay > 60")));
        assertEquals(list(list("SFO", null, 2.0)), rows(flights.filter("delay is null")));
        assertEquals(list(), rows(flights.filter("delay > 1000")));
        assertEquals(2, flights.filter("origin = 'JFK' -- only New York").rowCount());
    }

    @Test
    @DisplayName("F-08: mutate adds columns at the end, replaces in place, and sees what stands before")
    void mutate() {
        Frame mutated =
                flights.select("delay").mutate("hours = delay / 60.0", "delay = delay + 1", "\"twice it\" = delay * 2");
        assertEquals(List.of("delay", "hours", "twice it"), mutated.names());
        assertEquals(list(6, null, 71, 66, -2), column(mutated, "delay"));
        assertEquals(list(12, null, 142, 132, -4), column(mutated, "twice it"));
        assertEquals(
                list(2L, null),
                column(flights.head(2).mutate("n = 1 + count(delay) over ()", "n = if(delay is null, null, n)"), "n"));
    }

    @Test
    @DisplayName("F-08: summarise makes one row per group; null is a group")
    void summarise() {
        Frame grouped = flights.groupBy("origin")
                .summarise("n = count(*)", "total = sum(delay)", "far = max(distance)")
                .sort("origin");
        assertEquals(List.of("origin", "n", "total", "far"), grouped.names());
        assertEquals(
                list(
                        list("JFK", 2L, 70L, 1.5),
                        list("LAX", 1L, -3L, 4.0),
                        list("SFO", 1L, null, 2.0),
                        list(null, 1L, 70L, 3.0)),
                rows(grouped));
        assertEquals(list(list(5L, 4L)), rows(flights.groupBy().summarise("n = count(*)", "known = count(delay)")));
        assertEquals(4, flights.groupBy("origin").summarise().rowCount());
    }

    @Test
    @DisplayName("F-08: without keys a summary is one row, and what does not aggregate is refused, not run row by row")
    void summariseAll() {
        assertEquals(list(list(1)), rows(flights.groupBy().summarise("one = 1")));
        assertEquals(
                "summarise",
                assertThrows(QueryFailed.class, () -> rows(flights.groupBy().summarise("delay = delay")))
                        .verb());
        Frame several = flights.groupBy().summarise("delay = unnest(list(delay order by delay))");
        assertEquals(5, several.rowCount(), "a count that is told is that of the rows");
        assertEquals(list(-3, 5, 65, 70, null), column(several, "delay"));
        Frame ofGroups = flights.groupBy("origin").summarise("delay = unnest(list(delay))");
        assertEquals(5, ofGroups.select("origin").rowCount());
    }

    @Test
    @DisplayName("F-08: an expression that gives several columns is refused, since it has one name")
    void severalColumns() {
        for (String several : List.of("*", "columns(*)", "columns('d.*') * 2", "max(columns(*))", "2 * columns(*)")) {
            for (Executable verb : List.<Executable>of(() -> flights.mutate("x = " + several), () -> flights.groupBy()
                    .summarise("x = " + several))) {
                String message =
                        assertThrows(IllegalArgumentException.class, verb).getMessage();
                assertTrue(message.contains("gives several columns"), message);
            }
        }
        Frame numbers = flights.select("delay", "distance").head(1);
        assertEquals(list(5.0), column(numbers.mutate("most = greatest(*columns(*))"), "most"));
        assertEquals(list(7.5), column(numbers.mutate("product = delay * distance"), "product"));
    }

    @Test
    @DisplayName("F-08: decimals of different scales are brought together without rounding")
    void decimals() {
        Frame cents = frame("d", list(new BigDecimal("1.10")), "e", list(new BigDecimal("0.123456789")));
        Frame fine = frame("d", list(new BigDecimal("1.123456789")), "e", list(new BigDecimal("7")));
        assertEquals(
                list(
                        list(new BigDecimal("1.100000000"), new BigDecimal("0.123456789")),
                        list(new BigDecimal("1.123456789"), new BigDecimal("7.000000000"))),
                rows(cents.concatRows(fine)));
        assertEquals(
                list(new BigDecimal("1.100000000"), new BigDecimal("0.123456789")),
                column(cents.pivotLonger("name", "value", "d", "e"), "value"));
        assertEquals(2, cents.join(fine, JoinType.FULL, "d").rowCount());
        assertEquals(0, cents.filter("d >= 1.12").rowCount());
        Frame.closeAll(List.of(cents, fine));
    }

    @Test
    @DisplayName("F-08: the new column of a summary may be called like one that it reads")
    void summariseShadows() {
        assertEquals(
                list(list(137L, 34.25)), rows(flights.groupBy().summarise("delay = sum(delay)", "mean = avg(delay)")));
    }

    @Test
    @DisplayName("F-08: sort orders by several columns, nulls last in either direction")
    void sort() {
        assertEquals(list(-3, 5, 65, 70, null), column(flights.sort("delay"), "delay"));
        assertEquals(list(70, 65, 5, -3, null), column(flights.sort("-delay"), "delay"));
        assertEquals(list(65, 5, -3, null, 70), column(flights.sort("origin", "-delay"), "delay"));
        Frame odd = frame("-a", list(2, 1), "a", list(1, 2));
        assertEquals(list(1, 2), column(odd.sort("-a"), "-a"));
        odd.close();
    }

    @Test
    @DisplayName("F-08: head, tail and slice take rows by position, also behind other verbs")
    void positions() {
        assertEquals(list(5, null), column(flights.head(2), "delay"));
        assertEquals(list(65, -3), column(flights.tail(2), "delay"));
        assertEquals(list(null, 70), column(flights.slice(1, 2), "delay"));
        assertEquals(list(70, 65, -3), column(flights.slice(2, 100), "delay"));
        assertEquals(list(), column(flights.slice(100, 2), "delay"));
        assertEquals(list(), column(flights.head(0), "delay"));
        assertEquals(5, flights.tail(Long.MAX_VALUE).rowCount());
        Frame known = flights.filter("delay is not null");
        assertEquals(list(5, 70), column(known.head(2), "delay"));
        assertEquals(list(65, -3), column(known.tail(2), "delay"));
        assertEquals(list(70, 65), column(known.slice(1, 2), "delay"));
        assertEquals(list(70, 65), column(known.slice(1, 3).sort("-delay").head(2), "delay"));
        assertEquals(list(65, -3), column(flights.slice(3, Long.MAX_VALUE), "delay"));
        for (Frame frame : List.of(flights, known)) {
            assertEquals(list(), column(frame.slice(Long.MAX_VALUE, 2), "delay"));
            assertEquals(list(), column(frame.slice(Long.MAX_VALUE, Long.MAX_VALUE), "delay"));
        }
        assertNegative("head: ", () -> flights.head(-1));
        assertNegative("slice: ", () -> flights.slice(-1, 1));
        assertNegative("slice: ", () -> flights.slice(0, -1));
        assertNegative("tail: ", () -> flights.tail(-1));
        assertNegative("show: ", () -> flights.show(-1));
    }

    private static void assertNegative(String verb, Executable use) {
        String message = assertThrows(IllegalArgumentException.class, use).getMessage();
        assertTrue(message.startsWith(verb) && message.contains(">= 0"), message);
    }

    @Test
    @DisplayName("F-08: distinct keeps every row once, and nulls are equal")
    void distinct() {
        Frame twice = flights.concatRows(flights);
        assertEquals(10, twice.rowCount());
        assertEquals(5, twice.distinct().rowCount());
        assertEquals(
                set("JFK", "SFO", "LAX", null),
                new HashSet<>(column(flights.select("origin").distinct(), "origin")));
    }

    @Test
    @DisplayName("F-08: every type of join, with keys of different names and a column of the same name")
    void join() {
        assertJoined(JoinType.INNER, list("JFK", 5, 1), list("JFK", 65, 1), list("LAX", -3, 2));
        assertJoined(
                JoinType.LEFT,
                list("JFK", 5, 1),
                list("JFK", 65, 1),
                list("LAX", -3, 2),
                list("SFO", null, null),
                list(null, 70, null));
        assertJoined(
                JoinType.RIGHT,
                list("JFK", 5, 1),
                list("JFK", 65, 1),
                list("LAX", -3, 2),
                list("ZRH", null, 3),
                list(null, null, 4));
        assertJoined(
                JoinType.FULL,
                list("JFK", 5, 1),
                list("JFK", 65, 1),
                list("LAX", -3, 2),
                list("SFO", null, null),
                list(null, 70, null),
                list("ZRH", null, 3),
                list(null, null, 4));
        Frame left = flights.select("origin", "delay");
        assertEquals(
                set(list("JFK", 5), list("JFK", 65), list("LAX", -3)),
                new HashSet<>(rows(left.join(airports, JoinType.SEMI, "origin = iata"))));
        assertEquals(
                set(list("SFO", null), list(null, 70)),
                new HashSet<>(rows(left.join(airports, JoinType.ANTI, "origin = iata"))));
    }

    private void assertJoined(JoinType type, List<?>... expected) {
        Frame joined = flights.select("origin", "delay").join(airports, type, "origin = iata");
        assertEquals(List.of("origin", "delay", "delay_right"), joined.names(), type::toString);
        List<List<Object>> found = rows(joined);
        assertEquals(Set.of(expected), new HashSet<>(found), type::toString);
        assertEquals(expected.length, found.size(), type::toString);
        // the larger side first or last must not matter
        Frame other =
                airports.rename("iata", "origin").join(flights.select("origin", "delay"), mirrored(type), "origin");
        assertEquals(
                set(List.of(expected).stream()
                        .map(row -> list(row.get(0), row.get(2), row.get(1)))
                        .toArray()),
                new HashSet<>(rows(other)),
                type::toString);
    }

    private static JoinType mirrored(JoinType type) {
        return type == JoinType.LEFT ? JoinType.RIGHT : type == JoinType.RIGHT ? JoinType.LEFT : type;
    }

    @Test
    @DisplayName("F-08: a frame may be joined with itself")
    void selfJoin() {
        Frame pairs = flights.join(flights, JoinType.INNER, "origin").filter("delay < delay_right");
        assertEquals(list(list("JFK", 5, 1.5, 65, null)), rows(pairs));
    }

    @Test
    @DisplayName("F-08: join refuses names that it cannot keep apart")
    void joinClash() {
        Frame left = frame("k", list(1), "a", list(1), "a_right", list(1));
        Frame right = frame("k", list(1), "a", list(1));
        String message = assertThrows(IllegalArgumentException.class, () -> left.join(right, JoinType.INNER, "k"))
                .getMessage();
        assertTrue(message.contains("a_right") && message.contains("rename"), message);
        assertThrows(IllegalArgumentException.class, () -> left.join(right, JoinType.INNER));
        Frame.closeAll(List.of(left, right));
    }

    @Test
    @DisplayName("F-08: concatRows keeps the operands' order, matches columns by name and widens types")
    void concatRows() {
        Frame first = frame("a", list(1, 2), "b", list("x", "y"));
        Frame second = frame("b", list("z"), "a", list(2.5));
        Frame both = first.concatRows(second, first.head(1));
        assertEquals(List.of("a", "b"), both.names());
        assertEquals(list(list(1.0, "x"), list(2.0, "y"), list(2.5, "z"), list(1.0, "x")), rows(both));
        assertEquals(4, both.rowCount());
        assertThrows(IllegalArgumentException.class, () -> first.concatRows(flights));
        Frame.closeAll(List.of(first, second));
    }

    @Test
    @DisplayName("F-08: sql queries the frame as this, once or several times, behind and before other verbs")
    void sql() {
        Frame result = flights.filter("delay is not null")
                .sql("select origin, delay * 2 as twice from this where delay > 0 order by delay desc;")
                .head(2);
        assertEquals(List.of("origin", "twice"), result.names());
        assertEquals(list(list(null, 140), list("JFK", 130)), rows(result));
        Frame pairs =
                flights.sql("select a.delay as x, b.delay as y from this a join this b on a.delay + 60 = b.delay");
        assertEquals(list(list(5, 65)), rows(pairs));
        assertEquals(list(list(5L)), rows(flights.sql("with t as (select * from this) select count(*) as n from t")));
        assertEquals(list(list(1)), rows(Frame.readSql("select 1 as one")));
    }

    @Test
    @DisplayName("F-08: sql takes one query and nothing that changes anything")
    void sqlRefuses() {
        assertThrows(IllegalArgumentException.class, () -> flights.sql("select 1; drop table x"));
        assertThrows(QueryFailed.class, () -> flights.sql("delete from this"));
        assertThrows(QueryFailed.class, () -> flights.sql("create table x as select * from this"));
        assertThrows(IllegalArgumentException.class, () -> Frame.readSql("select 1; select 2"));
    }

    @Test
    @DisplayName("F-08: verbs that give a row several rows keep the count honest")
    void unnest() {
        Frame three = flights.head(2).mutate("n = unnest([1, 2, 3])");
        assertEquals(6, three.rowCount());
        assertEquals(list(5, 5, 5, null, null, null), column(three.select("delay"), "delay"));
        assertEquals(6, three.drop("n").rowCount());
    }

    @Test
    @DisplayName("F-08: an empty frame goes through every verb")
    void empty() {
        Frame none = flights.head(0);
        assertEquals(
                0,
                none.filter("delay > 1")
                        .mutate("x = delay + 1")
                        .sort("-x")
                        .distinct()
                        .tail(3)
                        .rowCount());
        assertEquals(list(), rows(none.groupBy("origin").summarise("n = count(*)")));
        assertEquals(list(list(0L, null)), rows(none.groupBy().summarise("n = count(*)", "s = sum(delay)")));
        assertEquals(0, none.join(airports, JoinType.INNER, "origin = iata").rowCount());
        assertEquals(4, none.join(airports, JoinType.RIGHT, "origin = iata").rowCount());
        assertEquals(5, none.concatRows(flights, none).rowCount());
        assertEquals(flights.filter("true").schema(), none.filter("true").schema());
    }

    @Test
    @DisplayName("F-08: a frame of a thousand columns works, and only what is needed of it is read")
    void wide() {
        Object[] columns = new Object[2000];
        for (int i = 0; i < 1000; i++) {
            columns[2 * i] = "c" + i;
            columns[2 * i + 1] = list(i, i + 1);
        }
        Frame wide = frame(columns);
        Frame narrow = wide.filter("c999 = 1000").mutate("s = c1 + c2").select("c0", "s");
        assertEquals(list(list(1, 5)), rows(narrow));
        assertEquals(
                List.of("c0", "c1", "c2", "c999"),
                narrow.with(plan -> Query.of(plan).scans().getFirst().columns().stream()
                        .sorted()
                        .toList()));
        assertEquals(1000, rows(wide.filter("c5 = 5")).getFirst().size());
        wide.close();
    }

    @Test
    @DisplayName("F-08: types without a good counterpart come as one that has: sums as int64, enums as text")
    void types() {
        Frame typed = Frame.readSql("select 'b'::enum('a', 'b') as e, sum(i) as s, ['a'::enum('a')] as l, null as n,"
                + " '101'::bit as b, 1::uhugeint as u from range(4) r(i)");
        assertEquals(
                List.of(
                        MinorType.VARCHAR,
                        MinorType.BIGINT,
                        MinorType.LIST,
                        MinorType.INT,
                        MinorType.VARCHAR,
                        MinorType.UINT8),
                typed.schema().getFields().stream()
                        .map(f -> org.apache.arrow.vector.types.Types.getMinorTypeForArrowType(f.getType()))
                        .toList());
        assertEquals("b", rows(typed).getFirst().getFirst());
        assertEquals(6L, rows(typed).getFirst().get(1));
        QueryFailed tooLarge = assertThrows(
                QueryFailed.class,
                () -> rows(frame("x", list(Long.MAX_VALUE, 1L)).groupBy().summarise("s = sum(x)")));
        assertTrue(tooLarge.getMessage().contains("9223372036854775808 in column s"), tooLarge.getMessage());
    }

    @Test
    @DisplayName(
            "F-08: whole numbers of 128 bits have 64 in the result, up to the last that fit, with nulls where they were")
    void wideIntegers() {
        String edges = "select s::hugeint as s, u::uhugeint as u from (values"
                + " ('9223372036854775807', '18446744073709551615'), (null, null), ('-9223372036854775808', '0'),"
                + " ('-1', '9223372036854775808')) v(s, u)";
        try (Frame made = Frame.readSql(edges)) {
            assertEquals( // Arrow shows unsigned ones by the long with their bits
                    List.of(
                            List.of(Long.MAX_VALUE, -1L),
                            Arrays.asList(null, null),
                            List.of(Long.MIN_VALUE, 0L),
                            List.of(-1L, Long.MIN_VALUE)),
                    rows(made));
        }
        for (String tooLarge :
                List.of("9223372036854775808", "-9223372036854775809", "-170141183460469231731687303715884105728")) {
            assertRefused("'" + tooLarge + "'::hugeint", tooLarge);
        }
        for (String tooLarge : List.of("18446744073709551616", "340282366920938463463374607431768211455")) {
            assertRefused("'" + tooLarge + "'::uhugeint", tooLarge);
        }
    }

    private static void assertRefused(String value, String shown) {
        QueryFailed refused = assertThrows(QueryFailed.class, () -> Frame.readSql("select " + value + " as x"));
        assertTrue(refused.getMessage().contains("the whole number " + shown + " in column x"), refused.getMessage());
    }

    @Test
    @DisplayName("F-08: facts of a lazy frame")
    void facts() {
        Frame lazy = flights.filter("delay > ?", 0).select("delay");
        assertEquals(List.of("delay"), lazy.names());
        assertEquals(3, lazy.rowCount());
        assertEquals(1, lazy.schema().getFields().size());
        assertFalse(lazy.isRemote());
        assertEquals("local", lazy.owner());
        assertEquals(flights.byteSize(), lazy.byteSize());
        assertTrue(lazy.explain().contains("where (\ndelay > ?\n)"), lazy.explain());
    }

    private static Set<Object> set(Object... values) {
        return new HashSet<>(list(values));
    }
}
