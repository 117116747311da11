package dev.kiln.frame;

import static java.util.stream.Collectors.joining;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/** Both sides are queries called l and r. The side that stands last is the one the engine builds its table from. */
final class JoinWriter {
    private final QueryWriter out;
    private final Combination.Join join;
    private final List<String> columns;
    private final Map<String, String> added;
    private final List<String> leftKeys;

    JoinWriter(QueryWriter out, Combination.Join join, List<String> columns) {
        this.out = out;
        this.join = join;
        this.columns = columns;
        this.added = join.added();
        this.leftKeys = join.on().stream().map(JoinKey::left).toList();
    }

    void write() {
        List<String> left = QueryWriter.plus(
                leftKeys,
                columns.stream().filter(name -> !added.containsValue(name)).toList());
        SequencedSet<String> right =
                new LinkedHashSet<>(join.on().stream().map(JoinKey::right).toList());
        added.forEach((name, as) -> {
            if (columns.contains(as)) {
                right.add(name);
            }
        });
        boolean oneSided = join.type() == JoinType.SEMI || join.type() == JoinType.ANTI;
        boolean swap = !oneSided && PlanRows.atMost(join.left()) < PlanRows.atMost(join.right());
        out.append("select ").append(list());
        side(swap ? join.right() : join.left(), swap ? right : left, swap ? "r" : "l", " from ");
        side(swap ? join.left() : join.right(), swap ? left : right, swap ? "l" : "r", keyword(swap));
        out.append(join.on().stream()
                .map(key -> "l." + Names.quote(key.left()) + " = r." + Names.quote(key.right()))
                .collect(joining(" and ", " on (", ")")));
    }

    private void side(Plan input, Collection<String> read, String name, String before) {
        out.append(before);
        out.relation(input, List.copyOf(read));
        out.append(" as ").append(name);
    }

    private String keyword(boolean swap) {
        return switch (join.type()) {
            case INNER -> " join ";
            case LEFT -> swap ? " right join " : " left join ";
            case RIGHT -> swap ? " left join " : " right join ";
            case FULL -> " full join ";
            case SEMI -> " semi join ";
            case ANTI -> " anti join ";
        };
    }

    private String list() {
        return columns.isEmpty() ? "1" : columns.stream().map(this::column).collect(joining(", "));
    }

    private String column(String name) {
        for (Map.Entry<String, String> entry : added.entrySet()) {
            if (entry.getValue().equals(name)) {
                return "r." + Names.quote(entry.getKey()) + " as " + Names.quote(name);
            }
        }
        String left = "l." + Names.quote(name);
        int key = leftKeys.indexOf(name);
        boolean onRightOnly = join.type() == JoinType.RIGHT || join.type() == JoinType.FULL;
        if (key < 0 || !onRightOnly) {
            return left;
        }
        String right = "r." + Names.quote(join.on().get(key).right());
        String value = join.type() == JoinType.RIGHT ? right : "coalesce(" + left + ", " + right + ")";
        return value + " as " + Names.quote(name);
    }
}
