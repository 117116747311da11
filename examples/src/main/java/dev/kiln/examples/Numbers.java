package dev.kiln.examples;

import java.time.Duration;
import java.util.Locale;

/** Numbers for people. */
final class Numbers {
    private static final double THOUSAND = 1000;

    private Numbers() {}

    /** A whole number with commas, as {@code 1,234}. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** A number with two digits after the point. */
    static String decimal(double number) {
        return String.format(Locale.ROOT, "%.2f", number);
    }

    /** Bytes with a decimal unit, as {@code 12.3 MB}. */
    static String bytes(long bytes) {
        if (bytes < THOUSAND) {
            return bytes + " B";
        }
        double value = bytes / THOUSAND;
        String[] units = {"kB", "MB", "GB", "TB"};
        int unit = 0;
        while (value >= THOUSAND && unit < units.length - 1) {
            value /= THOUSAND;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }

    /** Seconds with one digit, as {@code 1.2 s}. */
    static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / THOUSAND);
    }
}
