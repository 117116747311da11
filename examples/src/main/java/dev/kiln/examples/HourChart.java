package dev.kiln.examples;

import java.util.List;
import java.util.Locale;

/** The mean delay by hour of the day as bars that lie. */
final class HourChart {
    private static final int WIDTH = 40;
    private static final String BAR = "█";

    private HourChart() {}

    /** A line for each hour; an hour whose flights are early on average has no bar. */
    static List<String> lines(List<Frames.Hour> hours) {
        double most = hours.stream().mapToDouble(Frames.Hour::mean).max().orElse(0);
        return hours.stream().map(hour -> line(hour, most)).toList();
    }

    private static String line(Frames.Hour hour, double most) {
        int length = most <= 0 || hour.mean() <= 0 ? 0 : (int) Math.ceil(WIDTH * hour.mean() / most);
        return String.format(
                Locale.ROOT,
                "%02d h  %-" + WIDTH + "s %6.2f min of %,9d flights",
                hour.hour(),
                BAR.repeat(length),
                hour.mean(),
                hour.flights());
    }
}
