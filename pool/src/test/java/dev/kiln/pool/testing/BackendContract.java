package dev.kiln.pool.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.BootFailed;
import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolBuilder;
import dev.kiln.pool.RunnerLost;
import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootOrder;
import dev.kiln.pool.spi.BootProblem;
import dev.kiln.pool.spi.Machine;
import dev.kiln.pool.testing.WatchedBackend.Booted;
import dev.kiln.pool.testing.WatchedBackend.Fault;
import dev.kiln.runner.Runner;
import dev.kiln.runner.RunnerExit;
import dev.kiln.runner.wire.Message.Hello;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every backend does, whatever its runners run on. */
public abstract class BackendContract {
    private static final int MANY = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final List<WatchedBackend> backends = new ArrayList<>();

    /** A backend that was never opened. */
    protected abstract Backend newBackend();

    /** Fails if this backend has left anything on this machine or elsewhere; all that was opened is closed. */
    protected void assertNothingIsLeft() throws Exception {}

    /** A new backend whose boots are watched, and must all have ended when the test has. */
    protected final WatchedBackend watched() {
        var backend = new WatchedBackend(newBackend());
        backends.add(backend);
        return backend;
    }

    /** A pool of it, for this test. */
    protected final PoolBuilder pool(Backend backend) {
        return Pool.named("contract").max(1).backend(backend);
    }

