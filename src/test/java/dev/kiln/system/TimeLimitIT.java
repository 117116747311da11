package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.BootFailed;
import dev.kiln.pool.Call;
import dev.kiln.pool.CallTimedOut;
import dev.kiln.pool.CallTimedOut.Phase;
import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolSaturated;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Deadlines in each phase, against real processes. */
@ExtendWith(LeavesNothing.class)
class TimeLimitIT {

    @TempDir
    Path folder;

    @Test
    @DisplayName("C-05, P-07: work that runs too long is interrupted and its caller told that it has stopped")
    void runTimeout() {
        Path interrupted = folder.resolve("interrupted");
        String name = interrupted.toString();
        try (Pool pool =
                Pool.named("run").max(1).timeout(Duration.ofMillis(300)).open()) {
            CallTimedOut late = assertThrows(
                    CallTimedOut.class,
                    () -> pool.call(() -> {
                        try {
                            return new CountDownLatch(1).await(1, TimeUnit.HOURS);
                        } catch (InterruptedException e) {
                            Files.createFile(Path.of(name));
                            throw e;
                        }
                    }));
            assertEquals(Phase.RUN, late.phase());
            assertTrue(late.stopped());
            assertTrue(Files.exists(interrupted));
            long first = pool.call(() -> ProcessHandle.current().pid());
            assertEquals(first, pool.call(() -> ProcessHandle.current().pid()), "the runner goes on");
        }
    }

    @Test
    @DisplayName("C-05, P-09: a call that waits too long for a slot never runs, and is told that it was queued")
    void queueTimeout() {
        Path ran = folder.resolve("ran");
        String name = ran.toString();
        try (Pool pool = Pool.named("queue").max(1).maxConcurrency(1).open()) {
            Call<Boolean> busy = pool.submit(() -> new CountDownLatch(1).await(1, TimeUnit.HOURS));
            Eventually.soon("the only slot is taken", () -> busy.runner().isPresent());
            CallTimedOut late = assertThrows(CallTimedOut.class, () -> pool.within(Duration.ofMillis(100))
                    .call(() -> Files.createFile(Path.of(name)).toString()));
            assertEquals(Phase.QUEUE, late.phase());
            assertTrue(late.stopped());
            busy.cancel();
            assertEquals(5, pool.call(() -> 5));
            assertFalse(Files.exists(ran));
        }
    }

    @Test
    @DisplayName("C-05, P-08: a runner that does not greet in time is a boot failure, and the caller is told the phase")
    void bootTimeout() {
        // The runner's JVM waits for a debugger that never comes: up, but silent.
        try (Pool pool = Pool.named("boot")
                .max(1)
                .jvmOptions(
                        java.util.List.of("-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=127.0.0.1:0"))
                .bootTimeout(Duration.ofMillis(500))
                .queueTimeout(Duration.ofSeconds(2))
                .open()) {
            CallTimedOut late = assertThrows(CallTimedOut.class, () -> pool.call(() -> 1));
            assertEquals(Phase.BOOT, late.phase());
            BootFailed cause = assertInstanceOf(BootFailed.class, late.getCause());
            assertTrue(cause.getMessage().contains("bootTimeout"), cause.getMessage());
        }
    }

    @Test
    @DisplayName(
            "P-24: options that no JVM takes fail the waiting call, with the JVM's own words, and not its time limit")
    void optionsThatNoJvmTakes() {
        try (Pool pool = Pool.named("options")
                .max(1)
                .jvmOptions(java.util.List.of("-XX:+NoSuchFlag"))
                .open()) {
            BootFailed refused = assertThrows(BootFailed.class, () -> pool.call(() -> 1));
            assertTrue(refused.permanent());
            assertTrue(refused.getMessage().contains("NoSuchFlag"), refused.getMessage());
        }
    }

    @Test
    @DisplayName("C-05: work that ignores its interrupt is given up; its runner finishes the others and is then gone")
    void unstoppableWork() {
        try (Pool pool = Pool.named("stuck")
                .max(1)
                .maxConcurrency(4)
                .shutdownTimeout(Duration.ofSeconds(3))
                .open()) {
            long pid = pool.call(() -> ProcessHandle.current().pid());
            Call<Integer> other = pool.submit(() -> {
                new CountDownLatch(1).await(2, TimeUnit.SECONDS);
                return 7;
            });
            CallTimedOut late = assertThrows(CallTimedOut.class, () -> pool.within(Duration.ofMillis(200))
                    .call(() -> {
                        while (true) {
                            Thread.onSpinWait();
                        }
                    }));
            assertEquals(Phase.RUN, late.phase());
            assertFalse(late.stopped());
            assertEquals(7, other.join());
            Eventually.soon("the runner is gone", () -> ProcessHandle.of(pid).isEmpty());
            assertEquals(1, pool.call(() -> 1));
        }
    }

    @Test
    @DisplayName("P-13: one call more than may wait is refused at once, and told what occupies the runners")
    void saturation() {
        try (Pool pool = Pool.named("full").max(1).maxConcurrency(1).maxQueue(1).open()) {
            Call<Boolean> busy = pool.submit(() -> new CountDownLatch(1).await(1, TimeUnit.HOURS));
            Eventually.soon("the only slot is taken", () -> busy.runner().isPresent());
            Call<Integer> waiting = pool.submit(() -> 2);
            PoolSaturated refused = assertThrows(PoolSaturated.class, () -> pool.call(() -> 3));
            assertTrue(refused.getMessage().contains("1 calls"), refused.getMessage());
            busy.cancel();
            assertEquals(2, waiting.join());
        }
    }
}
