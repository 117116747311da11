package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.spi.ProcessFolders;
import dev.kiln.runner.RunnerMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Runners that cannot end themselves, and processes that are none. */
class ReaperIT {
    private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));
    private static final long START = 1_000;
    private static final long OUTLIVES = Duration.ofSeconds(20 + 3).toNanos(); // lease and shutdownTimeout
    private static final long MINUTES = 5;

    private final List<Process> started = new ArrayList<>();

    /** Opens a pool whose runner gets these options, tells its pid, and waits to be killed. */
    static final class Caller {
        public static void main(String[] options) throws InterruptedException {
            Pool pool = Pool.named("forsaken")
                    .max(1)
                    .shutdownTimeout(Duration.ofSeconds(3))
                    .jvmOptions(List.of(options))
                    .open();
            System.out.println(
                    "runner " + pool.call(() -> ProcessHandle.current().pid()));
            new CountDownLatch(1).await(1, TimeUnit.HOURS);
        }
    }

    @AfterEach
    void endAll() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
        ProcessFolders.sweep(TEMPORARY);
    }

    private Process start(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        started.add(process);
        return process;
    }

    /** A runner that was stopped by a signal before its caller was killed. */
    private ProcessHandle forsaken(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Caller.class.getName()));
        command.addAll(List.of(options));
        Process caller = start(command.toArray(String[]::new));
        BufferedReader output = caller.inputReader();
        String line = output.readLine();
        while (line != null && !line.startsWith("runner ")) {
            line = output.readLine();
        }
        long pid = Long.parseLong(String.valueOf(line).substring("runner ".length()));
        assertEquals(0, start("kill", "-STOP", Long.toString(pid)).waitFor());
        caller.destroyForcibly().waitFor();
        return ProcessHandle.of(pid).orElseThrow();
    }

    private static void awaitEnd(ProcessHandle process) throws Exception {
        process.onExit().get(MINUTES, TimeUnit.MINUTES);
    }

    @Test
    @DisplayName("R-06: a runner that was stopped when its caller was killed is ended after lease and shutdownTimeout")
    void stopped() throws Exception {
        ProcessHandle runner = forsaken();
        try {
            var reaper = new Reaper(() -> Stream.of(runner));
            assertEquals(List.of(), reaper.look(START), "seen for the first time");
            assertEquals(List.of(), reaper.look(START + OUTLIVES - 1), "its own guards have that long");
            assertEquals(List.of(runner.pid()), reaper.look(START + OUTLIVES));
            awaitEnd(runner);
        } finally {
            runner.destroyForcibly();
        }
    }

    @Test
    @DisplayName("R-06: a pool of local processes looks for orphans when it opens")
    void atOpen() throws Exception {
        ProcessHandle runner = forsaken(JavaCommand.OUTLIVES + "0");
        try (Pool pool = Pool.named("guardian").max(1).open()) {
            awaitEnd(runner);
            assertEquals(0, pool.runners().size());
        } finally {
            runner.destroyForcibly();
        }
    }

    /** A process that waits, whose last arguments are these. */
    private ProcessHandle lookalike(String main, Path home) throws IOException {
        return start(
                        "sh",
                        "-c",
                        "read line",
                        JavaCommand.OUTLIVES + "0",
                        main,
                        home.resolve("p-1.boot").toString())
                .toHandle();
    }

    private static Path named(long namespaceOffset, long pid) {
        String[] own = ProcessFolders.unused(TEMPORARY).getFileName().toString().split("-", -1);
        return TEMPORARY.resolve("kiln-" + (Long.parseLong(own[1]) + namespaceOffset) + "-" + pid + "-1");
    }

    @Test
    @DisplayName(
            "R-06: a runner whose caller lives, or is of another pid namespace, and what is no runner, are left alone")
    void leftAlone() throws Exception {
        Process gone = start("true");
        gone.waitFor();
        long dead = gone.pid();
        String main = RunnerMain.class.getName();
        ProcessHandle orphan = lookalike(main, named(0, dead));
        List<ProcessHandle> all = List.of(
                orphan,
                lookalike(main, named(0, ProcessHandle.current().pid())),
                lookalike(main, named(1, dead)),
                lookalike(main, TEMPORARY.resolve("kiln-" + dead)),
                lookalike("com.example.Main", named(0, dead)));
        assertEquals(List.of(orphan.pid()), new Reaper(all::stream).look(START));
        awaitEnd(orphan);
        assertTrue(all.stream().skip(1).allMatch(ProcessHandle::isAlive));
    }
}
