package dev.kiln.examples;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Six calls at once for two runners with one slot each: how sure is the mean delay of a month? */
final class Resampling {
    private static final String ROW = "%-8s %7s  %14s  %-10s %7s  %s";
    private static final long LEAST_FLIGHTS = 1000;
    private static final int BAR = 42;

    private Resampling() {}

    static void show(Stage stage, FlightData data) {
        Screen screen = stage.screen();
        screen.heading("Two runners at once: plain Java on captured handles, one slot each");
        List<Call<Shift>> calls = new ArrayList<>();
        data.byMonth().forEach((month, frames) -> {
            Frame late = frames.getLast();
            Frame onTime = frames.getFirst();
            if (onTime.rowCount() >= LEAST_FLIGHTS) {
                calls.add(stage.pool().submit(() -> Shift.of(month, onTime, late)));
            }
        });
        screen.until(
                calls.size() + " calls",
                () -> stage.runners() + ", " + done(calls) + " done",
                Duration.ofMinutes(2),
                () -> done(calls) == calls.size());
        List<Shift> shifts = calls.stream().map(Call::join).toList();
        screen.line("");
        chart(screen, shifts);
        screen.line("");
        long runners = shifts.stream().mapToLong(Shift::pid).distinct().count();
        stage.promises()
                .check(runners == 2 && overlap(shifts), "two runners worked at the same time, on the same frames");
    }

    private static long done(List<Call<Shift>> calls) {
        return calls.stream()
                .map(Call::toCompletableFuture)
                .filter(CompletableFuture::isDone)
                .count();
    }

    private static boolean overlap(List<Shift> shifts) {
        return shifts.stream().anyMatch(one -> shifts.stream()
                .anyMatch(other -> one.pid() != other.pid()
                        && one.from().isBefore(other.to())
                        && other.from().isBefore(one.to())));
    }

    private static void chart(Screen screen, List<Shift> shifts) {
        Instant from =
                shifts.stream().map(Shift::from).min(Comparator.naturalOrder()).orElseThrow();
        Instant to =
                shifts.stream().map(Shift::to).max(Comparator.naturalOrder()).orElseThrow();
        long all = Math.max(1, Duration.between(from, to).toMillis());
        String axis = Numbers.seconds(Duration.between(from, to));
        screen.line(screen.faint(ROW.formatted(
                "month",
                "mean",
                "95 % interval",
                "runner",
                "pid",
                "0 s" + " ".repeat(BAR - 3 - axis.length()) + axis)));
        for (Shift shift : shifts) {
            int start = (int) (Duration.between(from, shift.from()).toMillis() * BAR / all);
            int end = (int) (Duration.between(from, shift.to()).toMillis() * BAR / all);
            screen.line(ROW.formatted(
                    shift.month(),
                    Numbers.decimal(shift.mean()),
                    Numbers.decimal(shift.low()) + " to " + Numbers.decimal(shift.high()),
                    shift.runner(),
                    shift.pid(),
                    " ".repeat(start) + "█".repeat(Math.max(1, end - start))));
        }
    }
}
