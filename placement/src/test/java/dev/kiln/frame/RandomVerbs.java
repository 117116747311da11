package dev.kiln.frame;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;

/** A random verb on a frame and on its model. The first letter of a column's name tells its type. */
final class RandomVerbs {
    private static final String INTEGERS = "ijn";
    private static final int MOST_ROWS = 150;

    private final Random random;
    private int made;

    RandomVerbs(Random random) {
        this.random = random;
    }

    Modelled next(Modelled in) {
        return switch (random.nextInt(17)) {
            case 0, 1 -> filter(in);
            case 2, 3 -> mutate(in);
            case 4 -> select(in);
            case 5 -> drop(in);
            case 6 -> rename(in);
            case 7 -> sort(in);
            case 8 -> slice(in);
            case 9 -> tail(in);
            case 10 -> new Modelled(in.frame().distinct(), in.model().distinct());
            case 11 -> summarise(in);
            case 12 -> join(in);
            case 13 -> concat(in);
            case 14 -> sql(in);
            case 15 -> number(in);
            default -> new Modelled(in.frame().compute(), in.model());
        };
    }

    private String any(Modelled in) {
        return in.model().names().get(random.nextInt(in.model().names().size()));
    }

    /** A column of a type, or null if there is none. */
    private String any(Modelled in, String letters) {
        List<String> fitting = in.model().names().stream()
                .filter(name -> letters.indexOf(name.charAt(0)) >= 0)
                .toList();
        return fitting.isEmpty() ? null : fitting.get(random.nextInt(fitting.size()));
    }

    private Modelled filter(Modelled in) {
        Model model = in.model();
        String i = any(in, INTEGERS);
        String j = any(in, INTEGERS);
        String s = any(in, "s");
        String d = any(in, "d");
        String b = any(in, "b");
        long limit = random.nextInt(-5, 15);
        int choice = random.nextInt(5);
        if (choice == 0 && i != null) {
            return filtered(
                    in, q(i) + " > ?", row -> model.value(row, i) != null && (Long) model.value(row, i) > limit, limit);
        }
        if (choice == 1 && i != null && s != null) {
            Predicate<List<Object>> isTrue = row -> {
                Object sum = added(model.value(row, i), model.value(row, j));
                Object text = model.value(row, s);
                return sum != null && (Long) sum < limit && text != null && !text.equals("a");
            };
            return filtered(in, q(i) + " + " + q(j) + " < ? and " + q(s) + " <> 'a' -- not a", isTrue, limit);
        }
        if (choice == 2 && s != null && d != null) {
            Predicate<List<Object>> isTrue =
                    row -> model.value(row, s) == null || (model.value(row, d) instanceof Double x && x >= 0.5);
            return filtered(in, q(s) + " is null or " + q(d) + " >= 0.5", isTrue);
        }
        if (choice == 3 && b != null) {
            return filtered(in, "not " + q(b), row -> Boolean.FALSE.equals(model.value(row, b)));
        }
        String any = any(in);
        return filtered(in, q(any) + " is not null", row -> model.value(row, any) != null);
    }

    private static Modelled filtered(Modelled in, String expression, Predicate<List<Object>> isTrue, Object... values) {
        return new Modelled(in.frame().filter(expression, values), in.model().filter(isTrue));
    }

    private Modelled mutate(Modelled in) {
        Model model = in.model();
        String i = any(in, INTEGERS);
        String j = any(in, INTEGERS);
        String d = any(in, "d");
        String s = any(in, "s");
        boolean replace = random.nextBoolean();
        int choice = random.nextInt(5);
        if (choice == 0 && i != null) {
            String name = replace ? i : fresh("i");
            return mutated(in, name, q(i) + " + " + q(j), row -> added(model.value(row, i), model.value(row, j)));
        }
        if (choice == 1 && d != null) {
            String name = replace ? d : fresh("d");
            return mutated(
                    in,
                    name,
                    q(d) + " * 2 + 0.5",
                    row -> model.value(row, d) == null ? null : (Double) model.value(row, d) * 2 + 0.5);
        }
        if (choice == 2 && s != null) {
            String name = replace ? s : fresh("s");
            return mutated(
                    in,
                    name,
                    "coalesce(" + q(s) + ", 'none') || '!'",
                    row -> Objects.requireNonNullElse(model.value(row, s), "none") + "!");
        }
        if (choice == 3 && s != null) {
            return mutated(
                    in,
                    fresh("i"),
                    "length(" + q(s) + ")",
                    row -> model.value(row, s) == null ? null : (long) ((String) model.value(row, s)).length());
        }
        String any = any(in);
        return mutated(in, fresh("b"), q(any) + " is null", row -> model.value(row, any) == null);
    }

