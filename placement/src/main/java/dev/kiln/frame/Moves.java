package dev.kiln.frame;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * What of a plan moves when it runs at another party than that of its data: not the data as a whole, but the result of the
 * verbs on it that make it no larger, which its owner runs first.
 */
final class Moves {
    /** What a value of a type without a fixed width is taken for, in bytes. */
    private static final int SOME_TEXT = 24;

    private Moves() {}

    /** The data under a plan that moves as one result; empty if the plan is no such chain on data of another party. */
    static Optional<RemoteTable> moved(Plan plan) {
        return switch (plan) {
            case Plan.Source source ->
                source.leaf() instanceof RemoteTable remote ? Optional.of(remote) : Optional.empty();
            case Plan.Select step -> moved(step.input());
            case Plan.Drop step -> moved(step.input());
            case Plan.Rename step -> moved(step.input());
            case Plan.Filter step -> moved(step.input());
            case Plan.Sort step -> moved(step.input());
            case Plan.Slice step -> moved(step.input());
            case Plan.Tail step -> moved(step.input());
            case Plan.Distinct step -> moved(step.input());
            case Plan.Summarise step -> moved(step.input());
            case Plan.Derive step -> moved(step.input());
            case Reshape.Sample step -> moved(step.input());
            case Reshape.Describe step -> moved(step.input());
            case Reshape.PivotLonger step -> Optional.empty();
            case Reshape.PivotWider step -> Optional.empty();
            case Plan.Mutate step -> Optional.empty();
            case Plan.Sql step -> Optional.empty();
            case Combination several -> Optional.empty();
        };
    }

    /** How many bytes such a chain results in, as far as its data tells; rather too many than too few. */
    static long bytes(Plan plan) {
        return switch (plan) {
            case Plan.Source source -> source.leaf().bytes();
            case Plan.Select step -> columns(step.input(), step.names());
            case Plan.Drop step -> columns(step.input(), step.names());
            case Plan.Derive step -> derived(step);
            case Reshape.Sample step -> rows(step.input(), step.length());
            case Plan.Slice step -> rows(step.input(), step.length());
            case Plan.Tail step -> rows(step.input(), step.length());
            default -> plan.inputs().stream().mapToLong(Moves::bytes).sum();
        };
    }

    /** As wide as what it is made of, so that a column and another one plus 3 count the same. */
    private static long derived(Plan.Derive step) {
        List<String> read = Expression.of("series", step.column().expression())
                .mentioned(step.input().names());
        return columns(step.input(), read) / Math.max(1, read.size());
    }

    private static long rows(Plan input, long most) {
        long rows = PlanRows.atMost(input);
        long all = bytes(input);
        return rows <= most ? all : Math.round((double) all * most / rows);
    }

    /** By the widths of the columns where the types are known, else by their number. */
    private static long columns(Plan input, Collection<String> wanted) {
        List<String> names = input.names();
        if (names.isEmpty()) {
            return bytes(input);
        }
        Optional<Schema> schema = Direct.schema(input);
        double all = 0;
        double some = 0;
        for (int i = 0; i < names.size(); i++) {
            int at = i;
            double width = schema.map(it -> width(it.getFields().get(at))).orElse(1.0);
            all += width;
            some += wanted.contains(names.get(i)) ? width : 0;
        }
        return Math.round(bytes(input) * some / all);
    }

    private static double width(Field field) {
        Shape shape = Shape.of(field);
        double own =
                switch (shape.layout()) {
                    case FIXED -> shape.width();
                    case NOTHING, BITS, STRUCT, FIXED_LIST -> 0;
                    case BINARY, VIEW, LIST -> SOME_TEXT;
                };
        return 0.125
                + own
                + field.getChildren().stream().mapToDouble(Moves::width).sum();
    }
}
