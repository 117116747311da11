package dev.kiln.bench;

import dev.kiln.frame.Frame;
import java.util.LinkedHashMap;
import java.util.Map;

/** Frames of a wanted size: a column of doubles and one of longs. */
final class Columns {
    private static final long ROW_BYTES = 16;

    private Columns() {}

    /** A row. */
    record Row(double value, long number) {}

    /** A frame whose row i is (i / 2.0, i). */
    static Frame ofBytes(long bytes) {
        int rows = rows(bytes);
        double[] values = new double[rows];
        long[] numbers = new long[rows];
        for (int i = 0; i < rows; i++) {
            values[i] = i / 2.0;
            numbers[i] = i;
        }
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("value", values);
        columns.put("number", numbers);
        return Frame.columns(columns);
    }

    static int rows(long bytes) {
        return Math.toIntExact(bytes / ROW_BYTES);
    }
}
