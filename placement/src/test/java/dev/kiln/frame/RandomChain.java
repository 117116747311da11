package dev.kiln.frame;

import static dev.kiln.frame.Told.quoted;
import static java.util.stream.Collectors.joining;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Random frames and random verbs, with the plain SQL that says the same. Kinds of columns: {@code i} whole numbers, {@code j}
 * of 32 bits, {@code d} multiples of a half, {@code s} text, {@code b} booleans, {@code t} dates, {@code z} timestamps, {@code m}
 * decimals, {@code l} lists.
 */
final class RandomChain {
    private static final int MOST_ROWS = 200;
    private static final String KINDS = "ijdsbtzml";

    private final Random random;
    private final Oracle oracle;
    private int fresh;

    RandomChain(Random random, Oracle oracle) {
        this.random = random;
        this.oracle = oracle;
    }

    // --- data

    Told frame() {
        int rows = random.nextInt(6) == 0 ? random.nextInt(2) : random.nextInt(40);
        List<Told.Column> columns = new ArrayList<>();
        Map<String, List<Object>> data = new LinkedHashMap<>();
        for (int k = 0; k < KINDS.length(); k++) {
            char kind = KINDS.charAt(k);
            if (kind == 'i' || kind == 's' || random.nextInt(3) > 0) {
                String name = "" + kind;
                columns.add(new Told.Column(name, kind));
                List<Object> values = new ArrayList<>();
                for (int row = 0; row < rows; row++) {
                    values.add(random.nextInt(5) == 0 ? null : value(kind));
                }
                values.add(value(kind)); // tells the type; cut off again
                data.put(name, values);
            }
        }
        List<String> lines = new ArrayList<>();
        for (int row = 0; row <= rows; row++) {
            int at = row;
            String cells = columns.stream()
                    .map(column -> literal(data.get(column.name()).get(at)) + "::" + type(column.kind()))
                    .collect(joining(", "));
            lines.add("(" + cells + ", " + row + ")");
        }
        String names = Told.list(columns.stream().map(Told.Column::name).toList());
        String step = "s0 as (select * from (values " + String.join(", ", lines) + ") v(" + names
                + ", _pos) where _pos < " + rows + ")";
        return new Told(Frame.columns(data).head(rows), List.of(step), columns, true, Math.max(1, rows));
    }

    private Object value(char kind) {
        return switch (kind) {
            case 'i' -> (long) random.nextInt(-5, 10);
            case 'j' -> random.nextInt(-50, 50);
            case 'd' -> random.nextInt(-20, 20) / 2.0;
            case 's' -> List.of("", "a", "b", "A", "é", "日本", "a b", "it's").get(random.nextInt(8));
            case 'b' -> random.nextBoolean();
            case 't' -> LocalDate.of(2020, 1, 1).plusDays(random.nextInt(10));
            case 'z' -> LocalDateTime.of(2020, 1, 1, 0, 0).plusSeconds(random.nextInt(100_000));
            case 'm' -> BigDecimal.valueOf(random.nextInt(-500, 500), 2);
            case 'l' ->
                random.nextInt(4) == 0
                        ? List.of()
                        : Arrays.asList(
                                (long) random.nextInt(3), random.nextBoolean() ? null : (long) random.nextInt(3));
            default -> throw new AssertionError(kind);
        };
    }

    private static String type(char kind) {
        return switch (kind) {
            case 'i' -> "bigint";
            case 'j' -> "integer";
            case 'd' -> "double";
            case 's' -> "varchar";
            case 'b' -> "boolean";
            case 't' -> "date";
            case 'z' -> "timestamp";
            case 'm' -> "decimal(18, 2)";
            case 'l' -> "bigint[]";
            default -> throw new AssertionError(kind);
        };
    }

