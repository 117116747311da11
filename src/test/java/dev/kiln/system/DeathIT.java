package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameLost;
import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerLost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** kill -9, on either side. */
@ExtendWith(LeavesNothing.class)
class DeathIT {
    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    private static boolean forever() throws InterruptedException {
        return new CountDownLatch(1).await(1, TimeUnit.HOURS);
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }

    @Test
    @DisplayName("R-09, P-25: kill -9 of the runner during a call is RunnerLost at once, and the next call works")
    void runnerKilled() {
        try (Pool pool = Pool.named("killed").max(1).open()) {
            long pid = pool.call(() -> ProcessHandle.current().pid());
            List<Call<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                calls.add(pool.submit(DeathIT::forever));
            }
            Eventually.soon("all run", () -> pool.stats().running() == 10);
            kill(pid);
            for (Call<Boolean> call : calls) {
                RunnerLost lost = assertThrows(RunnerLost.class, () -> call.join(AT_ONCE));
                assertTrue(lost.exit().description().contains("SIGKILL"), lost::getMessage);
                assertTrue(lost.getMessage().contains("killed-1"), lost.getMessage());
            }
            assertNotEquals(pid, pool.call(() -> ProcessHandle.current().pid()));
        }
    }

    @Test
    @DisplayName("R-04: how the runner ended is told, with the last lines of its output")
    void exitIsTold() {
        try (Pool pool = Pool.named("exits").max(1).open()) {
            RunnerLost lost = assertThrows(
                    RunnerLost.class,
                    () -> pool.call(() -> {
                        System.err.println("about to leave");
                        Runtime.getRuntime().halt(7);
                        return 1;
                    }));
            assertEquals(7, lost.exit().code().orElseThrow());
            assertTrue(lost.exit().lastLines().contains("about to leave"), lost::getMessage);
        }
    }

    @Test
    @DisplayName("P-25: min is restored after a death, and waiting calls are served elsewhere")
    void minIsRestored() {
        try (Pool pool = Pool.named("restore").min(1).max(1).maxConcurrency(1).open()) {
            long pid = pool.runners().getFirst().pid().orElseThrow();
            Call<Boolean> running = pool.submit(DeathIT::forever);
            Call<Long> waiting = pool.submit(() -> ProcessHandle.current().pid());
            Eventually.soon("one runs", () -> running.runner().isPresent());
            kill(pid);
            assertThrows(RunnerLost.class, running::join);
            assertNotEquals(pid, waiting.join());
            Eventually.soon("min is restored", () -> pool.stats().ready() == 1);
        }
    }

    @Test
    @DisplayName("F-10, G-06: frames of a dead runner are lost at once, with the runner's end as cause")
    void framesOfTheDead() {
        try (Pool pool = Pool.named("lost").max(1).open()) {
            Frame frame = pool.call(() -> Frame.columns(Map.of("x", new int[] {1, 2, 3})));
            kill(pool.runners().getFirst().pid().orElseThrow());
            Eventually.soon("the death is known", () -> pool.runners().isEmpty());
            FrameLost lost = assertThrows(FrameLost.class, frame::collect);
            assertInstanceOf(RunnerLost.class, lost.getCause());
            frame.close();
        }
    }

    /** A caller that holds a frame on a runner, has work running there, and waits to be killed. */
    static final class Caller {
        public static void main(String[] arguments) throws Exception {
            Pool pool = Pool.named("orphans")
                    .max(1)
                    .shutdownTimeout(Duration.ofSeconds(3))
                    .open();
            Frame frame = pool.call(() -> Frame.columns(Map.of("x", new double[1_000_000])));
            System.out.println("runner " + pool.runners().getFirst().pid().orElseThrow());
            String file = arguments[1];
            var caller = arguments[0].equals("unlinked") ? pool.unlinked() : pool;
            caller.execute(() -> {
                Files.createFile(Path.of(file + ".begun"));
                new CountDownLatch(1).await(2, TimeUnit.SECONDS);
                Files.createFile(Path.of(file));
            });
            while (!Files.exists(Path.of(file + ".begun"))) {
                Thread.onSpinWait();
            }
            System.out.println("ready " + frame.byteSize());
            forever();
        }
    }

    @Test
    @DisplayName("C-07, R-03: kill -9 of the caller ends its linked work, its runner and its memory")
    void callerKilled() throws Exception {
        Path done = folder.resolve("done");
        try (JavaProgram caller = JavaProgram.start(Caller.class, "linked", done.toString())) {
            long runner = Long.parseLong(caller.await("runner "));
            caller.await("ready ");
            long pid = caller.handle().pid();
            assertTrue(ProcessHandle.of(runner).isPresent());
            caller.killHard();
            // Evidence of death: long before the lease of 20 s, let alone the grace, is over.
            Eventually.within(Duration.ofSeconds(15), "the runner is gone", () -> !alive(runner));
            assertFalse(Files.exists(done), "linked work did not run to its end");
            assertNoFolderOf(pid);
        }
    }

    @Test
    @DisplayName("C-07: unlinked work goes on within shutdownTimeout when the caller is killed, then its runner ends")
    void unlinkedWorkGoesOn() throws Exception {
        Path done = folder.resolve("done");
        try (JavaProgram caller = JavaProgram.start(Caller.class, "unlinked", done.toString())) {
            long runner = Long.parseLong(caller.await("runner "));
            caller.await("ready ");
            caller.killHard();
            Eventually.soon("unlinked work runs to its end", () -> Files.exists(done));
            Eventually.soon("the runner is gone", () -> !alive(runner));
        }
    }

    @Test
    @DisplayName("R-03, G-05: a caller that freezes loses its runner after the lease; the next pool sweeps its folder")
    void callerFrozen() throws Exception {
        Path done = folder.resolve("done");
        try (JavaProgram caller = JavaProgram.start(Caller.class, "linked", done.toString())) {
            long runner = Long.parseLong(caller.await("runner "));
            caller.await("ready ");
            long pid = caller.handle().pid();
            assertEquals(
                    0,
                    new ProcessBuilder("kill", "-STOP", Long.toString(pid))
                            .start()
                            .waitFor());
            Eventually.within(Duration.ofSeconds(45), "the runner is gone", () -> ended(runner));
            caller.killHard();
            caller.status();
            Pool.named("sweeper").open().close();
            assertNoFolderOf(pid);
        }
    }

    /** Gone, or a zombie, as a child of a frozen process stays until somebody reaps it. */
    private static boolean ended(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "stat"))
                    .contains(") Z ");
        } catch (IOException e) {
            return !alive(pid);
        }
    }

    private static boolean alive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static void assertNoFolderOf(long pid) {
        Eventually.soon(
                "no folder of the dead caller is left",
                () -> LeavesNothing.named(Path.of(System.getProperty("java.io.tmpdir"))).stream()
                        .noneMatch(path -> path.toString().contains("-" + pid + "-")));
    }

    /** A caller that ends without closing its pool. */
    static final class Careless {
        public static void main(String[] arguments) {
            Pool pool = Pool.named("careless").max(1).open();
            System.out.println(
                    "runner " + pool.call(() -> ProcessHandle.current().pid()));
        }
    }

    @Test
    @DisplayName("P-28: a program that ends without closing its pool leaves nothing behind")
    void carelessCaller() throws Exception {
        try (JavaProgram caller = JavaProgram.start(Careless.class)) {
            long runner = Long.parseLong(caller.await("runner "));
            long pid = caller.handle().pid();
            assertEquals(0, caller.status());
            Eventually.soon("the runner is gone", () -> !alive(runner));
            assertNoFolderOf(pid);
        }
    }
}
