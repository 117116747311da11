package dev.kiln.frame;

import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;

import java.util.Map;
import java.util.function.BinaryOperator;

/** A use of every verb that makes a frame, on data of this class, by the verb's name. */
final class EveryVerb {
    /** On a frame of {@link #data} and one of {@link #other}, which it may leave alone. */
    static final Map<String, BinaryOperator<Frame>> USES = Map.ofEntries(
            Map.entry("select", (frame, other) -> frame.select("x", "k")),
            Map.entry("drop", (frame, other) -> frame.drop("x")),
            Map.entry("rename", (frame, other) -> frame.rename("x", "z")),
            Map.entry("filter", (frame, other) -> frame.filter("x > ?", 1)),
            Map.entry("mutate", (frame, other) -> frame.mutate("z = x * 2")),
            Map.entry("groupBy", (frame, other) -> frame.groupBy("k").summarise("n = count(*)")),
            Map.entry("sort", (frame, other) -> frame.sort("-x")),
            Map.entry("head", (frame, other) -> frame.head(2)),
            Map.entry("tail", (frame, other) -> frame.tail(2)),
            Map.entry("slice", (frame, other) -> frame.slice(1, 2)),
            Map.entry("distinct", (frame, other) -> frame.select("k").distinct()),
            Map.entry("join", (frame, other) -> frame.join(other, JoinType.FULL, "k")),
            Map.entry("concatRows", (frame, other) -> frame.concatRows(other.rename("y", "x"))),
            Map.entry("concatColumns", (frame, other) -> frame.concatColumns(other.select("y"))),
            Map.entry("sample", (frame, other) -> frame.sample(2, 1)),
            Map.entry("pivotLonger", (frame, other) -> frame.pivotLonger("name", "value", "x")),
            Map.entry("pivotWider", (frame, other) -> frame.head(2).pivotWider("k", "x")),
            Map.entry("describe", (frame, other) -> frame.describe()),
            Map.entry("put", (frame, other) -> frame.put("y", other.column("y"))),
            Map.entry("column", (frame, other) -> frame.column("x").plus(1).toFrame()),
            Map.entry("sql", (frame, other) -> frame.sql("select sum(x)::bigint as s from this")),
            Map.entry("compute", (frame, other) -> frame.compute()));

    private EveryVerb() {}

    static Frame data() {
        return frame("k", list("a", "b", null, "a"), "x", list(1, 2, 3, null));
    }

    static Frame other() {
        return frame("k", list("a", "z", null, "y"), "y", list(10, 20, 30, 40));
    }
}
