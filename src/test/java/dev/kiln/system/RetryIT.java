package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameLost;
import dev.kiln.pool.BootFailed;
import dev.kiln.pool.Call;
import dev.kiln.pool.CallFailed;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerLost;
import dev.kiln.runner.Runner;
import dev.kiln.runner.RunnerContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** Calls that are made again, and calls that insist on a runner, when runners are killed. */
@ExtendWith(LeavesNothing.class)
class RetryIT {

    @TempDir
    Path folder;

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    private static String here() {
        return Runner.current().map(RunnerContext::id).orElse("nowhere");
    }

    private static boolean forever() throws InterruptedException {
        return new CountDownLatch(1).await(1, TimeUnit.HOURS);
    }

    /** Leaves a file for each time that it begins, and has its own process killed the first times. */
    private static int survives(String folder, int kills) throws IOException, InterruptedException {
        int before = begun(Path.of(folder));
        Files.createFile(Path.of(folder, pid() + ".begun"));
        if (before < kills) {
            new ProcessBuilder("kill", "-9", Long.toString(pid())).start();
            forever();
        }
        return before + 1;
    }

    private static int begun(Path folder) throws IOException {
        try (var files = Files.newDirectoryStream(folder, "*.begun")) {
            int count = 0;
            for (Path _ : files) {
                count++;
            }
            return count;
        }
    }

    @Test
    @DisplayName("C-12: an idempotent call whose runner is killed is made again, at most three times in all")
    void idempotent() throws IOException {
        String where = folder.toString();
        try (Pool pool = Pool.named("again").max(1).open()) {
            Call<Integer> call = pool.idempotent().submit(() -> survives(where, 2));
            assertEquals(3, call.join());
            assertEquals(3, begun(folder));
            assertEquals("again-3", call.runner().orElseThrow());
        }
    }

    @Test
    @DisplayName("C-12: the third loss is final")
    void theThirdLossIsFinal() throws IOException {
        String where = folder.toString();
        try (Pool pool = Pool.named("thrice").max(1).open()) {
            assertThrows(RunnerLost.class, () -> pool.idempotent().call(() -> survives(where, 99)));
            assertEquals(3, begun(folder));
        }
    }

    @Test
    @DisplayName("C-12: other calls are not made again, and none is that failed by itself or cannot have a runner")
    void onlyWhereAsked() throws IOException {
        String where = folder.toString();
        try (Pool pool = Pool.named("once").max(1).open()) {
            assertThrows(RunnerLost.class, () -> pool.call(() -> survives(where, 99)));
            assertEquals(1, begun(folder));
            CallFailed failed =
                    assertThrows(CallFailed.class, () -> pool.idempotent().call(() -> {
                        Files.createFile(Path.of(where, pid() + "-failed.begun"));
                        throw new IllegalStateException("by itself");
                    }));
            assertInstanceOf(IllegalStateException.class, failed.getCause());
            assertEquals(2, begun(folder));
        }
        try (Pool pool = Pool.named("never")
                .max(1)
                .jvmOptions(List.of("-XX:NoSuchOption"))
                .queueTimeout(java.time.Duration.ofSeconds(2))
                .open()) {
            Exception failed =
                    assertThrows(Exception.class, () -> pool.idempotent().call(() -> 1));
            assertTrue(failed instanceof BootFailed || failed.getCause() instanceof BootFailed, failed.toString());
        }
    }

    @Test
    @DisplayName("C-12, C-11: a nested call is made again for the runner that made it")
    void nested() throws IOException {
        String where = folder.toString();
        try (Pool pool = Pool.named("nested").max(2).maxConcurrency(1).open()) {
            assertEquals(2, pool.call(() -> {
                Call<Integer> child = pool.idempotent().submit(() -> survives(where, 1));
                while (begun(Path.of(where)) == 0) { // whoever waits by join lends its slot to the child
                    new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS);
                }
                return child.join();
            }));
            assertEquals(2, begun(folder));
        }
    }

    @Test
    @DisplayName("P-20: near(frame) insists on the frame's runner and waits for it; with that gone it is FrameLost")
    void near() {
        try (Pool pool = Pool.named("near").min(2).max(2).maxConcurrency(1).open()) {
            Frame frame = pool.call(() -> Frame.columns(Map.of("x", new int[] {1, 2, 3})));
            Call<Boolean> busy = pool.near(frame).submit(RetryIT::forever);
            Eventually.soon("its runner is busy", () -> busy.runner().isPresent());
            assertEquals(frame.owner(), busy.runner().orElseThrow());
            Call<String> waiting = pool.near(frame).submit(RetryIT::here);
            assertNotEquals(frame.owner(), pool.call(RetryIT::here));
            assertTrue(waiting.runner().isEmpty());
            busy.cancel();
            assertEquals(frame.owner(), waiting.join());
            Frame local = Frame.columns(Map.of("x", new int[] {1}));
            assertTrue(pool.near(local).call(RetryIT::here).startsWith("near-"));

            var afterwards = pool.near(frame);
            long pid = afterwards.call(RetryIT::pid);
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            // Only once the pool knows of the death does it restore min: a call before may still be sent there, and be
            // lost.
            Eventually.soon("another one takes its place", () -> pool.runners().stream()
                    .anyMatch(runner -> runner.id().equals("near-3")));
            assertThrows(FrameLost.class, () -> afterwards.call(RetryIT::here));
        }
    }

    @Test
    @DisplayName("P-20: near a frame of another pool is refused")
    void nearAnotherPool() {
        try (Pool pool = Pool.named("a").max(1).open();
                Pool other = Pool.named("a-b").max(1).open()) {
            Frame frame = other.call(() -> Frame.columns(Map.of("x", new int[] {1})));
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> pool.near(frame));
            assertTrue(refused.getMessage().contains("a-b-1"), refused.getMessage());
        }
    }

    @Test
    @DisplayName("P-20: calls of one key run on one runner as long as it lives, then on another one together")
    void keyed() {
        try (Pool pool = Pool.named("keys").min(2).max(2).maxConcurrency(1).open()) {
            Call<Boolean> busy = pool.keyed("k").submit(RetryIT::forever);
            Eventually.soon("its runner is busy", () -> busy.runner().isPresent());
            String first = busy.runner().orElseThrow();
            Call<String> waiting = pool.keyed("k").submit(RetryIT::here);
            assertNotEquals(first, pool.keyed("other").call(RetryIT::here));
            assertTrue(waiting.runner().isEmpty(), "it waits although the other runner is free");
            pool.runners().stream().filter(runner -> runner.id().equals(first)).forEach(runner -> ProcessHandle.of(
                            runner.pid().orElseThrow())
                    .orElseThrow()
                    .destroyForcibly());
            assertThrows(RunnerLost.class, busy::join);
            assertNotEquals(first, waiting.join());
            Set<String> rest = new HashSet<>();
            for (int i = 0; i < 5; i++) {
                rest.add(pool.keyed("k").call(RetryIT::here));
            }
            assertEquals(1, rest.size(), rest.toString());
            assertThrows(IllegalArgumentException.class, () -> pool.keyed(""));
        }
    }
}
