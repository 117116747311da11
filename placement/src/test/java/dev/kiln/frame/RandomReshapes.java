package dev.kiln.frame;

import static dev.kiln.frame.RandomData.literal;
import static dev.kiln.frame.Told.quoted;
import static java.util.stream.Collectors.joining;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random verbs that turn columns and rows into each other or draw some, with the plain SQL that says the same. */
final class RandomReshapes {
    private final Random random;
    private final RandomPick pick;

    RandomReshapes(Random random, RandomPick pick) {
        this.random = random;
        this.pick = pick;
    }

    Told longer(Told unordered) {
        Told in = pick.ordered(unordered);
        char kind = pick.any(in).kind();
        List<Told.Column> turned = in.columns().stream()
                .filter(column -> column.kind() == kind)
                .limit(3)
                .toList();
        return in.most() * turned.size() > RandomPick.MOST_ROWS ? in : longer(in, turned, pick.fresh(), pick.fresh());
    }

    static Told longer(Told in, List<Told.Column> turned, String namesTo, String valuesTo) {
        List<Told.Column> columns = new ArrayList<>(
                in.columns().stream().filter(column -> !turned.contains(column)).toList());
        String kept =
                columns.stream().map(column -> quoted(column.name()) + ", ").collect(joining());
        columns.add(new Told.Column(namesTo, 's'));
        columns.add(new Told.Column(valuesTo, turned.getFirst().kind()));
        return in.then(
                in.frame().pivotLonger(namesTo, valuesTo, Told.array(Told.names(turned))), columns, true, prev -> {
                    List<String> parts = new ArrayList<>();
                    for (Told.Column column : turned) {
                        parts.add("select " + kept + literal(column.name()) + " as " + quoted(namesTo) + ", "
                                + quoted(column.name()) + " as " + quoted(valuesTo) + ", _pos * 10 + " + parts.size()
                                + " as _pos from " + prev);
                    }
                    return String.join(" union all ", parts);
                });
    }

    /** Numbers the rows, turns columns into rows, loses some, and turns the rest back. */
    Told wider(Told unordered) throws SQLException {
        Told in = pick.ordered(unordered);
        char kind = pick.any(in).kind();
        List<Told.Column> turned = in.columns().stream()
                .filter(column -> column.kind() == kind)
                .limit(3)
                .toList();
        if (in.most() * turned.size() > RandomPick.MOST_ROWS) {
            return in;
        }
        String id = pick.fresh();
        Told numbered = in.then(
                in.frame().mutate(quoted(id) + " = row_number() over ()"),
                in.replaced(new Told.Column(id, 'i')),
                true,
                prev -> "select *, _pos as " + quoted(id) + " from " + in.numbered(prev));
        String names = pick.fresh();
        String values = pick.fresh();
        Told longer = longer(numbered, turned, names, values);
        String condition = quoted(values) + " is not null or " + quoted(id) + " % 2 = 0";
        Told some = longer.then(
                longer.frame().filter(condition),
                true,
                prev -> "select " + longer.list() + " from " + prev + " where " + condition);
        List<String> found = pick
                .rows("with " + String.join(",\n", some.steps()) + " select " + quoted(names) + " from " + some.last()
                        + " group by 1 order by min(_pos)")
                .stream()
                .map(row -> (String) row.getFirst())
                .toList();
        boolean asked = !found.isEmpty() && random.nextBoolean();
        List<String> made = asked ? found : Told.names(turned);
        List<Told.Column> kept = some.columns().stream()
                .filter(column -> !column.name().equals(names) && !column.name().equals(values))
                .toList();
        List<Told.Column> columns = new ArrayList<>(kept);
        made.forEach(name -> columns.add(new Told.Column(name, kind)));
        String cells = made.stream()
                .map(name -> ", max(" + quoted(values) + ") filter (where " + quoted(names) + " = " + literal(name)
                        + ") as " + quoted(name))
                .collect(joining());
        return some.then(
                asked ? some.frame().pivotWider(names, values) : some.frame().pivotWider(names, values, made),
                columns,
                true,
                prev -> "select " + Told.list(Told.names(kept)) + cells + ", min(_pos) as _pos from " + prev
                        + " group by " + Told.list(Told.names(kept)));
    }

    /** Which rows a seed takes is not told anywhere: what is checked is how many, that they are rows of the frame, in order. */
    Told sample(Told unordered) throws SQLException {
        Told in = pick.ordered(unordered);
        String id = pick.fresh();
        int length = random.nextInt(30);
        long seed = random.nextLong();
        Frame numbered = in.frame().mutate(quoted(id) + " = row_number() over ()");
        Frame sample = numbered.sample(length, seed);
        List<Object> taken =
                Oracle.rows(sample.select(id)).stream().map(List::getFirst).toList();
        if (taken.size() != Math.min(length, pick.size(in))) {
            throw new AssertionError(taken.size() + " rows of " + pick.size(in) + ", wanted " + length);
        }
        String list =
                taken.isEmpty() ? "null" : taken.stream().map(String::valueOf).collect(joining(", "));
        return in.then(
                sample,
                in.replaced(new Told.Column(id, 'i')),
                true,
                prev -> "select *, _pos as " + quoted(id) + " from " + in.numbered(prev) + " where _pos in (" + list
                        + ")");
    }
}
