package dev.kiln.examples;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * Three million flights in another process, worked on from here: {@code ./kiln demo}. Every scene promises something and
 * checks it; the exit code is 1 if anything was not as promised.
 */
public final class Flights {
    private static final Path DATA = Path.of("examples", "data");
    private static final Duration IDLE = Duration.ofSeconds(2);
    private static final Duration EXIT_PATIENCE = Duration.ofSeconds(5);

    private Flights() {}

    /** Runs the demo. Takes no arguments; the working directory is the root of the project. */
    public static void main(String[] arguments) {
        Screen screen = Screen.open();
        Path flights = DATA.resolve("flights-3m.parquet");
        if (!Files.isReadable(flights)) {
            System.err.println("cannot read " + flights.toAbsolutePath() + ": start this with ./kiln demo");
            System.exit(2);
        }
        var promises = new Promises(screen);
        screen.title("Kiln: three million flights in another process, worked on from here");
        try (Pool pool = Pool.named("flights")
                .min(0)
                .max(2)
                .maxConcurrency(1)
                .timeout(Duration.ofMinutes(2)) // for machines that are busy with something else, too
                .idleShutdownAfter(IDLE)
                .open()) {
            var stage = new Stage(pool, screen, promises);
            work(stage, flights, DATA.resolve("airports.csv"));
            Farewell.dropTheRest(stage); // what work() knew is unreachable now
            Farewell.awaitTheEnd(stage, IDLE);
        }
        promises.check(noChildIsLeft(screen), "this process has no descendants");
        screen.line("");
        screen.line(promises.summary());
        System.exit(promises.allKept() ? 0 : 1);
    }

    private static void work(Stage stage, Path flights, Path airports) {
        FlightData data = load(stage, flights, airports);
        worstAirports(stage, data);
        Failure.show(stage, data);
        Resampling.show(stage, data);
        Farewell.closeOne(stage, data);
    }

    private static FlightData load(Stage stage, Path flights, Path airports) {
        Screen screen = stage.screen();
        screen.heading("One closure on a runner: it reads a file and returns a nested structure");
        long self = ProcessHandle.current().pid();
        int before = stage.pool().runners().size();
        screen.line("this process is " + self + ", the pool has " + before + " runners");

        screen.code("pool.submit(() -> FlightData.read(flights, airports))");
        Call<FlightData> call = stage.pool().submit(() -> FlightData.read(flights, airports));
        FlightData data = stage.await("the first call", call);

        screen.line("");
        screen.line(
                data.all().owner() + " is " + data.pid() + " and has read " + Numbers.count(data.rows()) + " flights");
        screen.line("");
        Handles.print(screen, data);
        screen.line("");
        Promises promises = stage.promises();
        promises.check(data.pid() != self, "the closure ran in another process");
        promises.check(
                Handles.all(data).stream().allMatch(Frame::isRemote),
                "all " + Handles.all(data).size()
                        + " frames in the structure stayed there; what came here are handles");
        return data;
    }

    private static void worstAirports(Stage stage, FlightData data) {
        Screen screen = stage.screen();
        screen.heading("A chain of verbs on a handle: one round trip, run where the data is");
        screen.code("""
                flights.groupBy("origin").summarise("flights = count(*)", "mean_delay = avg(delay)")
                        .sort("-mean_delay").head(10)
                        .join(airports, JoinType.LEFT, "origin = iata")""");
        screen.line("");
        long start = System.nanoTime();
        Frame worst = WorstAirports.of(data.all(), data.airports());
        worst.mutate("mean_delay = round(mean_delay, 2)").show();
        screen.line("");
        screen.line(screen.faint(
                "= " + Numbers.seconds(Duration.ofNanos(System.nanoTime() - start)) + "  question to answer"));
        stage.promises()
                .check(
                        Objects.equals(worst.owner(), data.all().owner()),
                        "the question is answered by " + worst.owner() + ", which has the flights");
    }

    static boolean noChildIsLeft(Screen screen) {
        return screen.until(
                "the pool is closed",
                () -> ProcessHandle.current().descendants().count() + " processes left",
                EXIT_PATIENCE,
                () -> ProcessHandle.current().descendants().findAny().isEmpty());
    }
}
