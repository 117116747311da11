package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.QueryFailed;
import dev.kiln.pool.Call;
import dev.kiln.pool.CallFailed;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerLost;
import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.RunnerExit;
import dev.kiln.runner.RunnerExit.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** How a runner ended is told to those whose calls it took along. */
@ExtendWith(LeavesNothing.class)
class ExitIT {
    private static final Duration AT_ONCE = Duration.ofSeconds(20);
    private static final List<ByteBuffer> BUFFERS = new ArrayList<>();
    private static final List<long[]> ARRAYS = new ArrayList<>();

    @TempDir
    Path folder;

    private static boolean forever() throws InterruptedException {
        return new CountDownLatch(1).await(1, TimeUnit.HOURS);
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    private static void signal(String name, long pid) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor());
    }

    /** What ends the runner, beside another call that is lost with it for the same reason. */
    private static RunnerExit endedBy(Pool pool, RemoteCallable<?> end) {
        Call<Boolean> beside = pool.submit(ExitIT::forever);
        Eventually.soon("it runs", () -> pool.stats().running() == 1);
        RunnerExit exit = assertThrows(RunnerLost.class, () -> pool.submit(end).join(AT_ONCE))
                .exit();
        assertEquals(
                exit, assertThrows(RunnerLost.class, () -> beside.join(AT_ONCE)).exit());
        assertEquals(1, pool.call(() -> 1), "the pool goes on");
        return exit;
    }

    private static RunnerExit endedBySignal(Pool pool, String name) throws IOException, InterruptedException {
        Call<Boolean> running = pool.submit(ExitIT::forever);
        Eventually.soon("it runs", () -> pool.runners().stream()
                .anyMatch(runner -> runner.activeCalls() == 1 && runner.pid().isPresent()));
        signal(name, pool.runners().getFirst().pid().orElseThrow());
        return assertThrows(RunnerLost.class, () -> running.join(AT_ONCE)).exit();
    }

    private static Object fillHeap() {
        while (true) {
            ARRAYS.add(new long[100_000]);
        }
    }

    private static Object fillDirect() {
        while (true) {
            BUFFERS.add(ByteBuffer.allocateDirect(1 << 20));
        }
    }

    @Test
    @DisplayName("R-04: a runner whose heap is full ends, and its calls learn that it was the heap")
    void heap() {
        try (Pool pool =
                Pool.named("heap").max(1).jvmOptions(List.of("-Xmx48m")).open()) {
            RunnerExit exit = endedBy(pool, ExitIT::fillHeap);
            assertEquals(Kind.OUT_OF_MEMORY, exit.kind());
            assertEquals(3, exit.code().orElseThrow());
            assertTrue(exit.description().startsWith("out of memory: heap"), exit::toString);
        }
    }

    @Test
    @DisplayName("R-04: a runner that ran out of direct buffers ends, says so last, and its calls learn it")
    void direct() {
        try (Pool pool = Pool.named("direct")
                .max(1)
                .jvmOptions(List.of("-XX:MaxDirectMemorySize=16m"))
                .open()) {
            RunnerExit exit = endedBy(pool, ExitIT::fillDirect);
            assertEquals(Kind.OUT_OF_MEMORY, exit.kind());
            assertTrue(exit.description().startsWith("out of memory: direct"), exit::toString);
            assertTrue(exit.lastLines().getLast().contains("out of memory: direct"), exit::toString);
        }
    }

    @Test
    @DisplayName("R-04: an array that no JVM can have is the closure's own failure where Java code refuses it")
    void arrayLimit() {
        try (Pool pool = Pool.named("array").max(1).open()) {
            long before = pool.call(ExitIT::pid);
            CallFailed failed = assertThrows(CallFailed.class, () -> pool.call(() -> "abc".repeat(Integer.MAX_VALUE)));
            assertInstanceOf(OutOfMemoryError.class, failed.getCause());
            assertEquals(before, pool.call(ExitIT::pid));
        }
    }

    @Test
    @DisplayName("R-04: a user who keeps a JVM without memory gets its error, and the runner goes on")
    void theUserMayKeepIt() {
        try (Pool pool = Pool.named("kept")
                .max(1)
                .jvmOptions(List.of("-Xmx48m", "-XX:MaxDirectMemorySize=16m", "-XX:-ExitOnOutOfMemoryError"))
                .open()) {
            long before = pool.call(ExitIT::pid);
            for (RemoteCallable<?> filling : List.<RemoteCallable<?>>of(ExitIT::fillHeap, ExitIT::fillDirect)) {
                CallFailed failed = assertThrows(CallFailed.class, () -> pool.call(filling));
                assertInstanceOf(OutOfMemoryError.class, failed.getCause());
            }
            assertEquals(before, pool.call(ExitIT::pid));
        }
    }

    @Test
    @DisplayName("R-04: System.exit is an exit code, whatever the code")
    void exitCode() {
        try (Pool pool = Pool.named("code").max(1).open()) {
            for (int code : new int[] {7, 3, 67}) {
                RunnerExit exit = endedBy(pool, () -> {
                    System.exit(code);
                    return 1;
                });
                assertEquals(Kind.EXIT_CODE, exit.kind(), exit::toString);
                assertEquals(code, exit.code().orElseThrow());
            }
        }
    }

    @Test
    @DisplayName("R-04: signals are told by name, and a kill -9 as possibly out of memory")
    void signals() throws Exception {
        try (Pool pool = Pool.named("signals").max(1).open()) {
            RunnerExit killed = endedBySignal(pool, "KILL");
            assertEquals(Kind.SIGNAL, killed.kind());
            assertEquals(9, killed.code().orElseThrow());
            assertEquals("killed by SIGKILL, possibly out of memory", killed.description());
            RunnerExit terminated = endedBySignal(pool, "TERM");
            assertEquals(Kind.SIGNAL, terminated.kind());
            assertEquals("killed by SIGTERM", terminated.description());
        }
    }

    @Test
    @DisplayName("R-04: a crash of the JVM is told by its signal")
    void crash() throws Exception {
        try (Pool pool = Pool.named("crash")
                .max(1)
                .jvmOptions(List.of("-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=" + folder.resolve("hs_err.log")))
                .open()) {
            RunnerExit exit = endedBySignal(pool, "SEGV");
            assertEquals(Kind.SIGNAL, exit.kind(), exit::toString);
            assertEquals(11, exit.code().orElseThrow());
            assertTrue(exit.description().contains("SIGSEGV"), exit::toString);
        }
    }

    private static Object fillArrow() {
        try (var allocator = new RootAllocator(1 << 20);
                ArrowBuf buffer = allocator.buffer(1 << 21)) {
            return buffer.capacity();
        }
    }

    @Test
    @DisplayName(
            "R-04: a call that Arrow refuses memory fails, its runner goes on, and its later end by a signal says so")
    void arrow() throws Exception {
        try (Pool pool = Pool.named("arrow").max(1).open()) {
            long before = pool.call(ExitIT::pid);
            CallFailed failed = assertThrows(CallFailed.class, () -> pool.call(ExitIT::fillArrow));
            assertTrue(failed.getCause().toString().contains("OutOfMemoryException"), failed::getMessage);
            assertEquals(before, pool.call(ExitIT::pid));
            RunnerExit exit = endedBySignal(pool, "KILL");
            assertEquals(Kind.SIGNAL, exit.kind());
            assertTrue(exit.description().contains("after running out of memory: Arrow"), exit::toString);
            assertNotEquals(before, pool.call(ExitIT::pid));
        }
    }

    @Test
    @DisplayName("R-04: a query that the engine refuses memory fails, its runner goes on, and its later end says so")
    void engine() throws Exception {
        try (Pool pool = Pool.named("engine")
                .max(1)
                .jvmOptions(List.of("-Dkiln.engine.memory=30MB"))
                .open()) {
            Frame one = pool.call(() -> Frame.columns(Map.of("x", new int[] {1})));
            Frame lists = one.sql("select list(i) as l from this, range(100000000) t(i)");
            QueryFailed failed = assertThrows(QueryFailed.class, lists::compute);
            assertTrue(failed.getMessage().contains("Out of Memory"), failed.getMessage());
            assertEquals(1, one.compute().rowCount(), "the runner goes on");
            RunnerExit exit = endedBySignal(pool, "KILL");
            assertTrue(exit.description().contains("after running out of memory: engine"), exit::toString);
        }
    }
}
