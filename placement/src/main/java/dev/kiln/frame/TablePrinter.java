package dev.kiln.frame;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * Draws a table as text:
 *
 * <pre>
 * ┌───────┬────────┐
 * │    id │ name   │
 * │ int64 │ string │
 * ├───────┼────────┤
 * │     1 │ Ada    │
 * │     2 │ null   │
 * └───────┴────────┘
 * 2 rows, 2 columns
 * </pre>
 *
 * Numbers stand right, long values are cut, and of many columns those in the middle are left out.
 */
final class TablePrinter {

    private static final int MAX_CELL = 32;
    private static final int MAX_LINE = 160;
    private static final String MORE = "…";

    private TablePrinter() {}

    /**
     * Draws.
     *
     * @param maxRows how many rows to show, at least 0
     */
    static String print(Table table, int maxRows) {
        List<TextColumn> columns = new ArrayList<>();
        for (Field field : table.schema().getFields()) {
            TextColumn column = new TextColumn(isNumber(field.getType()), new ArrayList<>());
            column.add(field.getName());
            column.add(TypeNames.of(field));
            columns.add(column);
        }
        int shown = addCells(table, maxRows, columns);
        int all = columns.size();
        List<TextColumn> fitting = fitting(columns);
        StringBuilder text = new StringBuilder();
        line(fitting, "┌", "┬", "┐", text);
        for (int row = 0; row < shown + 2; row++) {
            if (row == 2) {
                line(fitting, "├", "┼", "┤", text);
            }
            cells(fitting, row, text);
        }
        line(fitting, "└", "┴", "┘", text);
        return text.append(count(table.rows(), "row"))
                .append(", ")
                .append(count(all, "column"))
                .append(shown < table.rows() ? ", the first " + shown + " shown" : "")
                .toString();
    }

    /** Such as {@code 2 rows}. */
    static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private static int addCells(Table table, int maxRows, List<TextColumn> columns) {
        int shown = 0;
        for (int batch = 0; batch < table.batchCount() && shown < maxRows; batch++) {
            int count = Math.min(table.batchRows(batch), maxRows - shown);
            try (VectorSchemaRoot view = table.view(
                    batch, 0, count, IntStream.range(0, columns.size()).boxed().toList())) {
                for (int i = 0; i < columns.size(); i++) {
                    FieldVector vector = view.getVector(i);
                    for (int row = 0; row < count; row++) {
                        columns.get(i).add(text(CellReader.read(vector, row)));
                    }
                }
            }
            shown += count;
        }
        return shown;
    }

    /** Leaves out columns in the middle until a line is short enough, but keeps two. */
    private static List<TextColumn> fitting(List<TextColumn> columns) {
        int width = 1 + columns.stream().mapToInt(column -> column.width() + 3).sum();
        if (width <= MAX_LINE || columns.size() <= 2) {
            return columns;
        }
        TextColumn gap = new TextColumn(
                false,
                columns.getFirst().cells().stream().map(_ -> MORE).collect(Collectors.toCollection(ArrayList::new)));
        List<TextColumn> left = new ArrayList<>();
        List<TextColumn> right = new ArrayList<>();
        int used = 1 + gap.width() + 3;
        int from = 0;
        int to = columns.size();
        while (from < to) {
            boolean takeLeft = left.size() <= right.size();
            TextColumn next = takeLeft ? columns.get(from) : columns.get(to - 1);
            used += next.width() + 3;
            if (used > MAX_LINE && left.size() + right.size() >= 2) {
                break;
            }
            if (takeLeft) {
                left.add(next);
                from++;
            } else {
                right.addFirst(next);
                to--;
            }
        }
        left.add(gap);
        left.addAll(right);
        return left;
    }

    private static void line(List<TextColumn> columns, String left, String middle, String right, StringBuilder to) {
        to.append(columns.stream()
                        .map(column -> "─".repeat(column.width() + 2))
                        .collect(Collectors.joining(middle, left, right)))
                .append('\n');
    }

    private static void cells(List<TextColumn> columns, int row, StringBuilder to) {
        to.append(columns.stream()
                        .map(column -> " " + column.padded(row) + " ")
                        .collect(Collectors.joining("│", "│", "│")))
                .append('\n');
    }

    private static boolean isNumber(ArrowType type) {
        return type instanceof ArrowType.Int
                || type instanceof ArrowType.FloatingPoint
                || type instanceof ArrowType.Decimal;
    }

    /** A value on one line, not cut. */
    static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case byte[] it -> HexFormat.of().formatHex(it, 0, Math.min(it.length, MAX_CELL));
            case List<?> it -> it.stream().map(TablePrinter::text).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> it ->
                it.entrySet().stream()
                        .map(entry -> text(entry.getKey()) + ": " + text(entry.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            default -> oneLine(value.toString());
        };
    }

    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().limit(4L * MAX_CELL).forEach(point -> {
            switch (point) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> line.appendCodePoint(Character.isISOControl(point) ? '\uFFFD' : point);
            }
        });
        return line.toString();
    }

    /** The cells of one column from top to bottom: name, type, values. */
    private record TextColumn(boolean right, List<String> cells) {

        void add(String cell) {
            boolean fits = cell.codePointCount(0, cell.length()) <= MAX_CELL;
            cells.add(fits ? cell : cell.substring(0, cell.offsetByCodePoints(0, MAX_CELL - 1)) + MORE);
        }

        int width() {
            return cells.stream().mapToInt(TextColumn::width).max().orElse(0);
        }

        String padded(int row) {
            String cell = cells.get(row);
            String space = " ".repeat(width() - width(cell));
            return right ? space + cell : cell + space;
        }

        private static int width(String cell) {
            return cell.codePointCount(0, cell.length());
        }
    }
}
