package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.NotTransferable;
import dev.kiln.pool.Call;
import dev.kiln.pool.CallCancelled;
import dev.kiln.pool.CallFailed;
import dev.kiln.pool.Pool;
import dev.kiln.runner.RemoteCallable;
import dev.kiln.runner.Runner;
import dev.kiln.runner.RunnerContext;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One call at a time, against runners that are real processes. */
class CallIT {
    private static Pool pool;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() {
        pool = Pool.named("calls").max(1).open();
    }

    @AfterAll
    static void close() {
        pool.close();
        new LeavesNothing().afterEach(null);
    }

    record Point(int x, int y) {}

    enum Colour {
        RED
    }

    static final class Node implements Serializable {
        private static final long serialVersionUID = 1L;
        Node next;
    }

    static final class OwnException extends Exception {
        private static final long serialVersionUID = 1L;
        final int code;

        OwnException(String message, int code) {
            super(message);
            this.code = code;
        }
    }

    static int recurse(int depth) {
        return depth < 0 ? depth : recurse(depth + 1) + 1; // until the stack is full, or the numbers are
    }

    @Test
    @DisplayName("R-01: a closure runs in another process, which knows that it is a runner of the pool")
    void aClosureRunsElsewhere() {
        assertTrue(Runner.current().isEmpty());
        long there = pool.call(() -> ProcessHandle.current().pid());
        assertNotEquals(ProcessHandle.current().pid(), there);
        assertEquals(there, pool.runners().getFirst().pid().orElseThrow());
        assertEquals(
                "calls",
                pool.call(() -> Runner.current().map(RunnerContext::pool).orElse("nowhere")));
        assertTrue(pool.call(() -> {
            var found = new CompletableFuture<Boolean>();
            Thread.ofPlatform().start(() -> found.complete(Runner.current().isPresent()));
            return found.get();
        }));
    }

    @Test
    @DisplayName("C-01: call returns the value, submit a handle with id and runner, execute nothing")
    void theThreeWays() throws Exception {
        Path trace = folder.resolve("trace");
        String name = trace.toString();
        assertEquals(42, pool.call(() -> 42));
        Call<Integer> call = pool.submit(() -> 43);
        assertEquals(43, call.join());
        assertTrue(call.id() > 0);
        assertEquals(pool.runners().getFirst().id(), call.runner().orElseThrow());
        pool.execute(() -> Files.writeString(Path.of(name), "done"));
        Eventually.soon(
                "the executed work leaves its trace", () -> trace.toFile().length() == 4);
    }

