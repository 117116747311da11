package dev.kiln.examples;

import dev.kiln.frame.Frame;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/** A part of the flights, and what is asked of each and of all together. */
final class Quarter {
    /** The number of flights in the file. */
    private static final long FLIGHTS = 3_000_000;

    private Quarter() {}

    /**
     * Reads a part of the file and none of the rest, in whatever process this is called.
     *
     * @param number from 1 to {@code of}
     */
    static Frame read(Path flights, int number, int of) {
        long from = FLIGHTS * (number - 1) / of;
        long to = FLIGHTS * number / of;
        return Frame.readSql("select * exclude (file_row_number) from read_parquet('" + flights
                + "', file_row_number = true) where file_row_number >= " + from + " and file_row_number < " + to);
    }

    /** The number and the sum of the delays in each hour of the day, computed where the part is. */
    static Frame byHour(Frame part) {
        return part.mutate("hour = hour(date)")
                .groupBy("hour")
                .summarise("flights = count(*)", "total = sum(delay)")
                .compute();
    }

    /** The number and the mean of the delays in each hour of all parts. Lazy. */
    static Frame together(List<Frame> byHour) {
        return byHour.getFirst()
                .concatRows(byHour.subList(1, byHour.size()).toArray(Frame[]::new))
                .groupBy("hour")
                .summarise("flights = sum(flights)", "mean = sum(total) / sum(flights)")
                .sort("hour");
    }

    /** Asks the same of all parts at once; what is asked waits for its answer. */
    static List<Frame> eachAtOnce(List<Frame> parts, UnaryOperator<Frame> question) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Frame>> answers = parts.stream()
                    .map(part -> CompletableFuture.supplyAsync(() -> question.apply(part), threads))
                    .toList();
            return answers.stream().map(CompletableFuture::join).toList();
        }
    }
}
