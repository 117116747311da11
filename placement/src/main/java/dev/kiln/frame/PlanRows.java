package dev.kiln.frame;

import java.util.OptionalLong;
import java.util.function.LongUnaryOperator;

/** What is known about the number of rows of a plan before it runs. */
final class PlanRows {
    private PlanRows() {}

    /** The number of rows if it follows from the leaves. */
    static OptionalLong known(Plan plan) {
        return switch (plan) {
            case Plan.Source source -> OptionalLong.of(source.leaf().rows());
            case Plan.Select step -> step.input().rows();
            case Plan.Drop step -> step.input().rows();
            case Plan.Rename step -> step.input().rows();
            case Plan.Sort step -> step.input().rows();
            case Plan.Mutate step ->
                makesRows(step) ? OptionalLong.empty() : step.input().rows();
            case Plan.Derive step -> step.input().rows();
            case Reshape.Sample step -> then(step.input(), n -> Math.min(step.length(), n));
            case Reshape.PivotLonger step ->
                then(step.input(), n -> n * step.columns().size());
            case Reshape.PivotWider step -> OptionalLong.empty();
            case Reshape.Describe step ->
                step.columns().isEmpty()
                        ? OptionalLong.empty()
                        : OptionalLong.of(step.columns().size());
            case Plan.Slice step -> then(step.input(), n -> Math.min(step.length(), Math.max(0, n - step.offset())));
            case Plan.Tail step -> then(step.input(), n -> Math.min(step.length(), n));
            case Plan.Summarise step ->
                step.keys().isEmpty() && !makesRows(step) ? OptionalLong.of(1) : OptionalLong.empty();
            case Plan.Filter step -> OptionalLong.empty();
            case Plan.Distinct step -> OptionalLong.empty();
            case Plan.Sql step -> OptionalLong.empty();
            case Combination.Join join -> OptionalLong.empty();
            case Combination.ConcatColumns concat -> equal(concat);
            case Combination.Put put -> equal(put);
            case Combination.ConcatRows concat -> {
                boolean all =
                        concat.inputs().stream().allMatch(input -> input.rows().isPresent());
                yield all ? OptionalLong.of(atMost(concat)) : OptionalLong.empty();
            }
        };
    }

    /** An upper bound, or a guess where there is none: good enough to choose the side of a join, or the one that moves. */
    static long atMost(Plan plan) {
        return switch (plan) {
            case Plan.Slice step -> Math.min(step.length(), atMost(step.input()));
            case Plan.Tail step -> Math.min(step.length(), atMost(step.input()));
            case Reshape.Sample step -> Math.min(step.length(), atMost(step.input()));
            case Combination.ConcatRows concat ->
                concat.inputs().stream().mapToLong(PlanRows::atMost).sum();
            default ->
                known(plan).orElseGet(() -> plan.inputs().stream()
                        .mapToLong(PlanRows::atMost)
                        .max()
                        .orElse(0));
        };
    }

    /** Of inputs side by side: not known before it is known that they are equal. */
    private static OptionalLong equal(Plan plan) {
        return Combination.haveEqualRows(plan.inputs())
                ? plan.inputs().getFirst().rows()
                : OptionalLong.empty();
    }

    private static OptionalLong then(Plan input, LongUnaryOperator change) {
        OptionalLong before = input.rows();
        return before.isEmpty() ? before : OptionalLong.of(change.applyAsLong(before.getAsLong()));
    }

    /** Whether it gives a row several rows. */
    static boolean makesRows(Plan.Mutate step) {
        return makesRows("mutate", step.column());
    }

    /** Whether it gives a group several rows. */
    static boolean makesRows(Plan.Summarise step) {
        return step.columns().stream().anyMatch(column -> makesRows("summarise", column));
    }

    private static boolean makesRows(String verb, Assignment column) {
        Expression expression = Expression.of(verb, column.expression());
        return expression.count("unnest") + expression.count("generate_subscripts") > 0;
    }
}
