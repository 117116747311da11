package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerLost;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A pool as an executor, against real processes. */
@ExtendWith(LeavesNothing.class)
@DisplayName("asExecutor")
class ExecutorIT {

    private interface Task<T> extends Callable<T>, Serializable {}

    @TempDir
    Path folder;

    private static Task<Long> pid() {
        return () -> ProcessHandle.current().pid();
    }

    private static Task<Boolean> waits(Path folder) {
        String where = folder.toString();
        return () -> {
            Files.createFile(Path.of(where, "began"));
            try {
                return new CountDownLatch(1).await(1, TimeUnit.HOURS);
            } catch (InterruptedException e) {
                Files.createFile(Path.of(where, "interrupted"));
                throw e;
            }
        };
    }

    @Test
    @DisplayName("C-01: tasks run in other processes, as many at once as there are slots")
    void tasksRunInOtherProcesses() throws Exception {
        try (Pool pool = Pool.named("tasks").max(2).maxConcurrency(1).open();
                ExecutorService executor = pool.asExecutor()) {
            List<Task<Long>> tasks = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                tasks.add(pid());
            }
            Set<Long> pids = new HashSet<>();
            for (Future<Long> future : executor.invokeAll(tasks)) {
                pids.add(future.get());
            }
            assertTrue(
                    pids.size() <= 2 && !pids.contains(ProcessHandle.current().pid()), pids.toString());
            assertNotEquals(ProcessHandle.current().pid(), executor.invokeAny(List.of(pid(), pid())));
        }
    }

    @Test
    @DisplayName("C-15: shutdownNow interrupts what runs over there; the pool goes on")
    void shutdownNow() throws Exception {
        try (Pool pool = Pool.named("shut").max(1).maxConcurrency(1).open()) {
            ExecutorService executor = pool.asExecutor();
            Future<Boolean> running = executor.submit(waits(folder));
            Future<Long> never = executor.submit(pid());
            Eventually.soon("the first runs", () -> Files.exists(folder.resolve("began")));
            assertEquals(1, executor.shutdownNow().size());
            assertTrue(running.isCancelled() && never.isCancelled());
            Eventually.soon("it is interrupted", () -> Files.exists(folder.resolve("interrupted")));
            assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES));
            assertFalse(pool.call(() -> ProcessHandle.current().pid())
                    == ProcessHandle.current().pid());
        }
    }

    @Test
    @DisplayName("X: a task whose runner ends fails with RunnerLost as cause")
    void aTaskWhoseRunnerEnds() {
        try (Pool pool = Pool.named("gone").max(1).open()) {
            Task<Integer> leaves = () -> {
                Runtime.getRuntime().halt(3);
                return 1;
            };
            Future<Integer> future = pool.asExecutor().submit(leaves);
            ExecutionException failed = assertThrows(ExecutionException.class, future::get);
            assertInstanceOf(RunnerLost.class, failed.getCause());
        }
    }
}
