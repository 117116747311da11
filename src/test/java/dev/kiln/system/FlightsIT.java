package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.examples.WorstAirports;
import dev.kiln.frame.Frame;
import dev.kiln.pool.Pool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo of the README: its figures are right, and its program does what it says. */
class FlightsIT {
    private static final int MOST_COLUMNS = 100;

    // Not static: closures load this class on runners, which do not have the property.
    private final Path root = root();
    private final Path flightsFile = root.resolve("examples/data/flights-3m.parquet");
    private final Path airportsFile = root.resolve("examples/data/airports.csv");

    record Airport(String origin, long flights, double meanDelay) {}

    @Test
    @DisplayName(
            "F-01, F-05, F-08: the worst airports, asked on handles, are those that DuckDB alone finds in the file")
    void theWorstAirportsAreThoseThatDuckDbAloneFinds() throws SQLException {
        Path flights = flightsFile;
        Path airports = airportsFile;
        List<Airport> found;
        try (Pool pool = Pool.named("flights-it").max(1).open()) {
            Map<String, Frame> frames =
                    pool.call(() -> Map.of("flights", Frame.readParquet(flights), "airports", Frame.readCsv(airports)));
            Frame worst = WorstAirports.of(frames.get("flights"), frames.get("airports"));
            assertTrue(worst.isRemote(), "the question is asked where the flights are");
            found = worst.select("origin", "flights", "mean_delay")
                    .rename("mean_delay", "meanDelay")
                    .toRows(Airport.class);
        }
        assertEquals(worstByDuckDb(flights), found);
    }

    private static List<Airport> worstByDuckDb(Path flights) throws SQLException {
        List<Airport> expected = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select origin, count(*), avg(delay) from '" + flights
                        + "' group by origin order by avg(delay) desc limit 10")) {
            while (rows.next()) {
                expected.add(new Airport(rows.getString(1), rows.getLong(2), rows.getDouble(3)));
            }
        }
        assertEquals(10, expected.size());
        return expected;
    }

    @Test
    @DisplayName("P-28, R-07: the demo keeps its promises without any flag, and leaves no process or file behind")
    void theDemoKeepsItsPromisesAndLeavesNothingBehind(@TempDir Path temporary) throws Exception {
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "--class-path",
                        System.getProperty("java.class.path"),
                        "dev.kiln.examples.Flights")
                .directory(root.toFile())
                .redirectErrorStream(true)
                .start();
        List<String> output;
        try (var lines = demo.inputReader(StandardCharsets.UTF_8)) {
            output = lines.lines().toList();
        }
        assertTrue(demo.waitFor(1, TimeUnit.MINUTES), "it closed its output but has not ended");

        String all = String.join("\n", output);
        assertEquals(0, demo.exitValue(), all);
        assertTrue(output.getLast().matches(" *all \\d+ promises kept"), all);
        assertTrue(all.contains("BGR") && all.contains("Bangor"), "the table of the worst airports is missing: " + all);
        assertTrue(all.indexOf('\033') < 0 && all.indexOf('\r') < 0, "control characters in a pipe: " + all);
        List<String> wide = output.stream()
                .filter(line -> !line.startsWith("WARNING: ")) // the JDK's own
                .filter(line -> line.codePointCount(0, line.length()) > MOST_COLUMNS)
                .toList();
        assertEquals(List.of(), wide, "lines of more than " + MOST_COLUMNS + " columns");
        assertEquals(List.of(), filesIn(temporary));
        assertEquals(List.of(), processesThatMention(temporary));
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }

    /** The runners inherit the option that names the folder. */
    private static List<String> processesThatMention(Path folder) {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(command -> command.contains(folder.toString()))
                .toList();
    }

    private static Path root() {
        String checkout = Objects.requireNonNull(
                System.getProperty("kiln.root"), "run by the build, or set -Dkiln.root=<folder of the root pom.xml>");
        return Path.of(checkout).toAbsolutePath().normalize();
    }
}