    /** Waits until it has ended; @return how */
    protected static RunnerExit end(Machine machine) throws Exception {
        return machine.ended().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static boolean forever() throws InterruptedException {
        return new CountDownLatch(1).await(1, TimeUnit.HOURS);
    }

    private static BootOrder order(String runner) {
        byte[] token = ("token of " + runner).getBytes(StandardCharsets.UTF_8);
        return new BootOrder(runner, java.util.Arrays.copyOf(token, 32), new byte[32], List.of(), Map.of(), PATIENCE);
    }

    @AfterEach
    void allThatWasBootedHasEnded() throws Exception {
        for (WatchedBackend backend : backends) {
            for (Booted booted : backend.boots()) {
                assertFalse(
                        end(booted.machine()).description().isBlank(),
                        booted.order().runner());
            }
        }
        assertNothingIsLeft();
    }

    @Test
    @DisplayName("P-06: a runner greets, serves calls and knows who it is")
    void boots() {
        var backend = watched();
        assertFalse(backend.name().isBlank());
        try (Pool pool = pool(backend).open()) {
            assertEquals(
                    "contract-1", pool.call(() -> Runner.current().orElseThrow().id()));
            assertEquals(1, backend.boots().size());
            assertEquals(
                    backend.boots().getFirst().machine().pid(),
                    backend.boots().getFirst().machine().pid().isEmpty()
                            ? java.util.OptionalLong.empty()
                            : pool.runners().getFirst().pid());
        }
    }

    @Test
    @DisplayName("P-06: it serves one pool: a second is refused for good, and the first does not notice")
    void servesOnePool() {
        var backend = watched();
        try (Pool pool = pool(backend).open()) {
            String runner = pool.call(() -> Runner.current().orElseThrow().id());
            BootFailed refused = assertThrows(
                    BootFailed.class,
                    () -> Pool.named("contract-too").backend(backend).open());
            assertTrue(refused.permanent());
            assertEquals(runner, pool.call(() -> Runner.current().orElseThrow().id()));
            assertEquals(0, pool.stats().losses());
        }
    }

    @Test
    @DisplayName("P-02, R-02: of many boots at once each greets under its own name, with its own token")
    void bootsInParallel() throws Exception {
        var backend = watched();
        var visitors = new Visitors();
        backend.open("many", visitors);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Machine>> orders = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                String runner = "many-" + i;
                orders.add(() -> backend.boot(order(runner)));
            }
            for (Future<Machine> booted : threads.invokeAll(orders)) {
                assertFalse(booted.get().ended().toCompletableFuture().isDone());
            }
            Map<String, byte[]> tokens = new HashMap<>();
            for (int i = 0; i < MANY; i++) {
                Hello hello = visitors.next();
                tokens.put(hello.runner(), hello.token());
            }
            for (int i = 0; i < MANY; i++) {
                assertArrayEquals(order("many-" + i).token(), tokens.get("many-" + i));
            }
        } finally {
            backend.close();
        }
    }

    @Test
    @DisplayName("R-09: a runner that is killed, once or twice, is seen to have ended at once")
    void killed() throws Exception {
        var backend = watched();
        try (Pool pool = pool(backend).open()) {
            Call<Boolean> call = pool.submit(BackendContract::forever);
            String first = pool.call(() -> Runner.current().orElseThrow().id());
            Machine machine = backend.boots().getFirst().machine();
            assertFalse(machine.ended().toCompletableFuture().isDone());
            machine.kill();
            machine.kill();
            RunnerExit how = end(machine);
            assertFalse(how.description().isBlank());
            RunnerLost lost = assertThrows(RunnerLost.class, () -> call.join(PATIENCE));
            assertTrue(lost.exit().description().contains(how.description()), lost.getMessage());
            assertFalse(
                    first.equals(pool.call(() -> Runner.current().orElseThrow().id())));
            machine.kill();
            assertEquals(1, pool.stats().ready(), "killing the dead harms nobody");
        }
    }

    @Test
    @DisplayName("P-28: close ends those that run and those that have not been answered yet, and may be called again")
    void closeEndsAll() throws Exception {
        var backend = watched();
        var visitors = new Visitors();
        backend.open("ending", visitors);
        Machine greeted = backend.boot(order("ending-1"));
        assertEquals("ending-1", visitors.next().runner());
        Machine starting = backend.boot(order("ending-2"));
        backend.close();
        assertFalse(end(greeted).description().isBlank());
        assertFalse(end(starting).description().isBlank());
        backend.close();
    }

    @Test
    @DisplayName("P-28: before it is opened and after it is closed it boots nothing")
    void bootsOnlyWhileOpen() throws Exception {
        var backend = watched();
        assertThrows(BootProblem.class, () -> backend.boot(order("early")));
        backend.open("short", new Visitors());
        backend.close();
        BootProblem late = assertThrows(BootProblem.class, () -> backend.boot(order("late")));
        assertTrue(late.permanent(), late.getMessage());
        assertEquals(List.of(), backend.boots());
    }

    @Test
    @DisplayName("P-24: when it cannot boot for now, the pool asks it again, and the waiting call is served")
    void transientFaults() {
        var backend = watched();
        backend.failNext(2, Fault.TRANSIENT);
        try (Pool pool = pool(backend).open()) {
            assertEquals(7, pool.call(() -> 7));
            assertEquals(2, pool.stats().bootFailures());
            assertEquals(1, pool.stats().boots());
            assertEquals(1, backend.boots().size());
        }
    }

    @Test
    @DisplayName("P-24: runners that end before they greet are failed boots, too")
    void stillbornRunners() {
        var backend = watched();
        backend.failNext(2, Fault.STILLBORN);
        try (Pool pool = pool(backend).open()) {
            assertEquals(7, pool.call(() -> 7));
            assertEquals(2, pool.stats().bootFailures());
            assertEquals(0, pool.stats().losses());
        }
    }

    @Test
    @DisplayName("P-24: when it will never be able to boot, waiting calls fail at once, with the reason")
    void permanentFaults() {
        var backend = watched();
        backend.failNext(Integer.MAX_VALUE, Fault.PERMANENT);
        try (Pool pool = pool(backend).queueTimeout(Duration.ofHours(1)).open()) {
            for (int i = 0; i < 2; i++) {
                BootFailed failed = assertThrows(BootFailed.class, () -> pool.call(() -> 7));
                assertTrue(failed.permanent());
                assertTrue(failed.getMessage().contains("out of machines"), failed.getMessage());
            }
            assertEquals(List.of(), backend.boots());
        }
    }

    @Test
    @DisplayName("P-02: one boot of the first min that fails fails open, and what came up is ended")
    void failedOpen() throws Exception {
        var backend = watched();
        backend.failNext(1, Fault.STILLBORN);
        assertThrows(BootFailed.class, () -> pool(backend).min(3).max(3).open());
        for (Booted booted : backend.boots()) {
            assertFalse(end(booted.machine()).description().isBlank());
        }
        pool(newBackend()).open().close(); // the name is free again
    }
}
