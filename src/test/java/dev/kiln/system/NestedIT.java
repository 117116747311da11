package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Call;
import dev.kiln.pool.CallFailed;
import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolException;
import dev.kiln.pool.RunnerInfo;
import dev.kiln.pool.RunnerLost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Work on runners that calls into its pool, against real processes. */
@ExtendWith(LeavesNothing.class)
class NestedIT {

    @TempDir
    Path folder;

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }

    private static boolean forever() throws InterruptedException {
        return new CountDownLatch(1).await(1, TimeUnit.HOURS);
    }

    /** Says where it runs, waits until it is let go, and says how that ended. */
    private static long waits(String folder, String name) throws IOException, InterruptedException {
        Files.writeString(Path.of(folder, name + ".part"), Long.toString(pid()));
        Files.move(Path.of(folder, name + ".part"), Path.of(folder, name));
        try {
            while (!Files.exists(Path.of(folder, "go"))) {
                new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS);
            }
            Files.createFile(Path.of(folder, name + " ended"));
            return pid();
        } catch (InterruptedException e) {
            Files.createFile(Path.of(folder, name + " interrupted"));
            throw e;
        }
    }

    private boolean exists(String name) {
        return Files.exists(folder.resolve(name));
    }

    private long pidIn(String name) throws IOException {
        Eventually.soon(name + " has begun", () -> exists(name));
        return Long.parseLong(Files.readString(folder.resolve(name)));
    }

    private static Set<Long> descend(Pool pool, int left) {
        Set<Long> pids = left == 0 ? new HashSet<>() : pool.call(() -> descend(pool, left - 1));
        pids.add(pid());
        return pids;
    }

    private static int fibonacci(Pool pool, int n) {
        if (n < 2) {
            return n;
        }
        Call<Integer> other = pool.submit(() -> fibonacci(pool, n - 1));
        return pool.call(() -> fibonacci(pool, n - 2)) + other.join();
    }

    @Test
    @DisplayName("C-11: calls nest five deep in the only slot of the only runner")
    void fiveDeep() {
        try (Pool pool = Pool.named("deep").max(1).maxConcurrency(1).open()) {
            Set<Long> pids = pool.call(() -> descend(pool, 5));
            assertEquals(1, pids.size());
            assertNotEquals(Set.of(pid()), pids);
            assertEquals(1, pool.stats().boots());
        }
    }

    @Test
    @DisplayName("C-11, P-03: a recursion over two runners of two slots ends, and counts against max")
    void recursion() {
        try (Pool pool = Pool.named("wide").max(2).maxConcurrency(2).open()) {
            assertEquals(144, pool.call(() -> fibonacci(pool, 12)));
            assertTrue(pool.stats().boots() <= 2);
            Eventually.soon("all slots are free", () -> pool.stats().running() == 0);
        }
    }

    @Test
    @DisplayName(
            "C-11, G-08: frames of nested results stay on their runner for whoever names them, and go when dropped")
    void frames() {
        try (Pool pool = Pool.named("frames").max(2).maxConcurrency(1).open()) {
            Map<String, Frame> result = pool.call(() -> {
                Call<Frame> other = pool.submit(() -> Frame.columns(Map.of("x", new int[] {1, 2, 3})));
                Frame theirs = other.join();
                Frame mine = Frame.columns(Map.of("x", new int[] {10}));
                Frame sum = pool.call(() -> theirs.concatRows(mine).compute());
                return Map.of("sum", sum, "theirs", theirs.filter("x > 1"));
            });
            assertEquals(4, result.get("sum").rowCount());
            assertEquals(2, result.get("theirs").rowCount());
            Frame.closeAll(result);
            Eventually.soon("nothing is held", () -> {
                // on the runners, too, where the closures' own handles are garbage by now
                pool.call(() -> {
                    System.gc();
                    return 0;
                });
                return pool.runners().stream()
                                .mapToLong(RunnerInfo::residentCount)
                                .sum()
                        == 0;
            });
        }
    }

    @Test
    @DisplayName(
            "P-22, C-11: what a killed runner had called is withdrawn, waiting or running, but for what is unlinked")
    void theCallersRunnerIsKilled() throws IOException {
        String where = folder.toString();
        try (Pool pool = Pool.named("orphans").max(3).maxConcurrency(1).open()) {
            Call<Boolean> parent = pool.submit(() -> {
                pool.submit(() -> waits(where, "linked"));
                pool.unlinked().submit(() -> waits(where, "unlinked"));
                pool.submit(() -> waits(where, "queued"));
                return forever();
            });
            long linked = pidIn("linked");
            long unlinked = pidIn("unlinked");
            Eventually.soon("the third waits", () -> pool.stats().queued() == 1);
            long killed = pool.runners().stream()
                    .map(runner -> runner.pid().orElseThrow())
                    .filter(pid -> pid != linked && pid != unlinked)
                    .findFirst()
                    .orElseThrow();
            kill(killed);
            assertThrows(RunnerLost.class, parent::join);
            Eventually.soon("the linked one is interrupted", () -> exists("linked interrupted"));
            Eventually.soon("the waiting one is withdrawn", () -> pool.stats().queued() == 0);
            Files.createFile(folder.resolve("go"));
            Eventually.soon("the unlinked one ends", () -> exists("unlinked ended"));
            assertEquals(1, pool.call(() -> 1));
            assertFalse(exists("queued"));
        }
    }

    @Test
    @DisplayName("X, C-11: the runner of a nested call is killed: RunnerLost is thrown where the call was made")
    void theNestedCallsRunnerIsKilled() throws IOException {
        String where = folder.toString();
        try (Pool pool = Pool.named("children").max(2).maxConcurrency(1).open()) {
            Call<String> parent = pool.submit(() -> {
                Call<Long> child = pool.submit(() -> waits(where, "child"));
                while (!Files.exists(Path.of(where, "child"))) { // whoever waits by join lends its slot to the child
                    new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS);
                }
                try {
                    return "returned " + child.join();
                } catch (RunnerLost e) {
                    return "lost " + e.exit().description();
                }
            });
            kill(pidIn("child"));
            String said = parent.join();
            assertTrue(said.startsWith("lost") && said.contains("SIGKILL"), said);
        }
    }

    @Test
    @DisplayName("C-11, C-05: a call that is out of time takes along what it called")
    void theDeadlineIsInherited() throws IOException {
        String where = folder.toString();
        try (Pool pool = Pool.named("late").max(2).maxConcurrency(1).open()) {
            pool.call(() -> pool.call(() -> 1)); // both runners' ways are known then
            assertThrows(PoolException.class, () -> pool.within(Duration.ofSeconds(3))
                    .call(() -> {
                        pool.submit(() -> waits(where, "submitted"));
                        return pool.call(() -> waits(where, "called"));
                    }));
            for (String name : List.of("submitted", "called")) {
                assertTrue(!exists(name) || pidIn(name) > 0);
                Eventually.soon(
                        name + " is interrupted, or never began", () -> !exists(name) || exists(name + " interrupted"));
            }
            Eventually.soon(
                    "nothing runs",
                    () -> pool.stats().running() == 0 && pool.stats().queued() == 0);
        }
    }

    @Test
    @DisplayName("C-07, C-11: kill -9 of the caller ends nested work with the rest")
    void theCallerIsKilled() throws Exception {
        try (JavaProgram program = JavaProgram.start(NestingProgram.class, folder.toString())) {
            long nested = pidIn("nested");
            program.killHard();
            Eventually.soon("the nested call's runner is gone", () -> ProcessHandle.of(nested)
                    .isEmpty());
            assertFalse(exists("nested ended"));
        }
    }

    /** Is killed while its nested call runs. */
    static final class NestingProgram {
        private NestingProgram() {}

        public static void main(String[] arguments) {
            String where = arguments[0];
            try (Pool pool = Pool.named("doomed").max(2).maxConcurrency(1).open()) {
                pool.call(() -> {
                    Call<Long> child = pool.submit(() -> waits(where, "nested"));
                    return child.join();
                });
            }
        }
    }

    @Test
    @DisplayName("C-04, C-11: what a nested closure throws comes home through both calls, with both runners' stacks")
    void failures() {
        try (Pool pool = Pool.named("thrown").max(1).open()) {
            CallFailed outer = assertThrows(
                    CallFailed.class,
                    () -> pool.call(() -> pool.call(() -> {
                        throw new IOException("deep down");
                    })));
            CallFailed inner = assertInstanceOf(CallFailed.class, outer.getCause());
            assertEquals(
                    "deep down",
                    assertInstanceOf(IOException.class, inner.getCause()).getMessage());
        }
    }
}
