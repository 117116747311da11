package dev.kiln.frame;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What a frame is made of: leaves, and verbs on top of them. Immutable; holds leaves without counting as a reference
 * to them. Arguments are checked when a node is made, on every process it comes to; column names that are not known
 * yet are checked on the process that runs the plan.
 */
sealed interface Plan extends Serializable permits Plan.Source, Plan.Step, Combination {

    /** The columns of the result in order; empty where only the engine can tell, after {@code sql} on data elsewhere. */
    List<String> names();

    /** What the verb works on. */
    List<Plan> inputs();

    /** The same verb on other inputs. */
    Plan with(List<Plan> inputs);

    /** The number of rows if it follows from the leaves without running anything. */
    default OptionalLong rows() {
        return PlanRows.known(this);
    }

    /** Whether everything that only the engine can tell about it has been told: see {@link Engine#bind}. */
    default boolean isBound() {
        boolean bound =
                switch (this) {
                    case Sql sql -> !sql.names().isEmpty();
                    case Reshape.Describe step -> !step.columns().isEmpty();
                    default -> true;
                };
        return bound && inputs().stream().allMatch(Plan::isBound);
    }

    /** The data at the bottom, each once, in the order of the plan. */
    default List<Leaf> leaves() {
        if (this instanceof Source source) {
            return List.of(source.leaf()); // as every handle has it, which is opened and closed a million times
        }
        if (inputs().size() == 1) {
            return inputs().getFirst().leaves();
        }
        Set<Leaf> found = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Leaf> inOrder = new ArrayList<>();
        forEachSource(source -> {
            if (found.add(source.leaf())) {
                inOrder.add(source.leaf());
            }
        });
        return inOrder;
    }

    /** The same verbs on other data. */
    default Plan map(UnaryOperator<Leaf> replacement) {
        return this instanceof Source source
                ? new Source(replacement.apply(source.leaf()))
                : with(inputs().stream().map(input -> input.map(replacement)).toList());
    }

    private void forEachSource(Consumer<Source> sink) {
        if (this instanceof Source source) {
            sink.accept(source);
        }
        inputs().forEach(input -> input.forEachSource(sink));
    }

    /** Data that exists. */
    record Source(Leaf leaf) implements Plan {
        @Override
        public List<String> names() {
            return leaf.schema().getFields().stream()
                    .map(field -> field.getName())
                    .toList();
        }

        @Override
        public List<Plan> inputs() {
            return List.of();
        }

        @Override
        public Plan with(List<Plan> inputs) {
            return this;
        }
    }

    /** A verb on one input. */
    sealed interface Step extends Plan
            permits Select, Drop, Rename, Filter, Mutate, Derive, Summarise, Sort, Slice, Tail, Distinct, Sql, Reshape {
        Plan input();

        Plan on(Plan other);

        @Override
        default List<String> names() {
            return input().names();
        }

        @Override
        default List<Plan> inputs() {
            return List.of(input());
        }

        @Override
        default Plan with(List<Plan> inputs) {
            return on(inputs.getFirst());
        }
    }

    /** Some columns, in this order. */
    record Select(Plan input, List<String> names) implements Step {
        public Select {
            names = List.copyOf(names);
            require(!names.isEmpty(), "select: name at least one column");
            Names.requireKnown("select", names, input.names());
            Names.requireDistinct("select", names);
        }

        @Override
        public Plan on(Plan other) {
            return new Select(other, names);
        }
    }

    /** All columns but these. */
    record Drop(Plan input, List<String> columns) implements Step {
        public Drop {
            columns = List.copyOf(columns);
            Names.requireKnown("drop", columns, input.names());
            require(input.names().isEmpty() || !columns.containsAll(input.names()), "drop: one column must stay");
        }

        @Override
        public List<String> names() {
            return input.names().stream().filter(n -> !columns.contains(n)).toList();
        }

        @Override
        public Plan on(Plan other) {
            return new Drop(other, columns);
        }
    }

    /** Other names for some columns, from old to new. */
    record Rename(Plan input, Map<String, String> renamed) implements Step {
        public Rename {
            renamed = Collections.unmodifiableMap(new LinkedHashMap<>(renamed));
            Names.requireKnown("rename", renamed.keySet(), input.names());
            Names.requireDistinct("rename", names(input, renamed));
        }

        private static List<String> names(Plan input, Map<String, String> renamed) {
            return input.names().stream().map(n -> renamed.getOrDefault(n, n)).toList();
        }

        @Override
        public List<String> names() {
            return names(input, renamed);
        }

        @Override
        public Plan on(Plan other) {
            return new Rename(other, renamed);
        }
    }

