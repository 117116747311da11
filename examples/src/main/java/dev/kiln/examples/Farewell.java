package dev.kiln.examples;

import dev.kiln.frame.Frame;
import java.time.Duration;

/** Letting go: by hand, by the garbage collector, and of the runners themselves. */
final class Farewell {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int BAR = 30;

    private Farewell() {}

    static void closeOne(Stage stage, FlightData data) {
        Screen screen = stage.screen();
        screen.heading("Letting go: what nobody here can reach is freed over there");
        long before = stage.residentBytes();
        screen.line("held there for this process: " + stage.residentCount() + " frames, " + Numbers.bytes(before));
        Frame shortFlights = data.byDistance()[0];
        long size = shortFlights.byteSize();
        shortFlights.close();
        boolean gone = screen.until(
                "frame.close()",
                () -> Numbers.bytes(stage.residentBytes()) + " left",
                PATIENCE,
                () -> stage.residentBytes() <= before - size);
        stage.promises().check(gone, "one close() freed " + Numbers.bytes(size) + " on the runner");
    }

    static void dropTheRest(Stage stage) {
        long before = stage.residentBytes();
        boolean gone = stage.screen()
                .until("System.gc() here", () -> bar(stage.residentBytes(), before), PATIENCE, () -> {
                    System.gc();
                    return stage.residentBytes() == 0 && stage.residentCount() == 0;
                });
        stage.promises()
                .check(gone, "the garbage collector here freed the other " + Numbers.bytes(before) + " over there");
    }

    static void awaitTheEnd(Stage stage, Duration idle) {
        stage.screen().heading("The end: idle runners go after " + Numbers.seconds(idle));
        boolean gone = stage.screen().until("idle", stage::runners, idle.plus(PATIENCE), () -> stage.pool()
                .runners()
                .isEmpty());
        stage.promises().check(gone, "no runner is left, and the pool would start one for the next call");
    }

    private static String bar(long left, long all) {
        int full = all == 0 ? 0 : (int) (left * BAR / all);
        return "█".repeat(full) + "░".repeat(BAR - full) + " " + Numbers.bytes(left) + " left";
    }
}
