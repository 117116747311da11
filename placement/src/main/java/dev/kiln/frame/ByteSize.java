package dev.kiln.frame;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as the engine is told them, such as {@code 2GB} or {@code 512MiB}. */
final class ByteSize {
    private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([KMGT]?)(I?)B?");
    private static final String UNITS = "KMGT";

    private ByteSize() {}

    /** The bytes; empty if the text is not understood here: the engine may still understand it. */
    static OptionalLong parse(String text) {
        Matcher size = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!size.matches()) {
            return OptionalLong.empty();
        }
        double base = size.group(3).isEmpty() ? 1000 : 1024;
        int power = size.group(2).isEmpty() ? 0 : UNITS.indexOf(size.group(2)) + 1;
        return OptionalLong.of((long) (Double.parseDouble(size.group(1)) * Math.pow(base, power)));
    }
}
