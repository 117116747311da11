package dev.kiln.frame;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/** From what users write to plans. */
final class Verbs {
    /** The engine plans nested queries by recursion, and for longer chains takes more than a second to do so. */
    private static final int LONGEST_CHAIN = 300;

    private Verbs() {}

    /**
     * Looks at a new verb on top of a chain, as far as that costs no round trip.
     *
     * @throws IllegalStateException if the chain is too long to run
     */
    static void check(Plan plan) {
        if (depth(plan) > LONGEST_CHAIN) {
            throw new IllegalStateException("a chain has at most " + LONGEST_CHAIN
                    + " verbs; go on with what compute() returns, which is data and no chain");
        }
        Place.of(plan).check(plan);
    }

    /** The number of verbs on the longest way down. */
    static int depth(Plan plan) {
        int below = plan.inputs().stream().mapToInt(Verbs::depth).max().orElse(-1);
        return below + 1;
    }

    /** The columns in which the last verb's expressions are. */
    static List<String> made(Plan plan) {
        return switch (plan) {
            case Plan.Filter step -> List.of();
            case Plan.Join join -> List.of();
            case Plan.Mutate step -> {
                SequencedSet<String> made = new LinkedHashSet<>();
                for (Plan below = step; below instanceof Plan.Mutate mutate; below = mutate.input()) {
                    made.add(mutate.column().name());
                }
                yield List.copyOf(made);
            }
            default -> plan.names();
        };
    }

    static Plan filter(Plan input, String expression, @Nullable Object @Nullable [] parameters) {
        // filter("a = ?", null) means one null, though Java passes no array at all
        @Nullable Object[] values = parameters == null ? new @Nullable Object[] {null} : parameters;
        List<Parameter> checked = Arrays.stream(values)
                .map(value -> Parameter.of("filter", value))
                .toList();
        return new Plan.Filter(input, expression, checked);
    }

    static Plan mutate(Plan input, String[] columns) {
        Plan plan = input;
        for (String column : columns) {
            plan = new Plan.Mutate(plan, Assignment.parse("mutate", column));
        }
        return plan;
    }

    static Plan summarise(Plan input, List<String> keys, String[] columns) {
        List<Assignment> parsed = Arrays.stream(columns)
                .map(column -> Assignment.parse("summarise", column))
                .toList();
        return new Plan.Summarise(input, keys, parsed);
    }

    static Plan sort(Plan input, String[] columns) {
        List<String> names = input.names();
        return new Plan.Sort(
                input,
                Arrays.stream(columns)
                        .map(column -> SortKey.parse(column, names))
                        .toList());
    }

    static Plan join(Plan left, Plan right, JoinType type, String[] on) {
        List<String> names = left.names();
        return new Plan.Join(
                left,
                right,
                type,
                Arrays.stream(on).map(key -> JoinKey.parse(key, names)).toList());
    }
}
