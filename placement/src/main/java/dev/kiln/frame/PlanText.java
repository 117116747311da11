package dev.kiln.frame;

import static java.util.stream.Collectors.joining;

import java.util.Collection;

/** Plans for people. */
final class PlanText {
    private PlanText() {}

    /** The verb as the user wrote it. */
    static String verb(Plan plan) {
        return switch (plan) {
            case Plan.Source source -> "data";
            case Plan.Select step -> "select";
            case Plan.Drop step -> "drop";
            case Plan.Rename step -> "rename";
            case Plan.Filter step -> "filter";
            case Plan.Mutate step -> "mutate";
            case Plan.Derive step -> "series";
            case Plan.Summarise step -> "summarise";
            case Plan.Sort step -> "sort";
            case Plan.Slice step -> step.offset() == 0 ? "head" : "slice";
            case Plan.Tail step -> "tail";
            case Plan.Distinct step -> "distinct";
            case Plan.Sql step -> "sql";
            case Combination.Join join -> "join";
            case Reshape.Sample step -> "sample";
            case Reshape.PivotLonger step -> "pivotLonger";
            case Reshape.PivotWider step -> "pivotWider";
            case Reshape.Describe step -> "describe";
            case Combination.ConcatRows concat -> "concatRows";
            case Combination.ConcatColumns concat -> concat.verb();
            case Combination.Put put -> "put";
        };
    }

    /** One line per verb, the last one first, inputs below and indented. */
    static String outline(Plan plan) {
        StringBuilder text = new StringBuilder();
        outline(plan, "", text);
        return text.toString();
    }

    private static void outline(Plan plan, String indent, StringBuilder text) {
        text.append(indent).append(verb(plan)).append(' ').append(detail(plan)).append('\n');
        String deeper = plan.inputs().size() > 1 ? indent + "  " : indent;
        plan.inputs().forEach(input -> outline(input, deeper, text));
    }

    private static String detail(Plan plan) {
        return switch (plan) {
            case Plan.Source source -> data(source.leaf());
            case Plan.Select step -> list(step.names());
            case Plan.Drop step -> list(step.columns());
            case Plan.Rename step ->
                step.renamed().entrySet().stream()
                        .map(entry -> entry.getKey() + " to " + entry.getValue())
                        .collect(joining(", "));
            case Plan.Filter step ->
                step.expression() + (step.parameters().isEmpty() ? "" : " with " + list(step.parameters()));
            case Plan.Mutate step -> step.column().toString();
            case Plan.Derive step -> step.column().toString();
            case Plan.Summarise step ->
                list(step.columns()) + (step.keys().isEmpty() ? "" : " by " + list(step.keys()));
            case Plan.Sort step -> list(step.keys());
            case Plan.Slice step -> step.length() + (step.offset() == 0 ? "" : " from " + step.offset());
            case Plan.Tail step -> "" + step.length();
            case Plan.Distinct step -> "";
            case Plan.Sql step -> step.query();
            case Combination.Join join -> join.type() + " on " + list(join.on());
            case Reshape.Sample step -> step.length() + " seed " + step.seed();
            case Reshape.PivotLonger step -> list(step.columns()) + " to " + step.namesTo() + ", " + step.valuesTo();
            case Reshape.PivotWider step -> list(step.made()) + " of " + step.namesFrom() + ", " + step.valuesFrom();
            case Reshape.Describe step -> list(step.input().names());
            case Combination.ConcatRows concat -> concat.inputs().size() + " frames";
            case Combination.ConcatColumns concat -> concat.inputs().size() + " side by side";
            case Combination.Put put -> put.name();
        };
    }

    private static String data(Leaf leaf) {
        String place =
                leaf instanceof RemoteTable remote ? " on " + remote.owner().name() : "";
        return leaf.rows() + " rows of "
                + leaf.schema().getFields().stream()
                        .map(field -> field.getName() + " " + TypeNames.of(field))
                        .collect(joining(", "))
                + place;
    }

    private static String list(Collection<?> parts) {
        return parts.stream().map(String::valueOf).collect(joining(", "));
    }
}
