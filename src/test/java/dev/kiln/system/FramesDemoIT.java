package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The demo that shows what moves between runners, and what does not. */
@ExtendWith(LeavesNothing.class)
class FramesDemoIT {
    private static final int MOST_COLUMNS = 100;

    @TempDir
    Path temporary;

    @Test
    @DisplayName("F-05, F-06, F-07: the demo groups in place, joins on one runner, and counts what was read and moved")
    void theDemoKeepsItsPromises() throws Exception {
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "--class-path",
                        JavaProgram.classPath(),
                        "dev.kiln.examples.Frames")
                .directory(Path.of(Objects.requireNonNull(System.getProperty("kiln.root")))
                        .toFile())
                .redirectErrorStream(true)
                .start();
        List<String> lines;
        try (var output = demo.inputReader(StandardCharsets.UTF_8)) {
            lines = output.lines().toList();
        }
        assertTrue(demo.waitFor(1, TimeUnit.MINUTES), "it closed its output but has not ended");
        String all = String.join("\n", lines);
        assertEquals(0, demo.exitValue(), all);
        assertTrue(lines.getLast().matches(" *all 6 promises kept"), all);
        assertTrue(all.contains("3,000,000 flights are on 4 runners, none is here"), all);
        assertTrue(all.contains("not a byte of it moved") && all.contains(", 0 B moved"), all);
        assertEquals(
                24, lines.stream().filter(line -> line.contains(" min of ")).count(), all);
        assertTrue(lines.stream().anyMatch(line -> line.matches(" *together( +[0-9.]+ [kM]?B){3}")), all);
        assertTrue(all.indexOf('\033') < 0 && all.indexOf('\r') < 0, "control characters in a pipe: " + all);
        assertEquals(
                List.of(),
                lines.stream()
                        .filter(line -> !line.startsWith("WARNING: ")) // the JDK's own
                        .filter(line -> line.codePointCount(0, line.length()) > MOST_COLUMNS)
                        .toList(),
                "lines of more than " + MOST_COLUMNS + " columns");
        try (var left = Files.list(temporary)) {
            assertEquals(List.of(), left.toList());
        }
    }
}
