package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerLost;
import dev.kiln.runner.RunnerExit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Runners whose way home, by Unix domain sockets or TCP with TLS, is cut, silent or gone for a while. */
@ParameterizedClass
@EnumSource
@ExtendWith(LeavesNothing.InTheEnd.class)
class ResumeIT {
    private static final int CUTS = 20;
    private static final int CALLS_BETWEEN_CUTS = 40;
    private static final int IN_FLIGHT = 12;

    /** How often a closure has run, in the runner's process. */
    private static final AtomicInteger RUNS = new AtomicInteger();

    @Parameter
    FaultyNetwork.Kind kind;

    @TempDir
    Path folder;

    private static byte[] answer(int call, byte[] argument) {
        RUNS.incrementAndGet();
        byte[] answer = argument.clone();
        Arrays.fill(answer, (byte) call);
        return answer;
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @DisplayName(
            "C-14, W-02: the connection is cut 20 times under load, and every call has its own result, having run once")
    void cutUnderLoad() {
        var network = new FaultyNetwork(kind, Duration.ofSeconds(20));
        try (Pool pool =
                Pool.named("cut").max(1).maxConcurrency(8).backend(network).open()) {
            long pid = pool.call(() -> ProcessHandle.current().pid());
            List<Call<byte[]>> open = new ArrayList<>();
            int calls = 0;
            for (int cut = 0; cut <= CUTS; cut++) {
                for (int i = 0; i < CALLS_BETWEEN_CUTS; i++) {
                    int call = calls++;
                    byte[] argument = new byte[call % 10 == 0 ? 300_000 : 100];
                    open.add(pool.submit(() -> answer(call, argument)));
                    if (open.size() > IN_FLIGHT) {
                        check(open.removeFirst().join(), calls - 1 - IN_FLIGHT);
                    }
                }
                if (cut < CUTS) {
                    network.cut();
                }
            }
            for (int i = 0; i < IN_FLIGHT; i++) {
                check(open.get(i).join(), calls - IN_FLIGHT + i);
            }
            assertEquals(calls, runs(pool));
            assertEquals(pid, pool.call(() -> ProcessHandle.current().pid()));
            assertEquals(0, pool.stats().losses());
            assertTrue(network.connections() > CUTS, "connections: " + network.connections());
        }
    }

    private static int runs(Pool pool) {
        return pool.call(() -> RUNS.get()); // not RUNS::get, which would take this process's counter along
    }

    private static void check(byte[] result, int call) {
        byte[] expected = new byte[call % 10 == 0 ? 300_000 : 100];
        Arrays.fill(expected, (byte) call);
        assertTrue(Arrays.equals(expected, result), "the result of call " + call);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @DisplayName("R-02, C-14: a connection that is lost before its greeting is over costs a runner, and no call")
    void lostGreetings() {
        var network = new FaultyNetwork(kind, Duration.ofSeconds(20));
        network.loseAnswers(1);
        try (Pool pool = Pool.named("greeting").max(1).backend(network).open()) {
            assertEquals(1, pool.call(() -> RUNS.incrementAndGet()));
            assertEquals(0, pool.stats().losses(), "what has not greeted is no loss");
            assertEquals(2, network.connections());
        }
    }

    private static String waitFor(String file) throws InterruptedException {
        RUNS.incrementAndGet();
        while (!Files.exists(Path.of(file))) {
            new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS);
        }
        return "done";
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @DisplayName(
            "C-14, R-09, W-02: a partition shorter than the lease loses nothing: calls wait for it, frames stay held")
    void shortPartition() throws Exception {
        var network = new FaultyNetwork(kind, Duration.ofSeconds(15));
        try (Pool pool = Pool.named("shortly").max(1).backend(network).open()) {
            Frame frame = pool.call(() -> Frame.columns(Map.of("x", new int[] {1, 2, 3})));
            String file = folder.resolve("go on").toString();
            Call<String> running = pool.submit(() -> waitFor(file));
            Eventually.soon("it runs", () -> runs(pool) == 1);
            network.part();
            Call<Integer> during = pool.submit(() -> RUNS.incrementAndGet());
            Files.createFile(Path.of(file));
            assertFalse(answeredWithin(Duration.ofSeconds(3), during), "nobody is reached");
            assertFalse(running.toCompletableFuture().isDone());
            network.heal();
            assertEquals("done", running.join());
            assertEquals(2, during.join());
            assertEquals(3, frame.collect().rowCount());
            assertEquals(0, pool.stats().losses());
            frame.close();
        }
    }

    private static boolean answeredWithin(Duration limit, Call<?> call) throws InterruptedException {
        var answered = new CountDownLatch(1);
        var _ = call.whenComplete((result, failure) -> answered.countDown());
        return answered.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @DisplayName("C-14, W-02: connections that stay open but pass nothing on are left before the lease is over")
    void silentConnections() {
        var network = new FaultyNetwork(kind, Duration.ofSeconds(12));
        try (Pool pool = Pool.named("silent").max(1).backend(network).open()) {
            assertEquals(1, pool.call(() -> RUNS.incrementAndGet()));
            for (int round = 2; round < 4; round++) {
                network.silence();
                assertEquals(round, pool.call(() -> RUNS.incrementAndGet()));
            }
            assertEquals(0, pool.stats().losses());
            assertEquals(3, network.connections());
        }
    }

    /** Writes down that it works until it is interrupted, and then that it was. */
    private static void work(String file) throws Exception {
        try {
            while (true) {
                Files.writeString(Path.of(file), Long.toString(System.nanoTime()));
                new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Files.createFile(Path.of(file + ".interrupted"));
            throw e;
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @DisplayName(
            "R-03, G-05, R-09, W-02: a partition longer than the lease is RunnerLost; the runner ends its linked work by itself, then"
                    + " its unlinked work, then itself")
    void longPartition() throws Exception {
        var network = new FaultyNetwork(kind, Duration.ofSeconds(6));
        String linked = folder.resolve("linked").toString();
        String unlinked = folder.resolve("unlinked").toString();
        try (Pool pool = Pool.named("long")
                .max(1)
                .shutdownTimeout(Duration.ofSeconds(6))
                .backend(network)
                .open()) {
            long pid = pool.call(() -> ProcessHandle.current().pid());
            pool.unlinked().execute(() -> work(unlinked));
            Call<Integer> call = pool.submit(() -> {
                work(linked);
                return 1;
            });
            Eventually.soon("both run", () -> exists(linked) && exists(unlinked));
            network.loseTheMachines();
            network.part();
            String parted = read(linked);
            Eventually.soon(
                    "linked work goes on for a lease", () -> !read(linked).equals(parted));
            Eventually.soon("linked work ends", () -> exists(linked + ".interrupted"));
            assertFalse(exists(unlinked + ".interrupted"));
            String before = Files.readString(Path.of(unlinked));
            Eventually.soon("unlinked work goes on", () -> !read(unlinked).equals(before));
            RunnerLost lost = assertThrows(RunnerLost.class, call::join);
            assertEquals(RunnerExit.Kind.LOST_NETWORK, lost.exit().kind(), lost.getMessage());
            network.heal(); // too late: it never comes back under its old name
            assertTrue(ProcessHandle.of(pid).isPresent(), "it has unlinked work");
            Eventually.soon("the runner's process is gone, though nobody killed it", () -> ProcessHandle.of(pid)
                    .isEmpty());
            Eventually.soon("the pool knows it no more", () -> pool.runners().isEmpty());
        }
    }

    private static boolean exists(String file) {
        return Files.exists(Path.of(file));
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
