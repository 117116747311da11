package dev.kiln.examples;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One table on four runners, and no byte of it moved: {@code ./kiln demo frames}. Each reads its part of three million flights,
 * groups it in place, and the groups come together on one of them. What was read and what was moved is counted by the processes
 * themselves. The exit code is 1 if anything was not as promised.
 */
public final class Frames {
    private static final int RUNNERS = 4;
    private static final Path FLIGHTS = Path.of("examples", "data", "flights-3m.parquet");

    private Frames() {}

    /** The delays that start in an hour of the day, 0 to 23; the mean is in minutes. */
    record Hour(long hour, long flights, double mean) {}

    /** Runs the demo. Takes no arguments; the working directory is the root of the project. */
    public static void main(String[] arguments) {
        Screen screen = Screen.open();
        if (!Files.isReadable(FLIGHTS)) {
            System.err.println("cannot read " + FLIGHTS.toAbsolutePath() + ": start this with ./kiln demo frames");
            System.exit(2);
        }
        var promises = new Promises(screen);
        screen.title("Kiln: one table on four runners, grouped where it lies");
        try (Pool pool = Pool.named("frames")
                .min(RUNNERS)
                .max(RUNNERS)
                .maxConcurrency(1) // so that four calls at once are on four runners
                .bootTimeout(Duration.ofMinutes(2)) // for machines that are busy with something else, too
                .timeout(Duration.ofMinutes(2))
                .open()) {
            var stage = new Stage(pool, screen, promises);
            List<Frame> parts = read(stage);
            var meter = new Meter(stage, parts);
            groupInPlace(stage, parts, meter);
            share(stage, parts, meter);
            meter.print();
            Frame.closeAll(parts);
        }
        promises.check(Flights.noChildIsLeft(screen), "this process has no descendants");
        screen.line("");
        screen.line(promises.summary());
        System.exit(promises.allKept() ? 0 : 1);
    }

    private static List<Frame> read(Stage stage) {
        Screen screen = stage.screen();
        screen.heading("Four runners, each reads a quarter of the flights");
        screen.code("Frame part = pool.call(() -> Quarter.read(flights, 1, 4))");
        List<Call<Frame>> calls = new ArrayList<>();
        for (int quarter = 1; quarter <= RUNNERS; quarter++) {
            int number = quarter;
            calls.add(stage.pool().submit(() -> Quarter.read(FLIGHTS, number, RUNNERS)));
        }
        List<Frame> parts = new ArrayList<>();
        for (Call<Frame> call : calls) {
            parts.add(stage.await("quarter " + (parts.size() + 1), call));
        }
        screen.line("");
        long rows = 0;
        for (Frame part : parts) {
            screen.line(String.format(
                    "%-12s %,10d flights %10s", part.owner(), part.rowCount(), Numbers.bytes(part.byteSize())));
            rows += part.rowCount();
        }
        screen.line("");
        long owners = parts.stream().map(Frame::owner).distinct().count();
        stage.promises()
                .check(owners == RUNNERS, Numbers.count(rows) + " flights are on " + owners + " runners, none is here");
        return parts;
    }

    private static void groupInPlace(Stage stage, List<Frame> parts, Meter meter) {
        Screen screen = stage.screen();
        screen.heading("Delays by hour: each runner groups its quarter, one of them puts the groups together");
        screen.code("""
                part.mutate("hour = hour(date)").groupBy("hour")
                        .summarise("flights = count(*)", "total = sum(delay)").compute()      // on each
                one.concatRows(two, three, four).groupBy("hour")
                        .summarise("flights = sum(flights)", "mean = sum(total) / sum(flights)")""");
        screen.line("");
        Meter.Reading before = meter.read();
        List<Frame> groups = Quarter.eachAtOnce(parts, Quarter::byHour);
        Meter.Reading grouped = meter.read();
        Frame hours = Quarter.together(groups).compute();
        List<Hour> rows = hours.toRows(Hour.class);
        Meter.Reading joined = meter.read();

        hours.mutate("mean = round(mean, 2)").show(6);
        screen.line("");
        HourChart.lines(rows).forEach(screen::line);
        screen.line("");
        Promises promises = stage.promises();
        Meter.Reading grouping = grouped.since(before);
        promises.check(
                grouping.everyRunnerScanned()
                        && grouping.moved().copiedBytes() == 0
                        && owners(groups).equals(owners(parts)),
                "each runner grouped its own quarter; not a byte of it moved");
        promises.check(
                owners(parts).contains(hours.owner()) && flights(rows) == rows(parts),
                "the groups of all " + Numbers.count(flights(rows)) + " flights came together on " + hours.owner());
        long scanned = joined.since(before).moved().scannedBytes();
        long moved = joined.since(before).moved().copiedBytes();
        promises.check(
                moved < scanned / 1000,
                Numbers.bytes(scanned) + " scanned, " + Numbers.bytes(moved)
                        + " moved: the groups, and the answer to here");
        Frame.closeAll(List.of(groups, hours));
    }

    private static void share(Stage stage, List<Frame> parts, Meter meter) {
        Screen screen = stage.screen();
        screen.heading("All late flights on one runner: large, and on one machine, so it sees the others' memory");
        screen.code("""
                one.concatRows(two, three, four)                                              // of late flights
                        .groupBy("origin").summarise("late = count(*)").sort("-late", "origin").head(5)""");
        screen.line("");
        List<Frame> late =
                Quarter.eachAtOnce(parts, part -> part.filter("delay > 15").compute());
        Meter.Reading before = meter.read();
        Frame all = late.getFirst().concatRows(late.subList(1, late.size()).toArray(Frame[]::new));
        Frame worst = all.groupBy("origin")
                .summarise("late = count(*)")
                .sort("-late", "origin")
                .head(5)
                .compute();
        Meter.Reading read = meter.read().since(before);
        worst.show();
        screen.line("");
        long mapped = read.moved().mappedBytes();
        long copied = read.moved().copiedBytes();
        stage.promises()
                .check(
                        mapped > 0 && copied == 0,
                        Numbers.bytes(mapped) + " of three other runners were read by " + worst.owner() + ", "
                                + Numbers.bytes(copied) + " moved");
        Frame.closeAll(List.of(late, all, worst));
    }

    private static List<String> owners(List<Frame> frames) {
        return frames.stream().map(Frame::owner).toList();
    }

    private static long rows(List<Frame> parts) {
        return parts.stream().mapToLong(Frame::rowCount).sum();
    }

    private static long flights(List<Hour> hours) {
        return hours.stream().mapToLong(Hour::flights).sum();
    }
}
