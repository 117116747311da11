package dev.kiln.examples;

/** Numbers as bars of one line of text, the tallest for the greatest; zero is told from what is only small. */
final class Sparkline {
    private static final String BARS = "▁▂▃▄▅▆▇█";

    private Sparkline() {}

    static String of(int[] values) {
        int most = 1;
        for (int value : values) {
            most = Math.max(most, value);
        }
        var line = new StringBuilder();
        for (int value : values) {
            line.append(BARS.charAt(value <= 0 ? 0 : (int) Math.ceilDiv((long) value * (BARS.length() - 1), most)));
        }
        return line.toString();
    }
}
