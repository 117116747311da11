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
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameNamesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "größe",
                "日本語",
                "🙂",
                "a b",
                " a ",
                "say \"hi\"",
                "\"",
                "it's",
                "select",
                "this",
                "x;y",
                "1st",
                "?",
                "$1",
                "a.b",
                "--",
                "/*",
                "a\nb",
                "\\",
                "\") from t0; drop table t0; --"
            })
    @DisplayName("F-08: any column name goes through every verb")
    void oddNames(String name) {
        String quoted = Names.quote(name);
        Frame odd = frame(name, list(2, 1, null, 2), "other", list("x", "y", "z", "x"));
        assertEquals(List.of(name, "other"), odd.filter("other is not null").names());
        assertEquals(list(2, 2), column(odd.filter(quoted + " > ?", 1), name));
        assertEquals(list(1, 2, 2, null), column(odd.sort(name), name));
        assertEquals(list(2, 2, 1, null), column(odd.sort("-" + name), name));
        assertEquals(list(3, 2, null, 3), column(odd.mutate(quoted + " = " + quoted + " + 1"), name));
        assertEquals(
                list(list(1, 1L), list(2, 2L)),
                rows(odd.filter(quoted + " is not null")
                        .groupBy(name)
                        .summarise("n = count(*)")
                        .sort(name)));
        assertEquals(list(5L), column(odd.groupBy().summarise(quoted + " = sum(" + quoted + ")"), name));
        assertEquals(3, odd.select(name).distinct().rowCount());
        assertEquals(list(1, null), column(odd.filter("other <> 'x'").tail(2), name));
        assertEquals(8, odd.filter("true").concatRows(odd).rowCount());
        assertEquals(
                List.of(name, "other", "other_right"),
                odd.join(odd, JoinType.INNER, name).names());
        assertEquals(5, odd.join(odd, JoinType.INNER, name).rowCount());
        assertEquals(
                list(2, 1),
                column(odd.filter("true").rename(name, "n").rename("n", name).head(2), name));
        assertEquals(list(2, 1, null, 2), column(odd.sql("select " + quoted + " from this"), name));
        assertEquals(list("x", "y", "z", "x"), column(odd.filter("true").drop(name), "other"));
        odd.close();
    }

    @Test
    @DisplayName(
            "F-08: a column that is not there is refused at the verb, with the names that are and the nearest of them")
    void unknown() {
        Frame frame = frame("origin", list("JFK"), "delay", list(1), "distance", list(2));
        assertNamed(
                () -> frame.select("dealy"),
                "select",
                "\"dealy\"",
                "did you mean \"delay\"?",
                "origin, delay, distance");
        assertNamed(() -> frame.select("Delay"), "did you mean \"delay\"?");
        assertNamed(() -> frame.drop("destination"), "drop", "there is no column");
        assertNamed(() -> frame.rename("orign", "o"), "rename", "did you mean \"origin\"?");
        assertNamed(() -> frame.groupBy("origins"), "groupBy", "did you mean \"origin\"?");
        assertNamed(() -> frame.sort("-dist"), "sort", "\"dist\"");
        assertNamed(() -> frame.join(frame, JoinType.LEFT, "orig"), "join (left)");
        assertNamed(() -> frame.join(frame, JoinType.LEFT, "origin = dest"), "join (right)", "\"dest\"");
        assertNamed(() -> frame.pivotLonger("k", "v", "dealy"), "pivotLonger", "did you mean \"delay\"?");
        assertNamed(() -> frame.pivotWider("orign", "delay"), "pivotWider", "did you mean \"origin\"?");
        assertNamed(() -> frame.pivotWider("origin", "dealy", List.of("x")), "pivotWider", "did you mean \"delay\"?");
        assertNamed(() -> frame.column("distanse"), "column", "did you mean \"distance\"?");
        assertNamed(() -> frame.concatRows(frame.rename("delay", "late")), "concatRows", "\"late\"");
        frame.close();
    }

    private static void assertNamed(Executable verb, String... parts) {
        String message = assertThrows(IllegalArgumentException.class, verb).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    @DisplayName("F-08: names that the engine could not keep apart are refused where they would arise")
    void clashes() {
        Frame frame = frame("a", list(1), "b", list(2));
        assertNamed(() -> frame.mutate("A = 1"), "mutate", "\"a\" and \"A\"", "case");
        assertNamed(() -> frame.rename(Map.of("a", "B")), "rename");
        assertNamed(() -> frame.groupBy("a").summarise("A = 1"), "summarise");
        assertNamed(() -> frame.select("a", "a"), "select");
        assertNamed(() -> frame.mutate("\"\" = 1"), "expected");
        assertNamed(() -> frame.rename("a", ""), "empty");
        assertNamed(frame::select, "at least one");
        frame.close();
    }

    @Test
    @DisplayName("F-08: data whose names differ in case only can be taken apart, but not queried")
    void caseOnly() {
        Frame frame = frame("a", list(1), "A", list(2));
        assertEquals(list(2), column(frame.select("A"), "A"));
        assertEquals(list(2), column(frame.drop("a").filter("a > 1"), "A"));
        assertEquals(list(1, 2), rows(frame.rename("A", "b").filter("true")).getFirst());
        assertNamed(() -> frame.filter("a > 0"), "filter", "rename one of them first");
        frame.close();
    }
}
