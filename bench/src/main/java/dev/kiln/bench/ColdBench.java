package dev.kiln.bench;

import dev.kiln.pool.Backends;
import dev.kiln.pool.Pool;
import dev.kiln.pool.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/** The first call on an empty pool, which starts a JVM, beside a JVM that only prints a line. */
final class ColdBench implements Benchmark {
    private static final int ROUNDS = 11;

    @Override
    public void run() throws Exception {
        var open = new Samples();
        var call = new Samples();
        var hello = new Samples();
        var openTcp = new Samples();
        var callTcp = new Samples();
        coldCall(Backends.localProcesses(), new Samples(), new Samples()); // loads this JVM's own classes
        coldCall(Backends.localProcessesOverTcp(), new Samples(), new Samples());
        hello();
        for (int round = 0; round < ROUNDS; round++) {
            coldCall(Backends.localProcesses(), open, call);
            coldCall(Backends.localProcessesOverTcp(), openTcp, callTcp);
            hello.add(hello());
        }
        var report = new Report("cold: " + ROUNDS + " rounds in turns", "", "median", "least", "to hello");
        row(report, "open() with min 0", open, hello);
        row(report, "first call() on an empty pool", call, hello);
        row(report, "open() over TCP with TLS", openTcp, hello);
        row(report, "first call() over TCP with TLS", callTcp, hello);
        row(report, "java Hello, to its line", hello, hello);
        report.print();
    }

    private static void row(Report report, String name, Samples times, Samples hello) {
        report.row(
                name,
                Report.millis(times.median()),
                Report.millis(times.least()),
                Report.ratio(times.median(), hello.median()));
    }

    private static void coldCall(Backend backend, Samples open, Samples call) {
        long start = System.nanoTime();
        try (Pool pool = Pool.named("bench-cold").max(1).backend(backend).open()) {
            long opened = System.nanoTime();
            int argument = 41;
            int answer = pool.call(() -> argument + 1);
            long answered = System.nanoTime();
            if (answer != argument + 1) {
                throw new IllegalStateException("wrong answer " + answer);
            }
            open.add(opened - start);
            call.add(answered - opened);
        }
    }

    private static long hello() throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC", // as Kiln's runners have it
                        "--class-path",
                        System.getProperty("java.class.path"),
                        Hello.class.getName())
                .start();
        try (var output = process.inputReader()) {
            if (!Objects.equals(output.readLine(), "hello")) {
                throw new IOException("the process did not say hello");
            }
            return System.nanoTime() - start;
        } finally {
            process.waitFor();
        }
    }
}
