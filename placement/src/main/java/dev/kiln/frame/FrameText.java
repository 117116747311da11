package dev.kiln.frame;

import java.util.OptionalLong;

/** Frames for people. */
final class FrameText {
    private static final int PREVIEW = 5;

    private FrameText() {}

    /** What is known without I/O: the first rows, or the columns and the plan; also of a frame that is closed. */
    static String content(Frame frame) {
        try {
            return ": " + frame.with(FrameText::summary);
        } catch (IllegalStateException closed) {
            return " (closed)";
        }
    }

    private static String summary(Plan plan) {
        if (!(plan instanceof Plan.Source(Leaf leaf))) {
            return "not computed yet\n" + PlanText.outline(plan);
        }
        String preview =
                switch (leaf) {
                    case Table table -> table.preview(PREVIEW);
                    case RemoteTable data -> data.preview();
                };
        return "\n" + (preview.isEmpty() ? PlanText.outline(plan) : preview);
    }

    /** The first rows, fetched, as a table. */
    static String table(Plan plan, int rows, OptionalLong total) {
        Plan head = new Plan.Slice(plan, 0, rows);
        Table table = Place.of(plan).collect(head);
        try {
            String drawn = table.preview(rows);
            boolean all = total.isPresent() ? total.getAsLong() == table.rows() : table.rows() < rows;
            return all ? drawn : drawn.substring(0, drawn.lastIndexOf('\n') + 1) + part(table, total);
        } finally {
            table.release();
        }
    }

    /** The last line where not all rows were fetched. */
    private static String part(Table table, OptionalLong total) {
        String columns = ", " + TablePrinter.count(table.schema().getFields().size(), "column");
        return total.isPresent()
                ? TablePrinter.count(total.getAsLong(), "row") + columns + ", the first " + table.rows() + " shown"
                : "the first " + TablePrinter.count(table.rows(), "row") + columns;
    }

    /** The plan, and the statement where it can be told. */
    static String explain(Plan plan) {
        String where = "runs in: " + Place.of(plan).name() + "\n" + PlanText.outline(plan);
        if (Direct.applies(plan)) {
            return where + "without the engine, over the memory that is there\n";
        }
        if (!plan.isBound()) {
            return where + "the statement is written when it runs, because only the engine knows the columns\n";
        }
        return where + Query.of(plan).sql() + "\n";
    }
}
