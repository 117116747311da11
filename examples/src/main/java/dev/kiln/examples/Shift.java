package dev.kiln.examples;

import dev.kiln.frame.Frame;
import dev.kiln.runner.Runner;
import dev.kiln.runner.RunnerContext;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A month's mean delay in minutes with its 95 % confidence interval by the bootstrap, and who worked on it when.
 *
 * @param runner the runner's id, {@code here} if it was none
 */
record Shift(String month, String runner, long pid, Instant from, Instant to, double mean, double low, double high) {
    private static final int SAMPLES = 160;
    private static final int DRAWS = 250_000;
    private static final long SEED = 2001;

    /** A row. */
    record Delay(long delay) {}

    /** A quarter of a second of work for one processor. Closes the frames: a call's captured handles are its own. */
    static Shift of(String month, Frame onTime, Frame late) {
        Instant from = Instant.now();
        long[] delays = delays(onTime, late);
        double mean = Arrays.stream(delays).average().orElseThrow();
        // Draws are fewer than flights, to save time, so the spread is brought back to the size of the whole.
        double scale = Math.sqrt((double) DRAWS / delays.length);
        var random = new SplittableRandom(SEED);
        double[] errors = new double[SAMPLES];
        for (int sample = 0; sample < SAMPLES; sample++) {
            long sum = 0;
            for (int draw = 0; draw < DRAWS; draw++) {
                sum += delays[random.nextInt(delays.length)];
            }
            errors[sample] = ((double) sum / DRAWS - mean) * scale;
        }
        Arrays.sort(errors);
        return new Shift(
                month,
                Runner.current().map(RunnerContext::id).orElse("here"),
                ProcessHandle.current().pid(),
                from,
                Instant.now(),
                mean,
                mean + errors[SAMPLES / 40],
                mean + errors[SAMPLES - 1 - SAMPLES / 40]);
    }

    private static long[] delays(Frame onTime, Frame late) {
        try (onTime;
                late;
                Frame all = onTime.concatRows(late);
                Frame column = all.select("delay")) {
            return column.toRows(Delay.class).stream().mapToLong(Delay::delay).toArray();
        }
    }
}
