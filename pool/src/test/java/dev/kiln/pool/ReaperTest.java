package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kiln.pool.spi.BootProblem;
import dev.kiln.runner.RunnerMain;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("R-06: a runner is known by its command line")
class ReaperTest {
    private static final String MAIN = RunnerMain.class.getName();
    private static final String FILE = "/tmp/kiln-1-2-3/media-7.boot";
    private static final String TIME = "-Dkiln.runner.outlives.millis=50000";

    private static final Reaper.Command RUNNER =
            new Reaper.Command("media-7", Path.of("/tmp/kiln-1-2-3"), Duration.ofSeconds(50));

    @Test
    void asItsPoolWritesIt() throws BootProblem {
        List<String> command =
                JavaCommand.ofThisProgram().toRun(Path.of(FILE), Duration.ofSeconds(50), List.of("-Xmx1g"));
        assertEquals(Optional.of(RUNNER), Reaper.read(command));
        assertEquals(Optional.of(RUNNER), Reaper.read(List.of("java", TIME, "--module", "kiln.runner/" + MAIN, FILE)));
    }

    @Test
    void theLastTimeCounts() {
        assertEquals(
                Duration.ZERO,
                Reaper.read(List.of("java", TIME, "-Dkiln.runner.outlives.millis=0", MAIN, FILE))
                        .orElseThrow()
                        .outlives());
    }

    @Test
    void nothingElseIsOne() {
        for (List<String> command : List.of(
                List.<String>of(),
                List.of(MAIN),
                List.of("java", TIME, "com.example.Main", FILE),
                List.of("java", TIME, MAIN, FILE, "more"),
                List.of("java", TIME, MAIN, "/tmp/kiln-1-2-3/media-7"),
                List.of("java", TIME, MAIN, "media-7.boot"),
                List.of("java", TIME, MAIN, "\0.boot"),
                List.of("java", "-Dkiln.runner.outlives.millis=soon", MAIN, FILE),
                List.of("java", MAIN, FILE))) {
            assertEquals(Optional.empty(), Reaper.read(command), command::toString);
        }
    }
}
