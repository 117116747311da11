package dev.kiln.examples;

import dev.kiln.frame.Frame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the caller knows of its handles without asking anybody: rows, bytes and owner. */
final class Handles {
    private static final String ROW = "%-24s %12s %11s   %s";
    private static final String[] DISTANCES = {"below 500 miles", "below 1,500 miles", "beyond"};

    private Handles() {}

    /** Every frame of the structure. */
    static List<Frame> all(FlightData data) {
        List<Frame> frames = new ArrayList<>(List.of(data.all(), data.airports()));
        data.byMonth().values().forEach(frames::addAll);
        data.halfDayLate().ifPresent(frames::add);
        frames.addAll(Arrays.asList(data.byDistance()));
        return frames;
    }

    static void print(Screen screen, FlightData data) {
        screen.line(screen.faint(ROW.formatted("Frame handles", "rows", "bytes", "owner")));
        print(screen, "all", data.all());
        print(screen, "airports", data.airports());
        screen.line(screen.faint("Map<String, List<Frame>> byMonth"));
        data.byMonth().forEach((month, frames) -> {
            print(screen, "  " + month + " on time", frames.getFirst());
            print(screen, "          late", frames.getLast());
        });
        screen.line(screen.faint("Optional<Frame> halfDayLate"));
        data.halfDayLate().ifPresent(frame -> print(screen, "  12 hours or more", frame));
        screen.line(screen.faint("Frame[] byDistance"));
        for (int i = 0; i < data.byDistance().length; i++) {
            print(screen, "  " + DISTANCES[i], data.byDistance()[i]);
        }
        screen.line(screen.faint("int[] byHour, plain values: flights by hour of the day, midnight to midnight"));
        screen.line("  " + Sparkline.of(data.byHour()));
    }

    private static void print(Screen screen, String name, Frame frame) {
        screen.line(
                ROW.formatted(name, Numbers.count(frame.rowCount()), Numbers.bytes(frame.byteSize()), frame.owner()));
    }
}
