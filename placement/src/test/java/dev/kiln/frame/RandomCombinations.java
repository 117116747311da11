package dev.kiln.frame;

import static dev.kiln.frame.Told.quoted;
import static java.util.stream.Collectors.joining;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Random verbs on several frames, with the plain SQL that says the same. */
final class RandomCombinations {
    private final Random random;
    private final RandomPick pick;

    RandomCombinations(Random random, RandomPick pick) {
        this.random = random;
        this.pick = pick;
    }

    Told join(Told in) throws SQLException {
        Told.Column key = pick.any(in, "ijs");
        if ("ijs".indexOf(key.kind()) < 0) {
            return in;
        }
        Told other = renamedForJoin(key);
        String right = "r" + in.steps().size();
        JoinType type = List.of(JoinType.values()).get(random.nextInt(JoinType.values().length));
        boolean oneSided = type == JoinType.SEMI || type == JoinType.ANTI;
        List<Told.Column> added = other.columns().stream()
                .filter(column -> !column.name().equals("key of the other"))
                .toList();
        List<Told.Column> columns = new ArrayList<>(in.columns());
        String list = in.columns().stream()
                .map(column -> column.equals(key) ? keyOf(type, key) : "l." + quoted(column.name()))
                .collect(joining(", "));
        if (!oneSided) {
            columns.addAll(added);
            list += added.stream().map(column -> ", r." + quoted(column.name())).collect(joining());
        }
        List<String> steps = new ArrayList<>(in.steps());
        steps.add(right + " as ("
                + other.steps()
                        .getFirst()
                        .substring("s0 as (".length(), other.steps().getFirst().length() - 1) + ")");
        String renamedRight = "(" + renaming(other, right) + ")";
        String query =
                "select " + list + " from " + in.last() + " l " + type.name().toLowerCase(Locale.ROOT) + " join "
                        + renamedRight + " r on l." + quoted(key.name()) + " = r.\"key of the other\"";
        steps.add("s" + steps.size() + " as (" + query + ")");
        Told joined = new Told(
                in.frame().join(other.frame(), type, key.name() + " = key of the other"),
                steps,
                columns,
                false,
                RandomPick.MOST_ROWS);
        return pick.size(joined) > RandomPick.MOST_ROWS ? in : joined;
    }

    private static String keyOf(JoinType type, Told.Column key) {
        String name = quoted(key.name());
        return switch (type) {
            case RIGHT, FULL -> "coalesce(l." + name + ", r.\"key of the other\") as " + name;
            default -> "l." + name;
        };
    }

    /** Another frame whose columns have other names, and a key that fits. Its steps are those before the renaming. */
    private Told renamedForJoin(Told.Column key) {
        Told base = pick.frame();
        String from = key.kind() == 's' ? "s" : "i";
        Map<String, String> names = new LinkedHashMap<>();
        base.names().forEach(name -> names.put(name, name.equals(from) ? "key of the other" : pick.fresh()));
        Told other = base.renamed(names);
        return new Told(
                other.frame(),
                List.of(base.steps().getFirst(), other.steps().getLast()),
                other.columns(),
                true,
                other.most());
    }

    private static String renaming(Told other, String base) {
        String step = other.steps().getLast();
        String query = step.substring(step.indexOf('(') + 1, step.length() - 1);
        return query.substring(0, query.lastIndexOf(" from ")) + " from " + base;
    }

    Told concatRows(Told in) {
        if (in.most() * 2 > RandomPick.MOST_ROWS) {
            return in;
        }
        String condition = pick.condition(in);
        List<String> shuffled = new ArrayList<>(in.names());
        Collections.shuffle(shuffled, random);
        Frame other = in.frame().select(Told.array(shuffled)).filter(condition);
        String list = Told.list(in.names());
        if (!in.ordered()) {
            return in.times(2)
                    .then(
                            in.frame().concatRows(other),
                            false,
                            prev -> "select " + list + " from " + prev + " union all select " + list + " from " + prev
                                    + " where " + condition);
        }
        return in.times(2)
                .then(
                        in.frame().concatRows(other),
                        true,
                        prev -> "select " + list + ", row_number() over (order by part, _pos) as _pos from (select "
                                + list
                                + ", _pos, 1 as part from " + prev + " union all select " + list + ", _pos, 2 from "
                                + prev
                                + " where " + condition + ")");
    }