    private static String literal(Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> "'" + text.replace("'", "''") + "'";
            case LocalDate date -> "'" + date + "'";
            case LocalDateTime time -> "'" + time + "'";
            case List<?> list -> list.stream().map(RandomChain::literal).collect(joining(", ", "[", "]"));
            default -> "(" + value + ")";
        };
    }

    // --- choices

    private Told.Column any(Told in) {
        return in.columns().get(random.nextInt(in.columns().size()));
    }

    /** A column of one of these kinds; any column if there is none. */
    private Told.Column any(Told in, String kinds) {
        List<Told.Column> fitting = in.columns().stream()
                .filter(column -> kinds.indexOf(column.kind()) >= 0)
                .toList();
        return fitting.isEmpty() ? any(in) : fitting.get(random.nextInt(fitting.size()));
    }

    private List<Told.Column> some(Told in) {
        List<Told.Column> shuffled = new ArrayList<>(in.columns());
        Collections.shuffle(shuffled, random);
        return List.copyOf(shuffled.subList(0, 1 + random.nextInt(shuffled.size())));
    }

    private String fresh() {
        String odd = random.nextInt(5) == 0 ? " \"ü" : "";
        return "c" + fresh++ + odd;
    }

    private static String[] array(List<String> names) {
        return names.toArray(String[]::new);
    }

    private static List<String> names(List<Told.Column> columns) {
        return columns.stream().map(Told.Column::name).toList();
    }

    // --- expressions

    /** One that is true or false or null. */
    private String condition(Told in) {
        Told.Column column = any(in);
        String name = quoted(column.name());
        return switch (random.nextInt(6)) {
            case 0 -> name + " is not null";
            case 1 -> name + " is null or " + compared(any(in));
            case 2 -> compared(column) + " and not (" + compared(any(in)) + ")";
            case 3 -> "coalesce(" + compared(column) + ", false)";
            default -> compared(column);
        };
    }

    private String compared(Told.Column column) {
        String operator = List.of("<", "<=", "=", "<>", ">", ">=").get(random.nextInt(6));
        return quoted(column.name()) + " " + operator + " " + literal(value(column.kind())) + "::"
                + type(column.kind());
    }

    /** One of any kind, which is returned as the kind of a column without a name. */
    private Expressed expression(Told in) {
        Told.Column column = any(in);
        String name = quoted(column.name());
        return switch (column.kind()) {
            case 'i' ->
                random.nextBoolean()
                        ? new Expressed(name + " + 1 -- more", 'i')
                        : new Expressed("case when " + condition(in) + " then " + name + " end", 'i');
            case 'j' -> new Expressed("abs(" + name + ")", 'j');
            case 'd' -> new Expressed(name + " * 2 + 0.5", 'd');
            case 's' ->
                random.nextBoolean()
                        ? new Expressed("upper(" + name + ") || '!'", 's')
                        : new Expressed("length(" + name + ")", 'i');
            case 'b' -> new Expressed("not " + name, 'b');
            case 't' -> new Expressed(name + " + 1", 't');
            case 'l' -> new Expressed("len(" + name + ")", 'i');
            default -> new Expressed(condition(in), 'b');
        };
    }

    private record Expressed(String text, char kind) {}

    // --- verbs

    /** A random verb on top; the same frame if it does not fit. */
    Told next(Told in) throws SQLException {
        return switch (random.nextInt(24)) {
            case 0, 1, 2 -> filter(in);
            case 3, 4 -> mutate(in);
            case 5 -> select(in);
            case 6 -> drop(in);
            case 7 -> rename(in);
            case 8, 9 -> sort(in);
            case 10 -> slice(in);
            case 11 -> tail(in);
            case 12 ->
                in.then(
                        in.frame().distinct(),
                        false,
                        prev -> "select distinct " + Told.list(in.names()) + " from " + prev);
            case 13, 14 -> summarise(in);
            case 15 -> join(in);
            case 16 -> concatRows(in);
            case 17 -> concatColumns(in);
            case 18 -> put(in);
            case 19 -> longer(in);
            case 20 -> wider(in);
            case 21 -> sample(in);
            case 22 -> sql(in);
            default -> in.then(in.frame().compute(), in.ordered(), prev -> "select " + in.list() + " from " + prev);
        };
    }

    private Told filter(Told in) {
        if (random.nextInt(3) == 0) {
            Told.Column column = any(in, "ids");
            if ("ids".indexOf(column.kind()) >= 0) {
                Object value = value(column.kind());
                String before = quoted(column.name()) + " <= ";
                return in.then(
                        in.frame().filter(before + "?", value),
                        in.ordered(),
                        prev -> "select " + in.list() + " from " + prev + " where " + before + literal(value));
            }
        }
        String condition = condition(in);
        return in.then(
                in.frame().filter(condition),
                in.ordered(),
                prev -> "select " + in.list() + " from " + prev + " where (" + condition + "\n)");
    }

    private Told mutate(Told in) {
        Expressed expression = expression(in);
        boolean replace = random.nextBoolean();
        Told.Column made = new Told.Column(replace ? any(in).name() : fresh(), expression.kind());
        return in.then(
                in.frame().mutate(quoted(made.name()) + " = " + expression.text()),
                replaced(in, made),
                in.ordered(),
                prev -> "select " + list(in, made, "(" + expression.text() + "\n)") + " from " + prev);
    }

    private static List<Told.Column> replaced(Told in, Told.Column made) {
        List<Told.Column> columns = new ArrayList<>(in.columns());
        int at = in.names().indexOf(made.name());
        if (at < 0) {
            columns.add(made);
        } else {
            columns.set(at, made);
        }
        return columns;
    }

    private static String list(Told in, Told.Column made, String expression) {
        return replaced(in, made).stream()
                        .map(column ->
                                (column.name().equals(made.name()) ? expression + " as " : "") + quoted(column.name()))
                        .collect(joining(", "))
                + (in.ordered() ? ", _pos" : "");
    }

    private Told select(Told in) {
        List<Told.Column> kept = some(in);
        return selected(in, in.frame().select(array(names(kept))), kept);
    }

    private Told drop(Told in) {
        List<Told.Column> dropped = some(in);
        List<Told.Column> kept = in.columns().stream()
                .filter(column -> !dropped.contains(column))
                .toList();
        return kept.isEmpty() ? in : selected(in, in.frame().drop(array(names(dropped))), kept);
    }

    private static Told selected(Told in, Frame frame, List<Told.Column> kept) {
        return in.then(
                frame,
                kept,
                in.ordered(),
                prev -> "select " + Told.list(names(kept)) + (in.ordered() ? ", _pos" : "") + " from " + prev);
    }

    private Told rename(Told in) {
        Map<String, String> renamed = new LinkedHashMap<>();
        some(in).forEach(column -> renamed.put(column.name(), fresh()));
        return renamed(in, renamed);
    }

    private static Told renamed(Told in, Map<String, String> renamed) {
        List<Told.Column> after = in.columns().stream()
                .map(column -> new Told.Column(renamed.getOrDefault(column.name(), column.name()), column.kind()))
                .toList();
        String list = in.columns().stream()
                .map(column ->
                        quoted(column.name()) + " as " + quoted(renamed.getOrDefault(column.name(), column.name())))
                .collect(joining(", "));
        return in.then(
                in.frame().rename(renamed),
                after,
                in.ordered(),
                prev -> "select " + list + (in.ordered() ? ", _pos" : "") + " from " + prev);
    }

    /** By all columns, so that only equal rows may change places. */
    private Told sort(Told in) {
        List<Told.Column> keys = new ArrayList<>(in.columns());
        Collections.shuffle(keys, random);
        List<String> written = new ArrayList<>();
        List<String> order = new ArrayList<>();
        for (Told.Column key : keys) {
            boolean down = random.nextBoolean();
            written.add((down ? "-" : "") + key.name());
            order.add(quoted(key.name()) + (down ? " desc" : "") + " nulls last");
        }
        return in.then(
                in.frame().sort(array(written)),
                true,
                prev -> "select " + Told.list(in.names()) + ", row_number() over (order by " + String.join(", ", order)
                        + ") as _pos from " + prev);
    }

    private Told ordered(Told in) {
        return in.ordered() ? in : sort(in);
    }

    private static String numbered(Told in, String prev) {
        return "(select " + Told.list(in.names()) + ", row_number() over (order by _pos) as _pos from " + prev + ")";
    }

    private Told slice(Told unordered) {
        Told in = ordered(unordered);
        int offset = random.nextBoolean() ? 0 : random.nextInt(10);
        int length = random.nextInt(30);
        Frame frame = offset == 0 && random.nextBoolean()
                ? in.frame().head(length)
                : in.frame().slice(offset, length);
        return in.then(
                frame,
                true,
                prev -> "select * from " + numbered(in, prev) + " where _pos > " + offset + " and _pos <= "
                        + (offset + length));
    }

    private Told tail(Told unordered) {
        Told in = ordered(unordered);
        int length = random.nextInt(30);
        return in.then(
                in.frame().tail(length),
                true,
                prev -> "select * from " + numbered(in, prev) + " where _pos > (select count(*) from " + prev + ") - "
                        + length);
    }

    private Told summarise(Told in) {
        List<Told.Column> keys =
                random.nextInt(6) == 0 ? List.of() : some(in).stream().limit(2).toList();
        Told.Column summed = any(in, "ijdm");
        Told.Column any = any(in);
        List<Told.Column> made = new ArrayList<>(keys);
        List<String> written = new ArrayList<>();
        List<String> list =
                new ArrayList<>(keys.stream().map(key -> quoted(key.name())).toList());
        List<Expressed> aggregates = new ArrayList<>(List.of(new Expressed("count(*)", 'i')));
        if ("ij".indexOf(summed.kind()) >= 0) {
            aggregates.add(new Expressed("sum(" + quoted(summed.name()) + ")", 'i'));
            aggregates.add(new Expressed("avg(" + quoted(summed.name()) + ") filter (" + condition(in) + ")", 'd'));
        }
        aggregates.add(new Expressed("max(" + quoted(any.name()) + ")", any.kind()));
        aggregates.add(new Expressed("count(distinct " + quoted(any.name()) + ")", 'i'));
        for (Expressed aggregate : aggregates) {
            String name = fresh();
            made.add(new Told.Column(name, aggregate.kind()));
            String text = aggregate.text().replace("filter (", "filter (where ");
            written.add(quoted(name) + " = " + text);
            list.add(text + " as " + quoted(name));
        }
        String group = keys.isEmpty() ? "" : " group by " + Told.list(names(keys));
        return in.then(
                in.frame().groupBy(array(names(keys))).summarise(array(written)),
                made,
                false,
                prev -> "select " + String.join(", ", list) + " from " + prev + group);
    }

    private Told join(Told in) throws SQLException {
        Told.Column key = any(in, "ijs");
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
                "select " + list + " from " + in.last() + " l " + type.name().toLowerCase(java.util.Locale.ROOT)
                        + " join " + renamedRight + " r on l." + quoted(key.name()) + " = r.\"key of the other\"";
        steps.add("s" + steps.size() + " as (" + query + ")");
        Told joined = new Told(
                in.frame().join(other.frame(), type, key.name() + " = key of the other"),
                steps,
                columns,
                false,
                MOST_ROWS);
        return size(joined) > MOST_ROWS ? in : joined;
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
        Told base = frame();
        String from = key.kind() == 's' ? "s" : "i";
        Map<String, String> names = new LinkedHashMap<>();
        base.names().forEach(name -> names.put(name, name.equals(from) ? "key of the other" : fresh()));
        Told other = renamed(base, names);
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

    private Told concatRows(Told in) {
        if (in.most() * 2 > MOST_ROWS) {
            return in;
        }
        String condition = condition(in);
        List<String> shuffled = new ArrayList<>(in.names());
        Collections.shuffle(shuffled, random);
        Frame other = in.frame().select(array(shuffled)).filter(condition);
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
    private Told concatColumns(Told unordered) {
        Told in = ordered(unordered);
        List<Told.Column> chosen = some(in);
        Map<String, String> names = new LinkedHashMap<>();
        chosen.forEach(column -> names.put(column.name(), fresh()));
        List<Told.Column> added = chosen.stream()
                .map(column -> new Told.Column(names.get(column.name()), column.kind()))
                .toList();
        List<Told.Column> columns = new ArrayList<>(in.columns());
        columns.addAll(added);
        Frame side = in.frame()
                .select(array(names(chosen)))
                .sort(array(names(chosen)))
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
                + ", l._pos from " + numbered(in, prev) + " l join (select " + right
                + ", row_number() over (order by " + order + ") as _pos from " + prev + ") r on l._pos = r._pos";
    }

    /** A calculation with a series of the frame itself, and perhaps another one that was sorted. */
    private Told put(Told unordered) {
        Told in = ordered(unordered);
        Told.Column a = any(in, "ij");
        Told.Column b = any(in, "ijd");
        if ("ij".indexOf(a.kind()) < 0 || "ijd".indexOf(b.kind()) < 0) {
            return in;
        }
        boolean replace = random.nextBoolean();
        Told.Column made = new Told.Column(replace ? any(in).name() : fresh(), b.kind() == 'd' ? 'd' : 'i');
        Series left = in.frame().column(a.name()).cast("bigint");
        if (random.nextBoolean()) {
            Series sum = left.plus(in.frame().column(b.name())).times(2);
            String expression = "(" + quoted(a.name()) + "::bigint + " + quoted(b.name()) + ") * 2";
            return in.then(
                    in.frame().put(made.name(), sum),
                    replaced(in, made),
                    true,
                    prev -> "select " + list(in, made, expression) + " from " + prev);
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
                replaced(in, made),
                true,
                prev -> "select " + list(in, made, "(" + quoted(a.name()) + "::bigint - " + quoted(name) + " + 1)")
                        + " from " + prev);
    }

    private Told longer(Told unordered) {
        Told in = ordered(unordered);
        char kind = any(in).kind();
        List<Told.Column> turned = in.columns().stream()
                .filter(column -> column.kind() == kind)
                .limit(3)
                .toList();
        return in.most() * turned.size() > MOST_ROWS ? in : longer(in, turned, fresh(), fresh());
    }

    private static Told longer(Told in, List<Told.Column> turned, String namesTo, String valuesTo) {
        List<Told.Column> columns = new ArrayList<>(
                in.columns().stream().filter(column -> !turned.contains(column)).toList());
        String kept =
                columns.stream().map(column -> quoted(column.name()) + ", ").collect(joining());
        columns.add(new Told.Column(namesTo, 's'));
        columns.add(new Told.Column(valuesTo, turned.getFirst().kind()));
        return in.then(in.frame().pivotLonger(namesTo, valuesTo, array(names(turned))), columns, true, prev -> {
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
    private Told wider(Told unordered) throws SQLException {
        Told in = ordered(unordered);
        char kind = any(in).kind();
        List<Told.Column> turned = in.columns().stream()
                .filter(column -> column.kind() == kind)
                .limit(3)
                .toList();
        if (in.most() * turned.size() > MOST_ROWS) {
            return in;
        }
        String id = fresh();
        Told numbered = in.then(
                in.frame().mutate(quoted(id) + " = row_number() over ()"),
                replaced(in, new Told.Column(id, 'i')),
                true,
                prev -> "select *, _pos as " + quoted(id) + " from " + numbered(in, prev));
        String names = fresh();
        String values = fresh();
        Told longer = longer(numbered, turned, names, values);
        String condition = quoted(values) + " is not null or " + quoted(id) + " % 2 = 0";
        Told some = longer.then(
                longer.frame().filter(condition),
                true,
                prev -> "select " + longer.list() + " from " + prev + " where " + condition);
        List<String> found = oracle
                .rows("with " + String.join(",\n", some.steps()) + " select " + quoted(names) + " from " + some.last()
                        + " group by 1 order by min(_pos)")
                .stream()
                .map(row -> (String) row.getFirst())
                .toList();
        boolean asked = !found.isEmpty() && random.nextBoolean();
        List<String> made = asked ? found : names(turned);
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
                prev -> "select " + Told.list(names(kept)) + cells + ", min(_pos) as _pos from " + prev + " group by "
                        + Told.list(names(kept)));
    }

    /** Which rows a seed takes is not told anywhere: what is checked is how many, that they are rows of the frame, in order. */
    private Told sample(Told unordered) throws SQLException {
        Told in = ordered(unordered);
        String id = fresh();
        int length = random.nextInt(30);
        long seed = random.nextLong();
        Frame numbered = in.frame().mutate(quoted(id) + " = row_number() over ()");
        Frame sample = numbered.sample(length, seed);
        List<Object> taken =
                Oracle.rows(sample.select(id)).stream().map(List::getFirst).toList();
        if (taken.size() != Math.min(length, size(in))) {
            throw new AssertionError(taken.size() + " rows of " + size(in) + ", wanted " + length);
        }
        String list =
                taken.isEmpty() ? "null" : taken.stream().map(String::valueOf).collect(joining(", "));
        return in.then(
                sample,
                replaced(in, new Told.Column(id, 'i')),
                true,
                prev -> "select *, _pos as " + quoted(id) + " from " + numbered(in, prev) + " where _pos in (" + list
                        + ")");
    }

    private Told sql(Told in) {
        String condition = condition(in);
        UnaryOperator<String> query =
                from -> "select " + Told.list(in.names()) + " from " + from + " where " + condition;
        return in.then(in.frame().sql(query.apply("this")), false, query);
    }

    private long size(Told in) throws SQLException {
        return (Long) oracle.rows("with " + String.join(",\n", in.steps()) + " select count(*) from " + in.last())
                .getFirst()
                .getFirst();
    }
}
