package dev.kiln.frame;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** Verbs on several inputs. */
sealed interface Combination extends Plan {

    /** Rows of two inputs side by side; see {@link Frame#join} for the columns. */
    record Join(Plan left, Plan right, JoinType type, List<JoinKey> on) implements Combination {
        public Join {
            on = List.copyOf(on);
            Plan.require(!on.isEmpty(), "join: name at least one column to join on");
            Names.requireKnown("join (left)", on.stream().map(JoinKey::left).toList(), left.names());
            Names.requireKnown("join (right)", on.stream().map(JoinKey::right).toList(), right.names());
            Names.requireDistinct("join (left)", left.names());
            Names.requireDistinct("join (right)", right.names());
            Names.requireDistinct("join", names(left, added(left, right, type, on)));
        }

        private static List<String> names(Plan left, Map<String, String> added) {
            return Stream.concat(left.names().stream(), added.values().stream()).toList();
        }

        private static Map<String, String> added(Plan left, Plan right, JoinType type, List<JoinKey> on) {
            Map<String, String> added = new LinkedHashMap<>();
            if (type != JoinType.SEMI && type != JoinType.ANTI) {
                Set<String> keys = on.stream().map(JoinKey::right).collect(toSet());
                Set<String> taken = left.names().stream().map(Names::fold).collect(toSet());
                right.names().stream()
                        .filter(name -> !keys.contains(name))
                        .forEach(name -> added.put(name, taken.contains(Names.fold(name)) ? name + "_right" : name));
            }
            return added;
        }

        /** Columns of the right side that come along, and what they are called in the result. */
        Map<String, String> added() {
            return added(left, right, type, on);
        }

        @Override
        public List<String> names() {
            return inputs().stream().anyMatch(input -> input.names().isEmpty()) ? List.of() : names(left, added());
        }

        @Override
        public List<Plan> inputs() {
            return List.of(left, right);
        }

        @Override
        public Plan with(List<Plan> inputs) {
            return new Join(inputs.getFirst(), inputs.getLast(), type, on);
        }
    }

    /** Rows of all inputs, one after the other, columns matched by name. */
    record ConcatRows(List<Plan> inputs) implements Combination {
        public ConcatRows {
            inputs = List.copyOf(inputs);
            List<String> first = inputs.getFirst().names();
            for (Plan input : inputs) {
                Names.requireDistinct("concatRows", input.names());
                Names.requireKnown("concatRows", input.names(), first);
                Names.requireKnown("concatRows", first, input.names());
            }
        }

        @Override
        public List<String> names() {
            return inputs.getFirst().names();
        }

        @Override
        public Plan with(List<Plan> others) {
            return new ConcatRows(others);
        }
    }

    /** Columns of all inputs side by side, row by row; all have the same number of rows. For frames, and for series. */
    record ConcatColumns(String verb, List<Plan> inputs) implements Combination {
        public ConcatColumns {
            inputs = List.copyOf(inputs);
            requireEqualRows(verb, inputs);
            Names.requireDistinct(verb, names(inputs));
        }

        private static List<String> names(List<Plan> inputs) {
            boolean known = inputs.stream().noneMatch(input -> input.names().isEmpty());
            return known
                    ? inputs.stream().flatMap(input -> input.names().stream()).toList()
                    : List.of();
        }

        @Override
        public List<String> names() {
            return names(inputs);
        }

        @Override
        public Plan with(List<Plan> others) {
            return new ConcatColumns(verb, others);
        }
    }

    /** A frame with another column, or another content for one that it has, row by row; see {@link Frame#put}. */
    record Put(Plan frame, Plan column, String name) implements Combination {
        public Put {
            requireEqualRows("put", List.of(frame, column));
            Plan.require(column.names().size() == 1, "put: a series is one column, got " + column.names());
            Names.requireDistinct("put", names(frame, name));
        }

        private static List<String> names(Plan frame, String name) {
            List<String> before = frame.names();
            return before.isEmpty() || before.contains(name)
                    ? before
                    : Stream.concat(before.stream(), Stream.of(name)).toList();
        }

        @Override
        public List<String> names() {
            return names(frame, name);
        }

        @Override
        public List<Plan> inputs() {
            return List.of(frame, column);
        }

        @Override
        public Plan with(List<Plan> inputs) {
            return new Put(inputs.getFirst(), inputs.getLast(), name);
        }
    }

    /** Whether it is known that the inputs have the same number of rows. */
    static boolean haveEqualRows(List<Plan> inputs) {
        List<OptionalLong> rows = inputs.stream().map(Plan::rows).distinct().toList();
        return rows.size() == 1 && rows.getFirst().isPresent();
    }

    private static void requireEqualRows(String verb, List<Plan> inputs) {
        List<Long> known = new ArrayList<>();
        inputs.forEach(input -> input.rows().ifPresent(known::add));
        Plan.require(
                known.stream().distinct().count() <= 1,
                verb + ": the numbers of rows must be equal, were "
                        + known.stream().map(String::valueOf).collect(joining(", "))
                        + "; to bring rows together by their values, use join");
    }
}
