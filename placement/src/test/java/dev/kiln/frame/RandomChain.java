package dev.kiln.frame;

import static dev.kiln.frame.RandomData.literal;
import static dev.kiln.frame.Told.quoted;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Random verbs on {@linkplain RandomData random frames}, with the plain SQL that says the same. */
final class RandomChain {
    private final Random random;
    private final RandomPick pick;
    private final RandomCombinations combinations;
    private final RandomReshapes reshapes;

    RandomChain(Random random, Oracle oracle) {
        this.random = random;
        this.pick = new RandomPick(random, oracle);
        this.combinations = new RandomCombinations(random, pick);
        this.reshapes = new RandomReshapes(random, pick);
    }

    Told frame() {
        return pick.frame();
    }

    /** A random verb on top; the same frame if it does not fit. */
    Told next(Told in) throws SQLException {
        return switch (random.nextInt(24)) {
            case 0, 1, 2 -> filter(in);
            case 3, 4 -> mutate(in);
            case 5 -> select(in);
            case 6 -> drop(in);
            case 7 -> rename(in);
            case 8, 9 -> pick.sort(in);
            case 10 -> slice(in);
            case 11 -> tail(in);
            case 12 ->
                in.then(
                        in.frame().distinct(),
                        false,
                        prev -> "select distinct " + Told.list(in.names()) + " from " + prev);
            case 13, 14 -> summarise(in);
            case 15 -> combinations.join(in);
            case 16 -> combinations.concatRows(in);
            case 17 -> combinations.concatColumns(in);
            case 18 -> combinations.put(in);
            case 19 -> reshapes.longer(in);
            case 20 -> reshapes.wider(in);
            case 21 -> reshapes.sample(in);
            case 22 -> sql(in);
            default -> in.then(in.frame().compute(), in.ordered(), prev -> "select " + in.list() + " from " + prev);
        };
    }

    private Told filter(Told in) {
        if (random.nextInt(3) == 0) {
            Told.Column column = pick.any(in, "ids");
            if ("ids".indexOf(column.kind()) >= 0) {
                Object value = pick.value(column.kind());
                String before = quoted(column.name()) + " <= ";
                return in.then(
                        in.frame().filter(before + "?", value),
                        in.ordered(),
                        prev -> "select " + in.list() + " from " + prev + " where " + before + literal(value));
            }
        }
        String condition = pick.condition(in);
        return in.then(
                in.frame().filter(condition),
                in.ordered(),
                prev -> "select " + in.list() + " from " + prev + " where (" + condition + "\n)");
    }

    private Told mutate(Told in) {
        RandomPick.Expressed expression = pick.expression(in);
        boolean replace = random.nextBoolean();
        Told.Column made = new Told.Column(replace ? pick.any(in).name() : pick.fresh(), expression.kind());
        return in.then(
                in.frame().mutate(quoted(made.name()) + " = " + expression.text()),
                in.replaced(made),
                in.ordered(),
                prev -> "select " + in.list(made, "(" + expression.text() + "\n)") + " from " + prev);
    }

    private Told select(Told in) {
        List<Told.Column> kept = pick.some(in);
        return selected(in, in.frame().select(Told.array(Told.names(kept))), kept);
    }

    private Told drop(Told in) {
        List<Told.Column> dropped = pick.some(in);
        List<Told.Column> kept = in.columns().stream()
                .filter(column -> !dropped.contains(column))
                .toList();
        return kept.isEmpty() ? in : selected(in, in.frame().drop(Told.array(Told.names(dropped))), kept);
    }

    private static Told selected(Told in, Frame frame, List<Told.Column> kept) {
        return in.then(
                frame,
                kept,
                in.ordered(),
                prev -> "select " + Told.list(Told.names(kept)) + (in.ordered() ? ", _pos" : "") + " from " + prev);
    }

    private Told rename(Told in) {
        Map<String, String> renamed = new LinkedHashMap<>();
        pick.some(in).forEach(column -> renamed.put(column.name(), pick.fresh()));
        return in.renamed(renamed);
    }

    private Told slice(Told unordered) {
        Told in = pick.ordered(unordered);
        int offset = random.nextBoolean() ? 0 : random.nextInt(10);
        int length = random.nextInt(30);
        Frame frame = offset == 0 && random.nextBoolean()
                ? in.frame().head(length)
                : in.frame().slice(offset, length);
        return in.then(
                frame,
                true,
                prev -> "select * from " + in.numbered(prev) + " where _pos > " + offset + " and _pos <= "
                        + (offset + length));
    }

    private Told tail(Told unordered) {
        Told in = pick.ordered(unordered);
        int length = random.nextInt(30);
        return in.then(
                in.frame().tail(length),
                true,
                prev -> "select * from " + in.numbered(prev) + " where _pos > (select count(*) from " + prev + ") - "
                        + length);
    }

    private Told summarise(Told in) {
        List<Told.Column> keys = random.nextInt(6) == 0
                ? List.of()
                : pick.some(in).stream().limit(2).toList();
        Told.Column summed = pick.any(in, "ijdm");
        Told.Column any = pick.any(in);
        List<Told.Column> made = new ArrayList<>(keys);
        List<String> written = new ArrayList<>();
        List<String> list =
                new ArrayList<>(keys.stream().map(key -> quoted(key.name())).toList());
        List<RandomPick.Expressed> aggregates = new ArrayList<>(List.of(new RandomPick.Expressed("count(*)", 'i')));
        if ("ij".indexOf(summed.kind()) >= 0) {
            aggregates.add(new RandomPick.Expressed("sum(" + quoted(summed.name()) + ")", 'i'));
            aggregates.add(new RandomPick.Expressed(
                    "avg(" + quoted(summed.name()) + ") filter (" + pick.condition(in) + ")", 'd'));
        }
        aggregates.add(new RandomPick.Expressed("max(" + quoted(any.name()) + ")", any.kind()));
        aggregates.add(new RandomPick.Expressed("count(distinct " + quoted(any.name()) + ")", 'i'));
        for (RandomPick.Expressed aggregate : aggregates) {
            String name = pick.fresh();
            made.add(new Told.Column(name, aggregate.kind()));
            String text = aggregate.text().replace("filter (", "filter (where ");
            written.add(quoted(name) + " = " + text);
            list.add(text + " as " + quoted(name));
        }
        String group = keys.isEmpty() ? "" : " group by " + Told.list(Told.names(keys));
        return in.then(
                in.frame().groupBy(Told.array(Told.names(keys))).summarise(Told.array(written)),
                made,
                false,
                prev -> "select " + String.join(", ", list) + " from " + prev + group);
    }

    private Told sql(Told in) {
        String condition = pick.condition(in);
        UnaryOperator<String> query =
                from -> "select " + Told.list(in.names()) + " from " + from + " where " + condition;
        return in.then(in.frame().sql(query.apply("this")), false, query);
    }
}
