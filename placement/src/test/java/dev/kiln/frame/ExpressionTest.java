package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ExpressionTest {
    private static Expression read(String text) {
        return Expression.of("filter", text);
    }

    private static List<String> mentioned(String text, String... columns) {
        return read(text).mentioned(List.of(columns));
    }

    @Test
    @DisplayName("F-08: an expression mentions the columns that it reads, and no others")
    void mentions() {
        assertAll(
                () -> assertEquals(List.of("a", "b"), mentioned("a + B > 3", "a", "b", "c")),
                () -> assertEquals(List.of("a b"), mentioned("\"a b\" > 3", "a", "b", "a b")),
                () -> assertEquals(List.of("say \"x\""), mentioned("\"say \"\"x\"\"\" = 1", "say \"x\"", "x")),
                () -> assertEquals(List.of(), mentioned("'a' = 'b' -- c", "a", "b", "c")),
                () -> assertEquals(List.of("a"), mentioned("a /* b /* c */ */ = 1", "a", "b", "c")),
                () -> assertEquals(List.of("a"), mentioned("a = $$b$$ or a = $x$c$x$", "a", "b", "c")),
                () -> assertEquals(List.of("a"), mentioned("a = E'it\\'s b'", "a", "b")),
                () -> assertEquals(List.of("größe", "温度"), mentioned("GRÖSSE > 1 or größe > 温度", "größe", "温度", "b")),
                () -> assertEquals(List.of("s"), mentioned("s.field[1].other", "s", "b")),
                () -> assertEquals(List.of("a"), mentioned("a * 2 > 1", "a", "b")),
                () -> assertEquals(List.of(), mentioned("count(*)", "a", "b")),
                () -> assertEquals(List.of(), mentioned("count ( * )", "a", "b")));
    }

    @Test
    @DisplayName("F-08: an expression that may read any column mentions all of them")
    void wildcards() {
        for (String text :
                List.of("hash(*)", "columns('a.*') > 1", "#1 > 2", "(select * from t) is null", "b in (*)")) {
            assertEquals(List.of("a", "b"), mentioned(text, "a", "b"), text);
        }
    }

    @Test
    @DisplayName("F-08: parameters are question marks outside of literals and comments")
    void parameters() {
        assertEquals(2, read("a > ? and b in (?, '?', \"?\") -- ?").parameters());
    }

    @Test
    @DisplayName("F-08: whatever is not exactly one expression is refused with the reason")
    void refused() {
        assertRefused("a > 1; drop table t", "';'");
        assertRefused("a > 1) or (b", "closes nothing");
        assertRefused("(a > 1", "'(' is not closed");
        assertRefused("[1, 2)", "closes nothing");
        assertRefused("'abc", "' is not closed");
        assertRefused("\"abc", "\" is not closed");
        assertRefused("$$abc", "is not closed");
        assertRefused("/* abc", "comment is not closed");
        assertRefused("a, b", "comma");
        assertRefused("  -- nothing", "empty");
        assertRefused("a > $1", "written as ?");
    }

    private static void assertRefused(String text, String reason) {
        String message =
                assertThrows(IllegalArgumentException.class, () -> read(text)).getMessage();
        assertTrue(message.contains(reason) && message.contains(text), message);
    }

    @Test
    @DisplayName("F-08: a query may end with a semicolon, but not go on after it")
    void queries() {
        assertEquals(
                "select a, b from this",
                Expression.query("sql", "select a, b from this; -- end\n").text());
        assertEquals(
                "select ';' from this",
                Expression.query("sql", "select ';' from this").text());
        assertThrows(IllegalArgumentException.class, () -> Expression.query("sql", "select 1; select 2"));
        assertEquals(2, Expression.query("sql", "select * from this, THIS as b").count("this"));
    }

    @Test
    @DisplayName("F-08: an assignment is a plain or quoted name, an equals sign and an expression")
    void assignments() {
        assertEquals(new Assignment("n", "count(*)"), Assignment.parse("mutate", "n=count(*)"));
        assertEquals(new Assignment("größe", "a = b"), Assignment.parse("mutate", " größe = a = b "));
        assertEquals(
                new Assignment("mean delay", "avg(\"x = y\")"),
                Assignment.parse("mutate", "\"mean delay\" = avg(\"x = y\")"));
        assertEquals(new Assignment("a\"b", "1"), Assignment.parse("mutate", "\"a\"\"b\" = 1"));
        for (String wrong :
                List.of("a", "a == b", "= 1", "a b = 1", "count(*)", "\"a = 1", "a > b = c", "a = ", "a = 1, b = 2")) {
            assertThrows(IllegalArgumentException.class, () -> Assignment.parse("mutate", wrong), wrong);
        }
    }
}
