package dev.kiln.frame;

import static dev.kiln.frame.RandomData.literal;
import static dev.kiln.frame.RandomData.type;
import static dev.kiln.frame.Told.quoted;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** What random verbs choose from: columns, names, expressions; and what they ask the oracle. */
final class RandomPick {
    /** A chain whose frame might become longer is left as it is. */
    static final int MOST_ROWS = 200;

    private final Random random;
    private final RandomData data;
    private final Oracle oracle;
    private int fresh;

    RandomPick(Random random, Oracle oracle) {
        this.random = random;
        this.data = new RandomData(random);
        this.oracle = oracle;
    }

    Told frame() {
        return data.frame();
    }

    Object value(char kind) {
        return data.value(kind);
    }

    List<List<Object>> rows(String query) throws SQLException {
        return oracle.rows(query);
    }

    Told.Column any(Told in) {
        return in.columns().get(random.nextInt(in.columns().size()));
    }

    /** A column of one of these kinds; any column if there is none. */
    Told.Column any(Told in, String kinds) {
        List<Told.Column> fitting = in.columns().stream()
                .filter(column -> kinds.indexOf(column.kind()) >= 0)
                .toList();
        return fitting.isEmpty() ? any(in) : fitting.get(random.nextInt(fitting.size()));
    }

    List<Told.Column> some(Told in) {
        List<Told.Column> shuffled = new ArrayList<>(in.columns());
        Collections.shuffle(shuffled, random);
        return List.copyOf(shuffled.subList(0, 1 + random.nextInt(shuffled.size())));
    }

    String fresh() {
        String odd = random.nextInt(5) == 0 ? " \"ü" : "";
        return "c" + fresh++ + odd;
    }

    /** One that is true or false or null. */
    String condition(Told in) {
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

    String compared(Told.Column column) {
        String operator = List.of("<", "<=", "=", "<>", ">", ">=").get(random.nextInt(6));
        if ("lr".indexOf(column.kind())
                >= 0) { // of two bounds DuckDB makes a between that it cannot do: EngineFailuresTest
            operator = operator.length() == 2 ? "<>" : "=";
        }
        return quoted(column.name()) + " " + operator + " " + literal(data.value(column.kind())) + "::"
                + type(column.kind());
    }

    /** One of any kind, which is returned as the kind of a column without a name. */
    Expressed expression(Told in) {
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
            case 'k' -> new Expressed("octet_length(" + name + ")", 'i');
            case 'r' ->
                random.nextBoolean()
                        ? new Expressed("struct_extract(" + name + ", 'b')", 's')
                        : new Expressed("{'a': struct_extract(" + name + ", 'a'), 'b': 'x'}", 'r');
            default -> new Expressed(condition(in), 'b');
        };
    }

    record Expressed(String text, char kind) {}

    /** By all columns, so that only equal rows may change places. */
    Told sort(Told in) {
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
                in.frame().sort(Told.array(written)),
                true,
                prev -> "select " + Told.list(in.names()) + ", row_number() over (order by " + String.join(", ", order)
                        + ") as _pos from " + prev);
    }

    Told ordered(Told in) {
        return in.ordered() ? in : sort(in);
    }

    long size(Told in) throws SQLException {
        return (Long) oracle.rows("with " + String.join(",\n", in.steps()) + " select count(*) from " + in.last())
                .getFirst()
                .getFirst();
    }
}
