package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The demo that shows a pool at work. */
@ExtendWith(LeavesNothing.class)
class PoolDemoIT {
    private static final int MOST_COLUMNS = 100;
    private static final Pattern CALLS =
            Pattern.compile("calls +(\\d+) made, (\\d+) returned, (\\d+) lost with (tide-\\d+), 0 failed");

    @TempDir
    Path temporary;

    @Test
    @DisplayName("P-25, P-28: the demo grows, loses a runner, gets over it, shrinks, and leaves nothing behind")
    void theDemoShowsTheRecovery() throws Exception {
        try (JavaProgram demo = JavaProgram.start(
                List.of("-Djava.io.tmpdir=" + temporary, "-cp", JavaProgram.classPath(), "dev.kiln.examples.PoolDemo"),
                List.of("6"))) {
            assertEquals(0, demo.status(), demo::output);
            String all = demo.output();
            List<String> lines = all.lines().toList();
            assertTrue(lines.getLast().matches(" *all \\d+ promises kept"), all);
            Matcher calls = CALLS.matcher(all);
            assertTrue(calls.find(), all);
            int made = Integer.parseInt(calls.group(1));
            assertEquals(made, Integer.parseInt(calls.group(2)) + Integer.parseInt(calls.group(3)));
            assertTrue(all.contains("kill -9 ") && all.contains(calls.group(4) + " dies"), all);
            assertTrue(all.contains("runners    at most 4 at once"), all);
            assertTrue(all.indexOf('\033') < 0 && all.indexOf('\r') < 0, "control characters in a pipe: " + all);
            assertEquals(
                    List.of(),
                    lines.stream()
                            .filter(line -> !line.startsWith("WARNING: ")) // the JDK's own
                            .filter(line -> line.codePointCount(0, line.length()) > MOST_COLUMNS)
                            .toList(),
                    "lines of more than " + MOST_COLUMNS + " columns");
        }
        try (var left = Files.list(temporary)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    @DisplayName("the demo refuses a time that it cannot use")
    void theDemoRefusesOtherArguments() throws Exception {
        try (JavaProgram demo = JavaProgram.start(
                List.of("-cp", JavaProgram.classPath(), "dev.kiln.examples.PoolDemo"), List.of("soon"))) {
            assertEquals(2, demo.status());
            assertTrue(demo.output().contains("4 to 3600 seconds, was soon"), demo.output());
        }
    }
}
