package dev.kiln.frame;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * Writes a plan as nested queries, the first verb innermost. Every query selects exactly the columns that the query
 * around it needs, so a leaf is read only in the columns that matter: the engine cannot push that into an Arrow stream.
 * Expressions stand on lines of their own, so that a comment at their end hides nothing.
 */
final class QueryWriter {
    private final StringBuilder sql = new StringBuilder();
    private final List<Parameter> parameters = new ArrayList<>();
    private final List<Query.Scan> scans = new ArrayList<>();

    Query write(Plan plan, List<String> columns) {
        emit(plan, columns);
        return new Query(sql.toString(), List.copyOf(parameters), List.copyOf(scans));
    }

    /** Writes a query for these columns of the plan, in this order; for no columns, one for its number of rows. */
    void emit(Plan plan, List<String> columns) {
        switch (plan) {
            case Plan.Source source ->
                sql.append(select(columns)).append(" from ").append(scan(source.leaf(), columns));
            case Plan.Select step -> emit(step.input(), columns);
            case Plan.Drop step -> emit(step.input(), columns);
            case Plan.Rename step -> rename(step, columns);
            case Plan.Filter step -> filter(step, columns);
            case Plan.Mutate step -> mutate(step, columns);
            case Plan.Derive step -> derive(step, columns);
            case Plan.Summarise step -> summarise(step, columns);
            case Plan.Sort step -> sort(step, columns);
            case Plan.Slice step -> {
                from(select(columns), step.input(), columns);
                sql.append(" limit ").append(step.length()).append(" offset ").append(step.offset());
            }
            case Plan.Tail step -> tail(step, columns);
            case Plan.Distinct step -> {
                sql.append(select(columns)).append(" from (");
                from("select distinct " + list(step.names()), step.input(), step.names());
                sql.append(')');
            }
            case Plan.Sql step -> query(step, columns);
            case Reshape step -> new ReshapeWriter(this, columns).write(step);
            case Combination.Join join -> new JoinWriter(this, join, columns).write();
            case Combination.ConcatRows concat -> {
                String before = "(";
                for (Plan input : concat.inputs()) {
                    sql.append(before);
                    emit(input, columns);
                    before = ") union all (";
                }
                sql.append(')');
            }
            case Combination.ConcatColumns concat ->
                SideBySideWriter.of(concat, columns).write(this);
            case Combination.Put put -> SideBySideWriter.of(put, columns).write(this);
        }
    }

    QueryWriter append(String text) {
        sql.append(text);
        return this;
    }

    /** Makes columns of a leaf readable under a name, which is returned. */
    private String scan(Leaf leaf, List<String> columns) {
        String view = "t" + scans.size();
        scans.add(new Query.Scan(view, leaf, columns.isEmpty() ? List.of(cheapest(leaf)) : columns));
        return Names.quote(view);
    }

    private void rename(Plan.Rename step, List<String> columns) {
        List<String> before = step.input().names();
        List<String> after = step.names();
        List<String> read =
                columns.stream().map(name -> before.get(after.indexOf(name))).toList();
        String list = columns.stream()
                .map(name -> Names.quote(before.get(after.indexOf(name))) + " as " + Names.quote(name))
                .collect(joining(", "));
        from("select " + (list.isEmpty() ? "1" : list), step.input(), read);
    }

    private void filter(Plan.Filter step, List<String> columns) {
        from(select(columns), step.input(), plus(columns, mentioned("filter", step.expression(), step.input())));
        List<String> written = new ArrayList<>();
        for (Parameter parameter : step.parameters()) {
            Optional<String> type = parameter.fineType(step.leaves());
            written.add(type.map(it -> "cast(? as " + it + ")").orElse("?"));
            parameters.add(type.isPresent() ? new Parameter(parameter.text()) : parameter);
        }
        String expression = Expression.of("filter", step.expression()).withParameters(written);
        sql.append(" where (\n").append(expression).append("\n)");
    }

    private void mutate(Plan.Mutate step, List<String> columns) {
        Assignment made = step.column();
        if (columns.contains(made.name())) {
            String list = columns.stream()
                    .map(name ->
                            (name.equals(made.name()) ? "(\n" + made.expression() + "\n) as " : "") + Names.quote(name))
                    .collect(joining(", "));
            List<String> kept =
                    columns.stream().filter(name -> !name.equals(made.name())).toList();
            from("select " + list, step.input(), plus(kept, mentioned("mutate", made.expression(), step.input())));
        } else if (PlanRows.makesRows(step)) {
            from(select(columns), step, plus(columns, List.of(made.name())));
        } else {
            emit(step.input(), columns);
        }
    }

