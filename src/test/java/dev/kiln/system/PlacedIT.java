package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Call;
import dev.kiln.pool.Placed;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerInfo;
import dev.kiln.pool.RunnerLost;
import dev.kiln.runner.RunnerExit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Objects that live on runners, which are processes and die. */
@ExtendWith(LeavesNothing.class)
class PlacedIT {

    @TempDir
    Path folder;

    record Row(int x) {}

    interface Counter {
        int add(int more);

        int value();

        long pid();

        boolean forever() throws InterruptedException;

        List<Frame> frames();

        int sum(Frame frame);
    }

    static final class MyCounter implements Counter, AutoCloseable {
        private int value;
        private final Path farewell;

        MyCounter(int value, Path farewell) {
            this.value = value;
            this.farewell = farewell;
        }

        /** Reads and writes apart, with time between, as a method that is not safe for several threads does. */
        @Override
        public int add(int more) {
            int before = value;
            LockSupport.parkNanos(1_000);
            value = before + more;
            return value;
        }

        @Override
        public int value() {
            return value;
        }

        @Override
        public long pid() {
            return ProcessHandle.current().pid();
        }

        @Override
        public boolean forever() throws InterruptedException {
            return new CountDownLatch(1).await(1, TimeUnit.HOURS);
        }

        @Override
        public List<Frame> frames() {
            return List.of(Frame.columns(Map.of("x", new int[] {value})));
        }

        @Override
        public int sum(Frame frame) {
            return frame.toRows(Row.class).stream().mapToInt(Row::x).sum();
        }

        @Override
        public void close() throws IOException {
            Files.createFile(farewell);
        }
    }

    private Path farewell() {
        return folder.resolve("farewell");
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }

    private static int placedObjects(Pool pool) {
        return pool.runners().stream().mapToInt(RunnerInfo::placedObjects).sum();
    }

    /** Kills the runner of an object and waits until the object is elsewhere. */
    private static void killAndWait(Placed<Counter> placed) {
        Optional<String> before = placed.runner();
        kill(placed.get().pid());
        Eventually.soon(
                "the object is elsewhere",
                () -> placed.runner().isPresent() && !placed.runner().equals(before));
    }

