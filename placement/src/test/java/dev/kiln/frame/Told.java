package dev.kiln.frame;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A frame, and the same thing told to {@link Oracle} in plain SQL: a list of common table expressions, of which the last one is
 * the frame. Where the order of rows means anything, it has a column {@code _pos} to sort by.
 *
 * @param steps {@code name as (query)}
 * @param columns names and kinds of the columns, see {@link RandomData}
 * @param ordered whether the order of the rows means anything
 * @param most it has no more rows than this
 */
record Told(Frame frame, List<String> steps, List<Column> columns, boolean ordered, int most) {

    /** @param kind one letter */
    record Column(String name, char kind) {}

    List<String> names() {
        return columns.stream().map(Column::name).toList();
    }

    /** The name of the last step. */
    String last() {
        String step = steps.getLast();
        return step.substring(0, step.indexOf(' '));
    }

    /** Another frame of the same columns. */
    Told then(Frame made, boolean inOrder, UnaryOperator<String> query) {
        return then(made, columns, inOrder, query);
    }

    /**
     * Another frame.
     *
     * @param query from the name of the last step to a query over it
     */
    Told then(Frame made, List<Column> has, boolean inOrder, UnaryOperator<String> query) {
        List<String> more = new ArrayList<>(steps);
        more.add("s" + steps.size() + " as (" + query.apply(last()) + ")");
        return new Told(made, more, has, inOrder, most);
    }

    /** The same, so many times as long at most. */
    Told times(int factor) {
        return new Told(frame, steps, columns, ordered, most * factor);
    }

    /** The columns for a select list, with the position where there is one. */
    String list() {
        return list(names()) + (ordered ? ", _pos" : "");
    }

    /** The columns with one more, or another content for one. */
    List<Column> replaced(Column made) {
        List<Column> all = new ArrayList<>(columns);
        int at = names().indexOf(made.name());
        if (at < 0) {
            all.add(made);
        } else {
            all.set(at, made);
        }
        return all;
    }

    /** The columns for a select list, one of them made by an expression. */
    String list(Column made, String expression) {
        return replaced(made).stream()
                        .map(column ->
                                (column.name().equals(made.name()) ? expression + " as " : "") + quoted(column.name()))
                        .collect(joining(", "))
                + (ordered ? ", _pos" : "");
    }

    /** The same under other names. */
    Told renamed(Map<String, String> renamed) {
        List<Column> after = columns.stream()
                .map(column -> new Column(renamed.getOrDefault(column.name(), column.name()), column.kind()))
                .toList();
        String list = columns.stream()
                .map(column ->
                        quoted(column.name()) + " as " + quoted(renamed.getOrDefault(column.name(), column.name())))
                .collect(joining(", "));
        return then(
                frame.rename(renamed),
                after,
                ordered,
                prev -> "select " + list + (ordered ? ", _pos" : "") + " from " + prev);
    }

    /** A query for the same with positions from 1 on. */
    String numbered(String prev) {
        return "(select " + list(names()) + ", row_number() over (order by _pos) as _pos from " + prev + ")";
    }

    static String[] array(List<String> names) {
        return names.toArray(String[]::new);
    }

    static List<String> names(List<Told.Column> columns) {
        return columns.stream().map(Told.Column::name).toList();
    }

    static String list(List<String> names) {
        return names.stream().map(Told::quoted).collect(joining(", "));
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** The whole query. */
    String query() {
        return "with " + String.join(",\n", steps) + "\nselect " + list(names()) + " from " + last()
                + (ordered ? " order by _pos" : "");
    }
}