    private void derive(Plan.Derive step, List<String> columns) {
        Assignment made = step.column();
        if (columns.isEmpty()) {
            emit(step.input(), columns);
        } else {
            from(
                    "select (\n" + made.expression() + "\n) as " + Names.quote(made.name()),
                    step.input(),
                    mentioned("series", made.expression(), step.input()));
        }
    }

    private void summarise(Plan.Summarise step, List<String> columns) {
        boolean unnests = PlanRows.makesRows(step);
        List<Assignment> made = step.columns().stream()
                .filter(column -> columns.contains(column.name()) || step.keys().isEmpty() || unnests)
                .toList();
        SequencedSet<String> read = new LinkedHashSet<>(step.keys());
        StringBuilder list = new StringBuilder(list(step.keys()));
        for (Assignment column : made) {
            read.addAll(mentioned("summarise", column.expression(), step.input()));
            list.append(list.isEmpty() ? "(\n" : ", (\n")
                    .append(column.expression())
                    .append("\n) as ");
            list.append(Names.quote(column.name()));
        }
        sql.append(select(columns)).append(" from (");
        from("select " + list, step.input(), List.copyOf(read));
        // without keys there is one group, and an expression that does not aggregate is refused, not run row by row
        sql.append(" group by ")
                .append(step.keys().isEmpty() ? "()" : list(step.keys()))
                .append(')');
    }

    private void sort(Plan.Sort step, List<String> columns) {
        List<String> keys = step.keys().stream().map(SortKey::column).toList();
        from(select(columns), step.input(), plus(columns, keys));
        sql.append(" order by ");
        sql.append(step.keys().stream()
                .map(key -> Names.quote(key.column()) + (key.descending() ? " desc" : " asc") + " nulls last")
                .collect(joining(", ")));
    }

    private void tail(Plan.Tail step, List<String> columns) {
        String number = Names.quote(free("row", step.input().names()));
        sql.append(select(columns)).append(" from (select * from (");
        from(select(columns) + ", row_number() over () as " + number, step.input(), columns);
        sql.append(") order by ").append(number).append(" desc limit ").append(step.length());
        sql.append(") order by ").append(number);
    }

    private void query(Plan.Sql step, List<String> columns) {
        // an Arrow stream can be read once: a query that reads its input again needs a copy of it
        boolean once = Expression.query("sql", step.query()).count("this") <= 1;
        sql.append("with \"this\" as ").append(once ? "not " : "").append("materialized (");
        emit(step.input(), step.input().names());
        sql.append(") ")
                .append(step.names().isEmpty() ? "select *" : select(columns))
                .append(" from (\n")
                .append(step.query())
                .append("\n)");
    }

    void from(String select, Plan input, List<String> read) {
        sql.append(select).append(" from ");
        relation(input, read);
    }

    /** A plan as what stands behind {@code from}: a leaf by its name, anything else as a query in brackets. */
    void relation(Plan plan, List<String> read) {
        switch (plan) {
            case Plan.Source source -> sql.append(scan(source.leaf(), read));
            case Plan.Select step -> relation(step.input(), read);
            case Plan.Drop step -> relation(step.input(), read);
            default -> {
                sql.append('(');
                emit(plan, read);
                sql.append(')');
            }
        }
    }

    static String select(List<String> columns) {
        return "select " + (columns.isEmpty() ? "1" : list(columns));
    }

    static String list(List<String> columns) {
        return columns.stream().map(Names::quote).collect(joining(", "));
    }

    private static List<String> mentioned(String verb, String expression, Plan input) {
        return Expression.of(verb, expression).mentioned(input.names());
    }

    static List<String> plus(Collection<String> some, Collection<String> more) {
        SequencedSet<String> all = new LinkedHashSet<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }

    static String free(String name, List<String> taken) {
        return taken.stream().anyMatch(other -> other.equalsIgnoreCase(name)) ? free(name + "_", taken) : name;
    }

    /** The column that costs least where only the rows count. */
    private static String cheapest(Leaf leaf) {
        List<Field> fields = leaf.schema().getFields();
        return fields.stream()
                .filter(field -> field.getType() instanceof ArrowType.Int)
                .findFirst()
                .or(() -> fields.stream().findFirst())
                .orElseThrow(() -> new IllegalArgumentException("a frame without columns cannot be queried"))
                .getName();
    }
}
