package dev.kiln.gc;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What happened, as a sequence of messages in text: a column for each process, time from top to bottom. An arrow stands where
 * its message arrives, with the time when it was sent; one that ends in an x was lost. Keeps nothing unless it was asked for.
 *
 * <pre>
 *     12  a                 b                 c
 *         |                 |                 |
 *     15  |---------------->|                 |   t2 GIVE [a#1/1] (sent 12)
 *     15  |                 * reads           |
 * </pre>
 */
final class Diagram {
    private static final int WIDTH = 12;

    private final boolean on;
    private final int columns;
    private final List<String> lines = new ArrayList<>();

    private Diagram(boolean on, int columns) {
        this.on = on;
        this.columns = columns;
    }

    static Diagram none() {
        return new Diagram(false, 0);
    }

    static Diagram of(int parties) {
        var diagram = new Diagram(true, parties);
        var heads = new StringBuilder();
        for (int i = 0; i < parties; i++) {
            heads.append(String.format("%-" + WIDTH + "s", (char) ('a' + i)));
        }
        diagram.lines.add("  time  " + heads);
        return diagram;
    }

    void message(long sent, long arrived, String from, String to, boolean arrives, Supplier<String> label) {
        if (on) {
            String text = label.get();
            if (!text.isEmpty()) {
                int start = Math.min(column(from), column(to));
                int end = Math.max(column(from), column(to));
                char[] row = row();
                for (int i = start + 1; i < end; i++) {
                    row[i] = '-';
                }
                boolean right = column(from) < column(to);
                char head = arrives ? (right ? '>' : '<') : 'x';
                row[right ? end - 1 : start + 1] = head;
                line(arrived, row, text + " (sent " + sent + ")");
            }
        }
    }

    void note(long time, String who, Supplier<String> text) {
        if (on) {
            char[] row = row();
            row[column(who)] = '*';
            line(time, row, who + " " + text.get());
        }
    }

    private void line(long time, char[] row, String text) {
        lines.add(String.format("%6d  %s  %s", time, new String(row), text));
    }

    private char[] row() {
        char[] row = " ".repeat((columns - 1) * WIDTH + 1).toCharArray();
        for (int i = 0; i < columns; i++) {
            row[i * WIDTH] = '|';
        }
        return row;
    }

    private static int column(String name) {
        return (name.charAt(0) - 'a') * WIDTH;
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
