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

    private static final int MOST_VERBS = 10_000;
    /** More names than this are no names. */
    private static final int MOST_MADE = 1_000;

    private Verbs() {}

    /**
     * Looks at a new verb on top of a chain, as far as that costs no round trip.
     *
     * @throws IllegalStateException if the chain is too long to run
     */
    static void check(Plan plan) {
        // first: a plan that uses itself twice again and again is small in memory, and endless to walk
        if (size(plan, MOST_VERBS) > MOST_VERBS) {
            throw new IllegalStateException(
                    "a plan has at most " + MOST_VERBS + " verbs, each counted as often as it is"
                            + " used; go on with what compute() returns, which is data and no chain");
        }
        if (depth(plan) > LONGEST_CHAIN) {
            throw new IllegalStateException("a chain has at most " + LONGEST_CHAIN
                    + " verbs; go on with what compute() returns, which is data and no chain");
        }
        Place.of(plan).check(plan);
    }

    /** The number of verbs and leaves, each counted as often as it is used; or more than {@code most}. */
    static int size(Plan plan, int most) {
        int size = 1;
        for (Plan input : plan.inputs()) {
            if (size <= most) {
                size += size(input, most - size);
            }
        }
        return size;
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
            case Combination.Join join -> List.of();
            case Combination.Put put -> List.of();
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
        return new Combination.Join(
                left,
                right,
                type,
                Arrays.stream(on).map(key -> JoinKey.parse(key, names)).toList());
    }

    static Plan describe(Plan input) {
        Reshape.Describe describe = new Reshape.Describe(input, List.of());
        return Direct.schema(input).map(describe::of).orElse(describe);
    }

    /**
     * The names to make columns of, in the order in which they first occur.
     *
     * @throws IllegalArgumentException if there are none, too many, or rows without a name
     */
    static List<String> pivotNames(Plan input, String namesFrom) {
        Names.requireKnown("pivotWider", List.of(namesFrom), input.names());
        Plan names = new Plan.Derive(input, new Assignment("name", Names.quote(namesFrom) + "::varchar"));
        Plan numbered = new Plan.Mutate(names, new Assignment("row", "row_number() over ()"));
        Plan first = new Plan.Summarise(numbered, List.of("name"), List.of(new Assignment("row", "min(row)")));
        Plan sorted = new Plan.Sort(first, List.of(new SortKey("row", false)));
        Plan some = new Plan.Select(new Plan.Slice(sorted, 0, MOST_MADE + 1), List.of("name"));
        Table table = Place.of(some).collect(some);
        try {
            List<@Nullable Object> found = SeriesValues.of(table);
            Plan.require(
                    found.size() <= MOST_MADE,
                    "pivotWider: column " + Names.quote(namesFrom) + " has more than " + MOST_MADE
                            + " values, which would all become columns; was another one meant?");
            Plan.require(
                    !found.contains(null),
                    "pivotWider: column " + Names.quote(namesFrom)
                            + " has nulls, which are no names; filter them away, or mutate them into one");
            return found.stream().map(String::valueOf).toList();
        } finally {
            table.release();
        }
    }
}
