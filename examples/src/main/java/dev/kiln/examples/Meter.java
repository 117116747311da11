package dev.kiln.examples;

import dev.kiln.frame.Frame;
import dev.kiln.frame.Traffic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What each process counts of the bytes of frames that it reads and receives: the runners of some frames, and this one. */
final class Meter {
    private static final String HERE = "here";
    private static final Traffic NOTHING = new Traffic(0, 0, 0, 0);

    private final Stage stage;
    private final List<Frame> frames;
    private final Reading begun;

    /** @param frames one on each runner */
    Meter(Stage stage, List<Frame> frames) {
        this.stage = stage;
        this.frames = frames;
        this.begun = read();
    }

    /** Per process, in the order of the frames, this one last. */
    record Reading(Map<String, Traffic> byProcess) {
        Reading since(Reading before) {
            Map<String, Traffic> difference = new LinkedHashMap<>();
            byProcess.forEach((process, traffic) ->
                    difference.put(process, traffic.since(before.byProcess.getOrDefault(process, NOTHING))));
            return new Reading(difference);
        }

        /** Of all processes together. */
        Traffic moved() {
            return byProcess.values().stream().reduce(NOTHING, Traffic::plus);
        }

        boolean everyRunnerScanned() {
            return byProcess.entrySet().stream()
                    .allMatch(process ->
                            process.getKey().equals(HERE) || process.getValue().scannedBytes() > 0);
        }
    }

    /** Asks all processes. That itself moves no frame. */
    Reading read() {
        Map<String, Traffic> now = new LinkedHashMap<>();
        for (Frame frame : frames) {
            now.put(frame.owner(), stage.pool().near(frame).call(Traffic::here));
        }
        now.put(HERE, Traffic.here());
        return new Reading(now);
    }

    /** What has been counted since the beginning. */
    void print() {
        Screen screen = stage.screen();
        screen.heading("What the processes have counted");
        screen.line(String.format("%-12s %14s %14s %22s", "", "scanned", "copied to it", "mapped, not moved"));
        Reading all = read().since(begun);
        all.byProcess().forEach((process, traffic) -> line(process, traffic));
        line("together", all.moved());
        screen.line("");
    }

    private void line(String process, Traffic traffic) {
        stage.screen()
                .line(String.format(
                        "%-12s %14s %14s %22s",
                        process,
                        Numbers.bytes(traffic.scannedBytes()),
                        Numbers.bytes(traffic.copiedBytes()),
                        Numbers.bytes(traffic.mappedBytes())));
    }
}
