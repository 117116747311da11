package dev.kiln.bench;

import dev.kiln.frame.Frame;
import java.util.LinkedHashMap;
import java.util.Map;

/** Rows to filter and group: whom they belong to (1,000 of them), an amount, a score that every second one passes, and more. */
final class Trades {
    static final double PASSING = 0.5;

    private static final int OWNERS = 1_000;
    private static final int AMOUNTS = 97;
    private static final int SCORES = 1_000;

    private Trades() {}

    static int owner(int row) {
        return (int) (row * 7_919L % OWNERS);
    }

    static long amount(int row) {
        return row % AMOUNTS;
    }

    static double score(int row) {
        return row * 31L % SCORES / (double) SCORES;
    }

    static Frame frame(int rows) {
        int[] owners = new int[rows];
        long[] amounts = new long[rows];
        double[] scores = new double[rows];
        int[] days = new int[rows];
        for (int row = 0; row < rows; row++) {
            owners[row] = owner(row);
            amounts[row] = amount(row);
            scores[row] = score(row);
            days[row] = row / 1_000;
        }
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("owner", owners);
        columns.put("amount", amounts);
        columns.put("score", scores);
        columns.put("day", days);
        return Frame.columns(columns);
    }
}