    /** Rows for which the expression is true. */
    record Filter(Plan input, String expression, List<Parameter> parameters) implements Step {
        public Filter {
            parameters = List.copyOf(parameters);
            int marks = Expression.of("filter", expression).parameters();
            require(
                    marks == parameters.size(),
                    "filter: \"" + expression + "\" has " + marks + " parameters (?), got " + parameters.size()
                            + " values");
            Names.requireDistinct("filter", input.names());
        }

        @Override
        public Plan on(Plan other) {
            return new Filter(other, expression, parameters);
        }
    }

    /** One more column, or another content for one that exists. */
    record Mutate(Plan input, Assignment column) implements Step {
        public Mutate {
            requireNoParameters("mutate", List.of(column));
            Names.requireDistinct("mutate", names(input, column));
        }

        private static List<String> names(Plan input, Assignment column) {
            List<String> before = input.names();
            return before.isEmpty() || before.contains(column.name())
                    ? before
                    : Stream.concat(before.stream(), Stream.of(column.name())).toList();
        }

        @Override
        public List<String> names() {
            return names(input, column);
        }

        @Override
        public Plan on(Plan other) {
            return new Mutate(other, column);
        }
    }

    /** A single column, made from those of the input; what {@link Series} is made of. */
    record Derive(Plan input, Assignment column) implements Step {
        public Derive {
            requireNoParameters("series", List.of(column));
            Names.requireDistinct("series", input.names());
        }

        @Override
        public List<String> names() {
            return List.of(column.name());
        }

        @Override
        public Plan on(Plan other) {
            return new Derive(other, column);
        }
    }

    /** One row per combination of the keys, or a single one without keys. */
    record Summarise(Plan input, List<String> keys, List<Assignment> columns) implements Step {
        public Summarise {
            keys = List.copyOf(keys);
            columns = List.copyOf(columns);
            require(keys.size() + columns.size() > 0, "summarise: give groupBy a key or summarise an expression");
            Names.requireKnown("groupBy", keys, input.names());
            Names.requireDistinct("groupBy", input.names());
            Names.requireDistinct("summarise", names(keys, columns));
            requireNoParameters("summarise", columns);
        }

        private static List<String> names(List<String> keys, List<Assignment> columns) {
            return Stream.concat(keys.stream(), columns.stream().map(Assignment::name))
                    .toList();
        }

        @Override
        public List<String> names() {
            return names(keys, columns);
        }

        @Override
        public Plan on(Plan other) {
            return new Summarise(other, keys, columns);
        }
    }

    /** The same rows in order; nulls last, whatever the direction. */
    record Sort(Plan input, List<SortKey> keys) implements Step {
        public Sort {
            keys = List.copyOf(keys);
            require(!keys.isEmpty(), "sort: name at least one column");
            Names.requireKnown("sort", keys.stream().map(SortKey::column).toList(), input.names());
            Names.requireDistinct("sort", input.names());
        }

        @Override
        public Plan on(Plan other) {
            return new Sort(other, keys);
        }
    }

    /** At most {@code length} rows from the {@code offset}-th on. */
    record Slice(Plan input, long offset, long length) implements Step {
        public Slice {
            require(offset >= 0 && length >= 0, "slice: must be >= 0, were offset " + offset + ", length " + length);
        }

        @Override
        public Plan on(Plan other) {
            return new Slice(other, offset, length);
        }
    }

    /** The last rows, in the order of the input. */
    record Tail(Plan input, long length) implements Step {
        public Tail {
            require(length >= 0, "tail: the number of rows must be >= 0, was " + length);
        }

        @Override
        public Plan on(Plan other) {
            return new Tail(other, length);
        }
    }

    /** Every row once. */
    record Distinct(Plan input) implements Step {
        public Distinct {
            Names.requireDistinct("distinct", input.names());
        }

        @Override
        public Plan on(Plan other) {
            return new Distinct(other);
        }
    }

    /** A query of the user's in which the input is called {@code this}; the names are empty until the engine told them. */
    record Sql(Plan input, String query, List<String> names) implements Step {
        public Sql {
            names = List.copyOf(names);
            Expression parsed = Expression.query("sql", query);
            query = parsed.text();
            require(parsed.parameters() == 0, "sql: \"" + query + "\" has a ?, which filter alone takes");
            Names.requireDistinct("sql", input.names());
        }

        @Override
        public Plan on(Plan other) {
            return new Sql(other, query, names);
        }
    }

    private static void requireNoParameters(String verb, Collection<Assignment> columns) {
        for (Assignment column : columns) {
            require(
                    Expression.of(verb, column.expression()).parameters() == 0,
                    verb + ": \"" + column + "\" has a ?, which filter alone takes");
        }
    }

    /** Refuses an argument. */
    static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
