package dev.kiln.frame;

import dev.kiln.frame.spi.RelayMeter;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many bytes of frames a process has read, received and passed on since it began: measured where it happens, not estimated.
 *
 * <pre>{@code
 * Traffic there = pool.near(frame).call(() -> Traffic.here());
 * }</pre>
 *
 * @param scannedBytes what the engine was given to read of frames: only the columns that a statement needs, as often as it
 *     reads them; files that it reads itself are not frames
 * @param copiedBytes what came from other processes in messages
 * @param mappedBytes what came from other processes without a byte being moved: their memory, seen from here
 * @param relayedBytes what other processes of a pool told each other by way of this one, which is their caller: questions, answers
 *     and results of nested calls, frames in them or not
 */
public record Traffic(long scannedBytes, long copiedBytes, long mappedBytes, long relayedBytes) {

    private static final LongAdder SCANNED = new LongAdder();
    private static final LongAdder COPIED = new LongAdder();
    private static final LongAdder MAPPED = new LongAdder();

    /** That of this process until now. Any thread. */
    public static Traffic here() {
        return new Traffic(SCANNED.sum(), COPIED.sum(), MAPPED.sum(), RelayMeter.bytes());
    }

    /** What was added since then. */
    public Traffic since(Traffic before) {
        return new Traffic(
                scannedBytes - before.scannedBytes,
                copiedBytes - before.copiedBytes,
                mappedBytes - before.mappedBytes,
                relayedBytes - before.relayedBytes);
    }

    /** Both together. */
    public Traffic plus(Traffic other) {
        return new Traffic(
                scannedBytes + other.scannedBytes,
                copiedBytes + other.copiedBytes,
                mappedBytes + other.mappedBytes,
                relayedBytes + other.relayedBytes);
    }

    static void scanned(long bytes) {
        SCANNED.add(bytes);
    }

    static void copied(long bytes) {
        COPIED.add(bytes);
    }

    static void mapped(long bytes) {
        MAPPED.add(bytes);
    }
}