    private static Modelled mutated(Modelled in, String name, String expression, Function<List<Object>, Object> value) {
        return new Modelled(
                in.frame().mutate(q(name) + " = " + expression), in.model().mutate(name, value));
    }

    private Modelled select(Modelled in) {
        List<String> columns = some(in);
        return new Modelled(
                in.frame().select(columns.toArray(String[]::new)), in.model().select(columns));
    }

    private Modelled drop(Modelled in) {
        List<String> dropped = some(in);
        List<String> kept = in.model().names().stream()
                .filter(name -> !dropped.contains(name))
                .toList();
        return kept.isEmpty()
                ? in
                : new Modelled(
                        in.frame().drop(dropped.toArray(String[]::new)),
                        in.model().select(kept));
    }

    private Modelled rename(Modelled in) {
        String from = any(in);
        String to = fresh(from.substring(0, 1) + " \"\u00fc");
        return new Modelled(in.frame().rename(from, to), in.model().renamed(from, to));
    }

    private Modelled sort(Modelled in) {
        List<String> keys = new ArrayList<>(in.model().names());
        Collections.shuffle(keys, random);
        List<Boolean> descending =
                keys.stream().map(key -> random.nextBoolean()).toList();
        String[] written = new String[keys.size()];
        for (int k = 0; k < written.length; k++) {
            written[k] = (descending.get(k) ? "-" : "") + keys.get(k);
        }
        return new Modelled(in.frame().sort(written), in.model().sort(keys, descending));
    }

    private Modelled slice(Modelled in) {
        int offset = random.nextBoolean() ? 0 : random.nextInt(10);
        int length = random.nextInt(30);
        return in.model().ordered()
                ? new Modelled(in.frame().slice(offset, length), in.model().slice(offset, length))
                : sort(in);
    }

    private Modelled tail(Modelled in) {
        int length = random.nextInt(30);
        return in.model().ordered()
                ? new Modelled(in.frame().tail(length), in.model().tail(length))
                : sort(in);
    }

    private Modelled number(Modelled in) {
        String name = fresh("n");
        return in.model().ordered()
                ? new Modelled(
                        in.frame().mutate(name + " = row_number() over ()"),
                        in.model().numbered(name))
                : sort(in);
    }

    private Modelled summarise(Modelled in) {
        String key = any(in);
        String summed = any(in, INTEGERS + "d");
        if (summed == null || key.equals("n")) {
            return in;
        }
        String total = summed.charAt(0) == 'd' ? "d total" : "i total";
        if (key.equals(total)) {
            return in;
        }
        Frame frame = in.frame().groupBy(key).summarise("n = count(*)", q(total) + " = sum(" + q(summed) + ")");
        return new Modelled(frame, in.model().summarise(key, summed).renamed("total", total));
    }

    private Modelled join(Modelled in) {
        String key = any(in, INTEGERS);
        if (key == null || in.model().names().stream().anyMatch(name -> name.endsWith("_right"))) {
            return in;
        }
        JoinType type = List.of(JoinType.values()).get(random.nextInt(JoinType.values().length));
        try (Modelled other = Modelled.random(random)) {
            Modelled right = other.model().names().contains(key)
                    ? other
                    : new Modelled(other.frame().rename("i", key), other.model().renamed("i", key));
            Model joined = in.model().join(right.model(), type, key);
            return joined.rows().size() > MOST_ROWS
                    ? in
                    : new Modelled(in.frame().join(right.frame(), type, key), joined);
        }
    }

    private Modelled concat(Modelled in) {
        List<String> shuffled = new ArrayList<>(in.model().names());
        Collections.shuffle(shuffled, random);
        Modelled other = filter(new Modelled(
                in.frame().select(shuffled.toArray(String[]::new)), in.model().select(shuffled)));
        Model both = in.model().concat(other.model());
        return both.rows().size() > MOST_ROWS ? in : new Modelled(in.frame().concatRows(other.frame()), both);
    }

    private Modelled sql(Modelled in) {
        String any = any(in);
        String query = random.nextBoolean()
                ? "select * from this where " + q(any) + " is not null"
                : "select * from this where " + q(any) + " is not null and (select count(*) from this) > 0;";
        Model model = in.model();
        Model filtered = model.filter(row -> model.value(row, any) != null);
        return new Modelled(in.frame().sql(query), new Model(filtered.names(), filtered.rows(), false));
    }

    private List<String> some(Modelled in) {
        List<String> shuffled = new ArrayList<>(in.model().names());
        Collections.shuffle(shuffled, random);
        return List.copyOf(shuffled.subList(0, 1 + random.nextInt(shuffled.size())));
    }

    private String fresh(String prefix) {
        return prefix + "_" + ++made;
    }

    private static Object added(Object a, Object b) {
        return a == null || b == null ? null : Model.plus(a, b);
    }

    private static String q(String name) {
        return Names.quote(name);
    }
}