    @Test
    @DisplayName("O-01: calls from many threads do not interleave, and each sees what the one before it left")
    void callsFromManyThreadsDoNotInterleave() throws Exception {
        Path farewell = farewell();
        try (Pool pool = Pool.named("turns").max(1).open();
                Placed<Counter> placed = pool.place(Counter.class, () -> new MyCounter(0, farewell));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertNotEquals(ProcessHandle.current().pid(), placed.get().pid());
            List<Future<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                calls.add(threads.submit(() -> placed.get().add(1)));
            }
            Set<Integer> seen = new HashSet<>();
            for (Future<Integer> call : calls) {
                seen.add(call.get());
            }
            assertEquals(1_000, seen.size());
            assertEquals(1_000, placed.get().value());
        }
        assertTrue(Files.exists(farewell), "its own close has run");
    }

    @Test
    @DisplayName("O-01, F-01, F-02: frames that methods return stay on the runner, and come back as they are")
    void framesStayOnTheRunner() {
        Path farewell = farewell();
        try (Pool pool = Pool.named("framed").max(1).open();
                Placed<Counter> placed = pool.place(Counter.class, () -> new MyCounter(42, farewell))) {
            List<Frame> frames = placed.get().frames();
            assertTrue(frames.getFirst().isRemote());
            assertEquals(placed.runner(), Optional.of(frames.getFirst().owner()));
            assertEquals(42, placed.get().sum(frames.getFirst()));
            Frame.closeAll(frames);
        }
    }

    @Test
    @DisplayName("C-03, F-02: closures that capture an object call it, on its runner and on another, frames included")
    void closuresCallTheObjectThatTheyCaptured() {
        Path farewell = farewell();
        try (Pool pool = Pool.named("captured").max(2).maxConcurrency(2).open();
                Placed<Counter> placed = pool.place(Counter.class, () -> new MyCounter(1, farewell))) {
            Counter counter = placed.get();
            int rows = 100_000; // more than travels in a message
            List<Call<Long>> calls = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                calls.add(pool.submit(() -> {
                    int[] ones = new int[rows];
                    Arrays.fill(ones, 1);
                    try (Frame frame = Frame.columns(Map.of("x", ones))) {
                        assertEquals(rows, counter.sum(frame));
                    }
                    placed.get().add(1);
                    return ProcessHandle.current().pid();
                }));
            }
            Set<Long> places = new HashSet<>();
            calls.forEach(call -> places.add(call.join()));
            assertEquals(2, places.size(), "on both runners");
            assertTrue(places.contains(counter.pid()));
            assertEquals(21, counter.value());
        }
    }

    @Test
    @DisplayName(
            "O-03, R-09: kill -9 of the runner is RunnerLost for the method that runs, at once, and for the next use")
    void withoutRestartsTheObjectIsLost() throws Exception {
        Path farewell = farewell();
        try (Pool pool = Pool.named("mortal").max(1).open();
                Placed<Counter> placed = pool.place(Counter.class, () -> new MyCounter(0, farewell));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long pid = placed.get().pid();
            Future<Boolean> running = threads.submit(() -> placed.get().forever());
            Eventually.soon("it runs", () -> pool.runners().getFirst().activeCalls() == 1);
            kill(pid);
            RunnerLost under = assertInstanceOf(
                    RunnerLost.class,
                    assertThrows(ExecutionException.class, () -> running.get(10, TimeUnit.SECONDS))
                            .getCause());
            assertEquals(RunnerExit.Kind.SIGNAL, under.exit().kind());
            RunnerLost next = assertThrows(RunnerLost.class, () -> placed.get().value());
            assertEquals(RunnerExit.Kind.SIGNAL, next.exit().kind());
            assertTrue(next.getMessage().contains("was lost with its runner mortal-1"), next.getMessage());
            assertEquals(7, pool.call(() -> 7));
        }
        assertFalse(Files.exists(farewell));
    }

    @Test
    @DisplayName("O-03: with restarts(2) the factory runs again, and the third death is the last")
    void withRestartsTheFactoryRunsAgain() {
        Path farewell = farewell();
        try (Pool pool = Pool.named("phoenix").max(2).open();
                Placed<Counter> placed = pool.restarts(2).place(Counter.class, () -> new MyCounter(10, farewell))) {
            Counter counter = placed.get();
            assertEquals(11, counter.add(1));
            killAndWait(placed);
            assertEquals(12, counter.add(2));
            killAndWait(placed);
            assertEquals(13, counter.add(3));
            kill(counter.pid());
            Eventually.soon("it is lost", () -> placed.runner().isEmpty());
            RunnerLost lost = assertThrows(RunnerLost.class, counter::value);
            assertTrue(lost.getMessage().contains("made again 2 times"), lost.getMessage());
            assertEquals(0, placedObjects(pool));
        }
    }

    @Test
    @DisplayName("O-03: calls that come while it is made again wait for that; with a checkpoint the state comes back")
    void withACheckpointTheStateComesBack() {
        Path farewell = farewell();
        try (Pool pool = Pool.named("memory").max(1).open();
                Placed<Counter> placed = pool.restarts(2)
                        .checkpoint(Duration.ofMillis(20), MyCounter::value)
                        .restore(value -> new MyCounter(value, farewell))
                        .place(Counter.class, () -> new MyCounter(0, farewell))) {
            Counter counter = placed.get();
            for (int death = 1; death <= 2; death++) {
                counter.add(20);
                placed.checkpoint();
                Optional<String> before = placed.runner();
                kill(counter.pid());
                Eventually.soon("that is known", () -> !placed.runner().equals(before));
                assertEquals(20 * death + death, counter.add(1)); // whether it is there already or not
                placed.checkpoint();
            }
            kill(counter.pid());
            Eventually.soon("the third death is the last", () -> placed.runner().isEmpty());
            assertThrows(RunnerLost.class, counter::value);
        }
    }

    @Test
    @DisplayName("O-02, P-04: a pool of one slot with a placed object queues a call until the object is closed")
    void aPlacedObjectTakesASlot() {
        Path farewell = farewell();
        try (Pool pool = Pool.named("single").max(1).maxConcurrency(1).open()) {
            Placed<Counter> placed = pool.place(Counter.class, () -> new MyCounter(0, farewell));
            assertEquals(1, placedObjects(pool));
            Call<Integer> waiting = pool.submit(() -> 7);
            assertEquals(1, placed.get().add(1)); // without a slot of its own
            assertEquals(1, pool.stats().queued());
            placed.close();
            assertEquals(7, waiting.join());
            assertTrue(Files.exists(farewell), "closed before its slot was free");
            assertEquals(0, placedObjects(pool));
        }
    }

    @Test
    @DisplayName("O-02, P-11: a placed object keeps its runner until nobody can reach it any more; then both go")
    void anUnreachableObjectGoes() {
        Path farewell = farewell();
        try (Pool pool = Pool.named("dropped")
                .max(1)
                .idleShutdownAfter(Duration.ofMillis(50))
                .open()) {
            Counter proxy =
                    pool.place(Counter.class, () -> new MyCounter(0, farewell)).get();
            for (int i = 0; i < 20; i++) {
                System.gc();
                assertEquals(i + 1, proxy.add(1)); // the proxy alone keeps it
            }
            proxy = null;
            Eventually.soon("it is closed", () -> {
                System.gc();
                return Files.exists(farewell);
            });
            Eventually.soon("its runner goes", () -> pool.runners().isEmpty());
        }
    }

    /** What the test below kills. */
    static final class PlacingProgram {
        private PlacingProgram() {}

        public static void main(String[] args) throws Exception {
            Path farewell = Path.of(args[0]);
            try (Pool pool = Pool.named("victim").max(1).open();
                    Placed<Counter> placed = pool.place(Counter.class, () -> new MyCounter(0, farewell))) {
                System.out.println("runner " + placed.get().pid());
                boolean _ = placed.get().forever();
            }
        }
    }

    @Test
    @DisplayName("O-02, C-08: kill -9 of the caller ends the object and its runner")
    void theCallersDeathEndsIt() throws Exception {
        try (JavaProgram caller =
                JavaProgram.start(PlacingProgram.class, farewell().toString())) {
            long runner = Long.parseLong(caller.await("runner "));
            caller.killHard();
            // Evidence of death: long before the lease of 20 s is over.
            Eventually.within(Duration.ofSeconds(15), "its runner has ended", () -> ProcessHandle.of(runner)
                    .filter(ProcessHandle::isAlive)
                    .isEmpty());
        }
    }
}
