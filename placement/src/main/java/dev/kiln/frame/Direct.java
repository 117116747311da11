package dev.kiln.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Verbs that need no engine: those that only look at a part of a table, done over the same memory without a copy, and those
 * that put columns side by side, which are copied.
 */
final class Direct {
    private Direct() {}

    /** Whether the whole plan consists of such verbs. */
    static boolean applies(Plan plan) {
        return applies(plan, true);
    }

    private static boolean applies(Plan plan, boolean mayCopy) {
        return switch (plan) {
            case Plan.Source source -> source.leaf() instanceof Table;
            case Plan.Select step -> applies(step.input(), mayCopy);
            case Plan.Drop step -> applies(step.input(), mayCopy);
            case Plan.Rename step -> applies(step.input(), mayCopy);
            case Plan.Slice step -> applies(step.input(), mayCopy);
            case Plan.Tail step -> applies(step.input(), mayCopy);
            case Combination.ConcatColumns concat ->
                mayCopy && concat.inputs().stream().allMatch(Direct::applies);
            case Combination.Put put -> mayCopy && put.inputs().stream().allMatch(Direct::applies);
            default -> false;
        };
    }

    /** The result of a plan that this {@link #applies} to; the caller has its one reference. */
    static Table view(Plan plan) {
        return switch (plan) {
            case Plan.Source source -> {
                Table table = (Table) source.leaf();
                table.retain();
                yield table;
            }
            case Plan.Select step -> columns(step.input(), step.names(), step.names());
            case Plan.Drop step -> columns(step.input(), step.names(), step.names());
            case Plan.Rename step -> columns(step.input(), step.input().names(), step.names());
            case Plan.Slice step -> rows(step.input(), step.offset(), step.length());
            case Plan.Tail step -> last(step.input(), step.length());
            case Combination.ConcatColumns concat -> beside(concat.inputs());
            case Combination.Put put -> put(put);
            default -> throw new IllegalArgumentException("needs the engine: " + PlanText.verb(plan));
        };
    }

    /** The same plan with views in the place of the verbs at its bottom that need no copy; the caller releases those it gets to know. */
    static Plan fold(Plan plan, List<Table> made) {
        if (plan instanceof Plan.Source) {
            return plan;
        }
        if (!applies(plan, false)) {
            return plan.with(
                    plan.inputs().stream().map(input -> fold(input, made)).toList());
        }
        Table view = view(plan);
        made.add(view);
        return new Plan.Source(view);
    }

    /** The schema of such a plan, also where the data is elsewhere. */
    static Optional<Schema> schema(Plan plan) {
        return switch (plan) {
            case Plan.Source source -> Optional.of(source.leaf().schema());
            case Plan.Select step -> schema(step.input(), step.names(), step.names());
            case Plan.Drop step -> schema(step.input(), step.names(), step.names());
            case Plan.Rename step -> schema(step.input(), step.input().names(), step.names());
            case Plan.Slice step -> schema(step.input());
            case Plan.Tail step -> schema(step.input());
            case Combination.ConcatColumns concat -> schema(concat.inputs());
            case Combination.Put put -> schema(put.inputs()).map(both -> picked(both, positions(put), put.names()));
            default -> Optional.empty();
        };
    }

    private static Optional<Schema> schema(Plan input, List<String> columns, List<String> names) {
        return schema(input)
                .map(before -> picked(
                        before, columns.stream().map(names(before)::indexOf).toList(), names));
    }

    private static List<String> names(Schema schema) {
        return schema.getFields().stream().map(Field::getName).toList();
    }

    private static Optional<Schema> schema(List<Plan> inputs) {
        List<Field> fields = new ArrayList<>();
        for (Plan input : inputs) {
            Optional<Schema> known = schema(input);
            if (known.isEmpty()) {
                return known;
            }
            fields.addAll(known.get().getFields());
        }
        return Optional.of(new Schema(fields));
    }

    private static Schema picked(Schema before, List<Integer> positions, List<String> names) {
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            Field field = before.getFields().get(positions.get(i));
            fields.add(new Field(names.get(i), field.getFieldType(), field.getChildren()));
        }
        return new Schema(fields);
    }

    /** Where the columns of the result are among those of the frame and then the new one. */
    private static List<Integer> positions(Combination.Put put) {
        List<String> frame = put.frame().names();
        return put.names().stream()
                .map(name -> name.equals(put.name()) ? frame.size() : frame.indexOf(name))
                .toList();
    }

    private static Table put(Combination.Put put) {
        Table both = beside(put.inputs());
        try {
            return both.select(positions(put), put.names());
        } finally {
            both.release();
        }
    }

    private static Table beside(List<Plan> inputs) {
        List<Table> sides = new ArrayList<>();
        try {
            inputs.forEach(input -> sides.add(view(input)));
            return SideBySide.of(sides);
        } finally {
            sides.forEach(Table::release);
        }
    }

    private static Table columns(Plan input, List<String> columns, List<String> names) {
        Table before = view(input);
        try {
            List<String> available = input.names();
            return before.select(columns.stream().map(available::indexOf).toList(), names);
        } finally {
            before.release();
        }
    }

    private static Table rows(Plan input, long offset, long length) {
        Table before = view(input);
        try {
            long from = Math.min(offset, before.rows());
            return before.slice(from, Math.min(length, before.rows() - from));
        } finally {
            before.release();
        }
    }

    private static Table last(Plan input, long length) {
        Table before = view(input);
        try {
            long count = Math.min(length, before.rows());
            return before.slice(before.rows() - count, count);
        } finally {
            before.release();
        }
    }
}
