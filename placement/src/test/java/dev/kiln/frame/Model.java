package dev.kiln.frame;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A table in plain Java, and the verbs as their documentation says.
 *
 * @param ordered whether the order of the rows means anything
 */
record Model(List<String> names, List<List<Object>> rows, boolean ordered) {

    private static final Comparator<List<Object>> ANY_ORDER = Comparator.comparing(List::toString);

    static List<List<Object>> sorted(List<List<Object>> rows) {
        return rows.stream().sorted(ANY_ORDER).toList();
    }

    /** A row's values by name. */
    Object value(List<Object> row, String name) {
        return row.get(names.indexOf(name));
    }

    private Model with(List<List<Object>> other) {
        return new Model(names, other, ordered);
    }

    Model select(List<String> columns) {
        return new Model(
                columns,
                rows.stream()
                        .map(row -> columns.stream()
                                .map(name -> value(row, name))
                                .collect(ArrayList<Object>::new, List::add, List::addAll))
                        .map(row -> (List<Object>) row)
                        .toList(),
                ordered);
    }

    Model renamed(String from, String to) {
        return new Model(
                names.stream().map(name -> name.equals(from) ? to : name).toList(), rows, ordered);
    }

    Model filter(Predicate<List<Object>> isTrue) {
        return with(rows.stream().filter(isTrue).toList());
    }

    Model mutate(String name, Function<List<Object>, Object> value) {
        List<String> after = new ArrayList<>(names);
        if (!after.contains(name)) {
            after.add(name);
        }
        List<List<Object>> made = new ArrayList<>();
        for (List<Object> row : rows) {
            List<Object> values = new ArrayList<>(row);
            if (after.size() > values.size()) {
                values.add(null);
            }
            values.set(after.indexOf(name), value.apply(row));
            made.add(values);
        }
        return new Model(after, made, ordered);
    }

    /** Sorted by columns, then by all others, so that only equal rows can change places. */
    Model sort(List<String> keys, List<Boolean> descending) {
        Comparator<List<Object>> comparator = Comparator.comparingInt(row -> 0);
        for (int i = 0; i < keys.size(); i++) {
            int column = names.indexOf(keys.get(i));
            Comparator<Object> values = descending.get(i) ? Model::descending : Model::ascending;
            comparator = comparator.thenComparing(row -> row.get(column), Comparator.nullsLast(values));
        }
        return new Model(names, rows.stream().sorted(comparator).toList(), true);
    }

    @SuppressWarnings("unchecked")
    private static int ascending(Object a, Object b) {
        return ((Comparable<Object>) a).compareTo(b);
    }

    private static int descending(Object a, Object b) {
        return ascending(b, a);
    }

    Model slice(int offset, int length) {
        int from = Math.min(offset, rows.size());
        return with(rows.subList(from, Math.min(rows.size(), from + length)));
    }

    Model tail(int length) {
        return with(rows.subList(Math.max(0, rows.size() - length), rows.size()));
    }

    Model distinct() {
        return new Model(names, List.copyOf(new LinkedHashSet<>(rows)), false);
    }

    Model concat(Model other) {
        List<List<Object>> all = new ArrayList<>(rows);
        all.addAll(other.select(names).rows());
        return new Model(names, all, ordered && other.ordered);
    }

    /** Groups by one column; {@code n}: rows, {@code total}: the sum of a column's known values. */
    Model summarise(String key, String summed) {
        Map<Object, List<List<Object>>> groups = new LinkedHashMap<>();
        rows.forEach(row ->
                groups.computeIfAbsent(value(row, key), k -> new ArrayList<>()).add(row));
        List<List<Object>> made = new ArrayList<>();
        groups.forEach((k, group) -> {
            List<Object> known = group.stream()
                    .map(row -> value(row, summed))
                    .filter(v -> v != null)
                    .toList();
            Object total =
                    known.isEmpty() ? null : known.stream().reduce(Model::plus).orElseThrow();
            made.add(Arrays.asList(k, (long) group.size(), total));
        });
        return new Model(List.of(key, "n", "total"), made, false);
    }

    static Object plus(Object a, Object b) {
        return a instanceof Double x ? x + (Double) b : (Object) ((Long) a + (Long) b);
    }

    /** Joins on one column of both; the other has the key and columns of its own. */
    Model join(Model other, JoinType type, String key) {
        List<String> added =
                other.names.stream().filter(name -> !name.equals(key)).toList();
        boolean oneSided = type == JoinType.SEMI || type == JoinType.ANTI;
        List<String> all = new ArrayList<>(names);
        if (!oneSided) {
            added.forEach(name -> all.add(names.contains(name) ? name + "_right" : name));
        }
        List<List<Object>> made = new ArrayList<>();
        List<List<Object>> partnered = new ArrayList<>();
        for (List<Object> row : rows) {
            List<List<Object>> partners = other.rows.stream()
                    .filter(o -> value(row, key) != null && value(row, key).equals(other.value(o, key)))
                    .toList();
            partnered.addAll(partners);
            if (oneSided) {
                if (partners.isEmpty() == (type == JoinType.ANTI)) {
                    made.add(row);
                }
                continue;
            }
            for (List<Object> partner : partners) {
                made.add(both(row, added, other, partner));
            }
            if (partners.isEmpty() && (type == JoinType.LEFT || type == JoinType.FULL)) {
                made.add(both(row, added, other, Collections.nCopies(other.names.size(), null)));
            }
        }
        if (type == JoinType.RIGHT || type == JoinType.FULL) {
            for (List<Object> partner : other.rows) {
                if (!partnered.contains(partner)) {
                    List<Object> nulls = new ArrayList<>(Collections.nCopies(names.size(), null));
                    nulls.set(names.indexOf(key), other.value(partner, key));
                    made.add(both(nulls, added, other, partner));
                }
            }
        }
        return new Model(all, made, false);
    }

    private static List<Object> both(List<Object> row, List<String> added, Model other, List<Object> partner) {
        List<Object> all = new ArrayList<>(row);
        added.forEach(name -> all.add(other.value(partner, name)));
        return all;
    }

    /** The position of every row as a column. */
    Model numbered(String name) {
        int[] next = {0};
        return mutate(name, row -> (long) ++next[0]);
    }
}