    @Test
    @DisplayName("C-02: captures, results and identity within a message cross by value; null is a value")
    void valuesCross() {
        int[] numbers = {1, 2, 3};
        int[] doubled = pool.call(() -> {
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] *= 2;
            }
            return numbers;
        });
        assertTrue(Arrays.equals(new int[] {2, 4, 6}, doubled));
        assertTrue(Arrays.equals(new int[] {1, 2, 3}, numbers), "the caller's array is another one");
        assertNull(pool.call(() -> null));
        var node = new Node();
        node.next = node;
        Node back = pool.call(() -> node);
        assertSame(back, back.next);
        assertNotSame(node, back);
        List<Object> twice = pool.call(() -> {
            var one = new ArrayList<>(List.of(1));
            return List.of(one, one);
        });
        assertSame(twice.get(0), twice.get(1));
    }

    @Test
    @DisplayName("C-03: records, enums, arrays, collections and method references cross")
    void allKindsCross() {
        Map<String, Object> all = new HashMap<>();
        all.put("record", new Point(1, 2));
        all.put("enum", Colour.RED);
        all.put("array", List.of(1, 2));
        all.put("nested", Map.of("a", java.util.Optional.of(new Point(3, 4))));
        assertEquals(all, pool.call(() -> all));
        RemoteCallable<Long> reference = CallIT::pidThere;
        assertEquals(pool.runners().getFirst().pid().orElseThrow(), pool.call(reference));
    }

    static long pidThere() {
        return ProcessHandle.current().pid();
    }

    @Test
    @DisplayName("C-03: a capture that cannot cross is refused at submit with its path, and no runner is booted for it")
    void whatCannotCrossIsRefusedBeforeARunnerIsBooted() {
        try (Pool fresh = Pool.named("fresh").max(1).open()) {
            var holder = new Holder(new Thread("not transferable"));
            NotTransferable refused = assertThrows(NotTransferable.class, () -> fresh.call(() -> holder.name()));
            assertTrue(refused.path().contains("connection"), refused.getMessage());
            assertTrue(refused.getMessage().contains("java.lang.Thread"), refused.getMessage());
            assertThrows(NotTransferable.class, () -> fresh.submit(() -> holder.name()));
            assertThrows(NotTransferable.class, () -> fresh.execute(() -> assertEquals("holder", holder.name())));
            assertEquals(List.of(), fresh.runners());
        }
    }

    static final class Holder implements Serializable {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("serial") // that is the point
        final Object connection;

        Holder(Object connection) {
            this.connection = connection;
        }

        String name() {
            return "holder";
        }
    }

    @Test
    @DisplayName("C-03: a result that cannot cross fails the call and names the path")
    void aResultThatCannotCross() {
        CallFailed failed = assertThrows(CallFailed.class, () -> pool.call(() -> List.of(new Holder(new Thread()))));
        assertInstanceOf(NotTransferable.class, failed.getCause());
        assertTrue(failed.getMessage().contains("connection"), failed.getMessage());
    }

    @Test
    @DisplayName(
            "C-04: a closure's exception is the cause, with its own fields, the remote stack and the caller's stack")
    void exceptionsCross() {
        CallFailed failed = assertThrows(
                CallFailed.class,
                () -> pool.call(() -> {
                    throw new OwnException("boom", 7);
                }));
        OwnException cause = assertInstanceOf(OwnException.class, failed.getCause());
        assertEquals("boom", cause.getMessage());
        assertEquals(7, cause.code);
        assertTrue(mentions(cause, "Executions"), "the remote stack");
        assertTrue(mentions(failed, "exceptionsCross"), "the caller's stack");
        Call<Object> call = pool.submit(() -> {
            throw new OwnException("again", 8);
        });
        assertTrue(mentions(assertThrows(CallFailed.class, call::join), "exceptionsCross"), "the submitter's stack");
    }

    private static boolean mentions(Throwable failure, String name) {
        return Arrays.stream(failure.getStackTrace())
                .anyMatch(frame -> (frame.getClassName() + frame.getMethodName()).contains(name));
    }

    @Test
    @DisplayName("C-04: errors and exceptions that cannot cross arrive too, and the runner goes on")
    void errorsCross() {
        long before = pool.call(CallIT::pidThere);
        CallFailed overflow = assertThrows(CallFailed.class, () -> pool.call(() -> recurse(0)));
        assertInstanceOf(StackOverflowError.class, overflow.getCause());
        CallFailed missing = assertThrows(
                CallFailed.class,
                () -> pool.call(() -> {
                    throw new NoClassDefFoundError("gone/Missing");
                }));
        assertInstanceOf(NoClassDefFoundError.class, missing.getCause());
        CallFailed foreign = assertThrows(
                CallFailed.class,
                () -> pool.call(() -> {
                    throw new Unsendable(new Thread("t"));
                }));
        assertTrue(
                foreign.getCause().toString().contains("Unsendable"),
                foreign.getCause().toString());
        assertTrue(
                foreign.getCause().getMessage().contains("cannot be sent"),
                foreign.getCause().getMessage());
        assertEquals(before, pool.call(CallIT::pidThere));
    }

    static final class Unsendable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("serial") // that is the point
        final Object part;

        Unsendable(Object part) {
            super("cannot be sent");
            this.part = part;
        }
    }

    @Test
    @DisplayName("C-15: interrupting a blocked call cancels the work, restores the flag and throws CallCancelled")
    void interruptCancels() throws Exception {
        Path started = folder.resolve("started");
        Path interrupted = folder.resolve("interrupted");
        String startedName = started.toString();
        String interruptedName = interrupted.toString();
        var outcome = new CompletableFuture<Throwable>();
        var flag = new CompletableFuture<Boolean>();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                pool.call(() -> {
                    Files.createFile(Path.of(startedName));
                    try {
                        return new CountDownLatch(1).await(1, TimeUnit.HOURS);
                    } catch (InterruptedException e) {
                        Files.createFile(Path.of(interruptedName));
                        throw e;
                    }
                });
            } catch (CallCancelled e) {
                outcome.complete(e);
                flag.complete(Thread.currentThread().isInterrupted());
            }
        });
        Eventually.soon("the work has begun", () -> Files.exists(started));
        caller.interrupt();
        assertInstanceOf(CallCancelled.class, outcome.get(10, TimeUnit.SECONDS));
        assertTrue(flag.get(10, TimeUnit.SECONDS));
        Eventually.soon("the work was interrupted", () -> Files.exists(interrupted));
        assertEquals(1, pool.call(() -> 1));
    }

    @Test
    @DisplayName("C-15: cancelling the future cancels the work; dependents run on threads of their own")
    void futuresCancel() throws Exception {
        Path interrupted = folder.resolve("interrupted");
        Path started = folder.resolve("started");
        String startedName = started.toString();
        String interruptedName = interrupted.toString();
        Call<Boolean> call = pool.submit(() -> {
            Files.createFile(Path.of(startedName));
            try {
                return new CountDownLatch(1).await(1, TimeUnit.HOURS);
            } catch (InterruptedException e) {
                Files.createFile(Path.of(interruptedName));
                throw e;
            }
        });
        Eventually.soon("the work has begun", () -> Files.exists(started));
        assertTrue(call.toCompletableFuture().cancel(true));
        assertThrows(CallCancelled.class, call::join);
        assertThrows(
                CancellationException.class, () -> call.toCompletableFuture().get());
        assertFalse(call.cancel(), "it is over");
        Eventually.soon("the work was interrupted", () -> Files.exists(interrupted));
        String thread = pool.submit(() -> 1)
                .thenApply(one -> Thread.currentThread().getName())
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        assertFalse(thread.startsWith("kiln-link") || thread.startsWith("kiln-pool-"), thread);
    }
}
