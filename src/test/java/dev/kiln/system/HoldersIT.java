package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameLost;
import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real processes that hold one frame, and die or lose sight of its owner. */
@ExtendWith(LeavesNothing.InTheEnd.class)
class HoldersIT {
    private static final int HOLDERS = 3;

    /** What a runner holds. */
    private static Frame kept;

    @TempDir
    Path folder;

    /** Keeps the handle if it is one, and tells which process does. */
    private static long keep(Frame frame) {
        if (!frame.isRemote()) {
            return 0;
        }
        kept = frame;
        return Pid.here();
    }

    private static long rows() {
        if (kept == null) {
            return 0;
        }
        try (Frame here = kept.collect()) {
            return here.rowCount();
        }
    }

    private static long held(Pool pool, String owner) {
        return pool.runners().stream()
                .filter(runner -> runner.id().equals(owner))
                .mapToLong(RunnerInfo::residentCount)
                .sum();
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource({"0, 1, 2", "0, 2, 1", "1, 0, 2", "1, 2, 0", "2, 0, 1", "2, 1, 0"})
    @DisplayName(
            "G-01, G-06: three processes hold a frame and are killed, in each order: it lives until the last is gone,"
                    + " and is freed then")
    void sixOrders(int first, int second, int third) throws Exception {
        try (Pool pool = Pool.named("holders")
                .max(HOLDERS + 1)
                .maxConcurrency(1)
                .idleShutdownAfter(Duration.ofMinutes(10)) // who holds but has nothing to do would go otherwise
                .open()) {
            Frame frame = pool.call(() -> Frame.columns(Map.of("x", new int[] {1, 2, 3})));
            String owner = frame.owner();
            List<Long> holders = Everywhere.run(pool, HOLDERS + 1, folder, () -> keep(frame)).stream()
                    .filter(pid -> pid != 0)
                    .toList();
            assertEquals(HOLDERS, holders.stream().distinct().count(), () -> "holders " + holders);
            frame.close();
            int left = HOLDERS;
            for (int victim : new int[] {first, second, third}) {
                List<Long> rows = Everywhere.run(pool, left + 1, folder, HoldersIT::rows);
                assertEquals(left, rows.stream().filter(count -> count == 3).count(), () -> "rows seen: " + rows);
                assertEquals(1, held(pool, owner));
                Pid.killHard(holders.get(victim));
                left--;
                int dead = HOLDERS - left;
                Eventually.soon("the death is known", () -> pool.stats().losses() == dead);
            }
            Eventually.soon("the frame is freed, its last holder being gone", () -> held(pool, owner) == 0);
        }
    }

    private static Set<String> holders(Pool pool, String owner, int rows) {
        return pool.frames().stream()
                .filter(frame -> frame.owner().equals(owner) && frame.rows() == rows)
                .flatMap(frame -> frame.holders().stream())
                .collect(Collectors.toSet());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @DisplayName(
            "G-03: a runner passes a handle on and is killed at once: its receiver finds the frame, each time, and it is"
                    + " freed when that lets go")
    void passedOnByTheDead() throws IOException {
        var network = new FaultyNetwork(FaultyNetwork.Kind.UNIX, Duration.ofSeconds(6));
        try (Pool pool = Pool.named("passing")
                .max(2)
                .maxConcurrency(1)
                .idleShutdownAfter(Duration.ofMinutes(10))
                .backend(network)
                .open()) {
            Frame anchor = pool.call(() -> Frame.columns(Map.of("x", new int[] {0})));
            String owner = anchor.owner();
            for (int round = 1; round <= 2; round++) {
                Frame frame = pool.near(anchor).call(() -> Frame.columns(Map.of("x", new int[] {1, 2, 3})));
                Gate gate = Gate.in(Files.createDirectory(folder.resolve("busy-" + round)));
                Call<Long> busy = pool.near(anchor).submit(() -> gate.pass("owner"));
                gate.awaitBegun("owner");
                long passer = pool.keyed("passer-" + round).call(() -> keep(frame));
                gate.open();
                assertNotEquals(busy.join(), passer, "another runner holds it");
                frame.close();
                Eventually.soon(
                        "only a runner holds it", () -> !holders(pool, owner, 3).contains("passing-caller"));
                Frame passed = pool.keyed("passer-" + round).call(() -> kept);
                Pid.killHard(passer);
                int dead = round;
                Eventually.soon("the death is known", () -> pool.stats().losses() == dead);
                assertEquals(3, passed.toRows(Row.class).size());
                passed.close();
                Eventually.soon("it is freed", () -> holders(pool, owner, 3).isEmpty());
            }
            anchor.close();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @DisplayName(
            "G-05: a partition shorter than the lease loses no frame, and what is let go meanwhile is freed after it")
    void shortPartition() {
        var network = new FaultyNetwork(FaultyNetwork.Kind.UNIX, Duration.ofSeconds(15));
        try (Pool pool = Pool.named("shortly").max(1).backend(network).open()) {
            Frame kept = pool.call(() -> Frame.columns(Map.of("x", new int[] {1, 2, 3})));
            Frame dropped = pool.call(() -> Frame.columns(Map.of("x", new int[] {4})));
            String owner = kept.owner();
            Eventually.soon("both are held", () -> held(pool, owner) == 2);
            int before = network.connections();
            network.part();
            dropped.close();
            network.heal();
            Eventually.soon("the connection is made again", () -> network.connections() > before);
            Eventually.soon("one is freed", () -> held(pool, owner) == 1);
            assertEquals(3, kept.toRows(Row.class).size());
            assertEquals(0, pool.stats().losses());
            kept.close();
            Eventually.soon("all are freed", () -> held(pool, owner) == 0);
        }
    }

    record Row(int x) {}

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @DisplayName(
            "G-05, R-03: a partition longer than the lease frees everything: the owner's process ends by itself, and"
                    + " its handles are FrameLost")
    void longPartition() {
        var network = new FaultyNetwork(FaultyNetwork.Kind.UNIX, Duration.ofSeconds(6));
        try (Pool pool = Pool.named("long")
                .max(1)
                .shutdownTimeout(Duration.ofSeconds(3))
                .backend(network)
                .open()) {
            Frame frame = pool.call(() -> Frame.columns(Map.of("x", new int[] {1, 2, 3})));
            long pid = pool.call(Pid::here);
            network.loseTheMachines();
            network.part();
            Eventually.soon("the runner's process is gone, though nobody killed it", () -> Pid.ended(pid));
            Eventually.soon("the pool knows it no more", () -> pool.runners().isEmpty());
            FrameLost lost = assertThrows(FrameLost.class, frame::collect);
            assertTrue(lost.getMessage().contains("lost"), lost::getMessage);
            network.heal();
            assertEquals(
                    1,
                    pool.call(() -> Frame.columns(Map.of("x", new int[] {1}))).rowCount());
        }
    }
}