    /** Side by side with itself in another order, under other names. */
    Told concatColumns(Told unordered) {
        Told in = pick.ordered(unordered);
        List<Told.Column> chosen = pick.some(in);
        Map<String, String> names = new LinkedHashMap<>();
        chosen.forEach(column -> names.put(column.name(), pick.fresh()));
        List<Told.Column> added = chosen.stream()
                .map(column -> new Told.Column(names.get(column.name()), column.kind()))
                .toList();
        List<Told.Column> columns = new ArrayList<>(in.columns());
        columns.addAll(added);
        Frame side = in.frame()
                .select(Told.array(Told.names(chosen)))
                .sort(Told.array(Told.names(chosen)))
                .rename(names);
        return in.then(
                random.nextBoolean()
                        ? in.frame().concatColumns(side)
                        : in.frame().concatColumns(side.compute()),
                columns,
                true,
                prev -> besides(
                        in,
                        chosen,
                        prev,
                        added.stream()
                                .map(column -> ", r." + quoted(column.name()))
                                .collect(joining()),
                        names));
    }

    /** The frame l with its columns, and r, which is sorted by what was chosen. */
    private static String besides(
            Told in, List<Told.Column> chosen, String prev, String more, Map<String, String> names) {
        String order = chosen.stream()
                .map(column -> quoted(column.name()) + " nulls last")
                .collect(joining(", "));
        String right = chosen.stream()
                .map(column -> quoted(column.name()) + " as " + quoted(names.get(column.name())))
                .collect(joining(", "));
        return "select " + in.names().stream().map(name -> "l." + quoted(name)).collect(joining(", ")) + more
                + ", l._pos from " + in.numbered(prev) + " l join (select " + right
                + ", row_number() over (order by " + order + ") as _pos from " + prev + ") r on l._pos = r._pos";
    }

    /** A calculation with a series of the frame itself, and perhaps another one that was sorted. */
    Told put(Told unordered) {
        Told in = pick.ordered(unordered);
        Told.Column a = pick.any(in, "ij");
        Told.Column b = pick.any(in, "ijd");
        if ("ij".indexOf(a.kind()) < 0 || "ijd".indexOf(b.kind()) < 0) {
            return in;
        }
        boolean replace = random.nextBoolean();
        Told.Column made = new Told.Column(replace ? pick.any(in).name() : pick.fresh(), b.kind() == 'd' ? 'd' : 'i');
        Series left = in.frame().column(a.name()).cast("bigint");
        if (random.nextBoolean()) {
            Series sum = left.plus(in.frame().column(b.name())).times(2);
            String expression = "(" + quoted(a.name()) + "::bigint + " + quoted(b.name()) + ") * 2";
            return in.then(
                    in.frame().put(made.name(), sum),
                    in.replaced(made),
                    true,
                    prev -> "select " + in.list(made, expression) + " from " + prev);
        }
        Series sorted = in.frame().select(b.name()).sort(b.name()).column(b.name());
        Series difference = left.minus(sorted).plus(1);
        String name = "of the other";
        Told wide = in.then(
                in.frame(),
                in.columns(),
                true,
                prev -> besides(in, List.of(b), prev, ", r." + quoted(name), Map.of(b.name(), name)));
        return wide.then(
                in.frame().put(made.name(), difference),
                in.replaced(made),
                true,
                prev -> "select " + in.list(made, "(" + quoted(a.name()) + "::bigint - " + quoted(name) + " + 1)")
                        + " from " + prev);
    }
}
