package dev.kiln.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table of text whose columns are as wide as they need to be: the first to the left, the others to the right. */
final class Report {
    private static final double THOUSAND = 1000;

    private final String title;
    private final List<String[]> rows = new ArrayList<>();

    Report(String title, String... heads) {
        this.title = title;
        rows.add(heads);
    }

    void row(String... cells) {
        rows.add(cells);
    }

    void print() {
        System.out.println(title);
        for (String[] row : rows) {
            var line = new StringBuilder("  ");
            for (int column = 0; column < row.length; column++) {
                int index = column;
                int width = rows.stream()
                        .mapToInt(cells -> cells[index].length())
                        .max()
                        .orElse(1);
                line.append(String.format(column == 0 ? "%-" + width + "s" : "   %" + width + "s", row[column]));
            }
            System.out.println(line.toString().stripTrailing());
        }
    }

    static String micros(double nanos) {
        return String.format(Locale.ROOT, "%.1f µs", nanos / THOUSAND);
    }

    static String millis(double nanos) {
        return String.format(Locale.ROOT, "%.2f ms", nanos / THOUSAND / THOUSAND);
    }

    static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,.1f MB", bytes / THOUSAND / THOUSAND);
    }

    static String ratio(double value, double base) {
        return String.format(Locale.ROOT, "%.2f", value / base);
    }

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
