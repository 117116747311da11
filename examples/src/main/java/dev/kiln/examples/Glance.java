package dev.kiln.examples;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Pool;
import java.nio.file.Path;
import java.util.Map;

/** Kiln in ten lines: {@code ./kiln demo glance}. */
public final class Glance {
    private Glance() {}

    /** Takes no arguments; the working directory is the root of the project. */
    public static void main(String[] arguments) {
        Path file = Path.of("examples/data/flights-3m.parquet");
        try (Pool pool = Pool.named("glance").max(2).open()) {
            Map<String, Frame> found = pool.call(() -> {
                Frame all = Frame.readParquet(file);
                return Map.of("late", all.filter("delay > 60"), "early", all.filter("delay < -10"));
            });
            found.forEach((when, flights) -> {
                System.out.println(flights.rowCount() + " " + when + ", on " + flights.owner());
                flights.groupBy("origin")
                        .summarise("flights = count(*)")
                        .sort("-flights")
                        .head(3)
                        .show();
            });
        }
    }
}
