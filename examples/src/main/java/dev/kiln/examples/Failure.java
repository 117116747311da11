package dev.kiln.examples;

import dev.kiln.frame.Frame;
import dev.kiln.pool.CallFailed;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A closure that throws: the caller gets the same exception, with the stack of the runner in front of its own. */
final class Failure {
    private static final String OURS = Failure.class.getPackageName();
    private static final int WIDTH = 96;

    private Failure() {}

    static void show(Stage stage, FlightData data) {
        Screen screen = stage.screen();
        screen.heading("A closure that throws: its own exception, with the stack of both sides");
        Frame airports = data.airports();
        try {
            Airports.Place found = stage.pool().call(() -> Airports.locate("ATLANTIS", airports));
            screen.line("found at " + found);
            stage.promises().check(false, "an airport that does not exist is not found");
        } catch (CallFailed failed) {
            print(screen, failed);
            Throwable cause = failed.getCause();
            stage.promises()
                    .check(
                            cause instanceof NoSuchElementException && isFromThere(cause),
                            "CallFailed has the closure's own exception as cause; the runner goes on");
        }
    }

    /** The messages of the chain, and of each stack the lines of this program. */
    private static void print(Screen screen, Throwable failed) {
        String prefix = "";
        for (Throwable one = failed; one != null; one = one.getCause()) {
            wrapped(prefix + firstLine(one)).forEach(line -> screen.line(screen.bad(line)));
            prefix = "caused by ";
            boolean skipped = false;
            for (StackTraceElement line : one.getStackTrace()) {
                boolean shown = isInteresting(line);
                if (!shown && !skipped) {
                    screen.line(screen.faint("    …"));
                }
                skipped = !shown;
                if (shown) {
                    screen.line("    at " + line);
                }
            }
        }
    }

    private static boolean isFromThere(@Nullable Throwable cause) {
        return cause != null
                && cause.getStackTrace().length > 0
                && cause.getStackTrace()[0].getClassName().equals(Airports.class.getName());
    }

    // Lines that are no method of any class mark where the stack goes on in another process.
    private static boolean isInteresting(StackTraceElement line) {
        return line.getClassName().startsWith(OURS) || line.getClassName().startsWith("---");
    }

    private static String firstLine(Throwable one) {
        return String.valueOf(one).lines().findFirst().orElse("");
    }

    private static List<String> wrapped(String text) {
        List<String> lines = new ArrayList<>();
        var line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
                line.append("   ");
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
