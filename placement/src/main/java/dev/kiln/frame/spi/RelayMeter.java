package dev.kiln.frame.spi;

import java.util.concurrent.atomic.LongAdder;

/** Counts what this process passes on from one party to another, for {@link dev.kiln.frame.Traffic}. Any thread. */
public final class RelayMeter {
    private static final LongAdder BYTES = new LongAdder();

    private RelayMeter() {}

    /** A message with so many bytes for another party went through here. */
    public static void passedOn(long bytes) {
        BYTES.add(bytes);
    }

    /** All of that since the process began. */
    public static long bytes() {
        return BYTES.sum();
    }
}
