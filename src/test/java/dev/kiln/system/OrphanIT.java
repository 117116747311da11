package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import dev.kiln.pool.spi.Backend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** kill -9 of a caller whose runners hold frames of each other: on one machine, and as if on several. */
@ParameterizedClass
@EnumSource(names = {"UNIX", "TLS"})
@ExtendWith(LeavesNothing.InTheEnd.class)
class OrphanIT {
    private static final int ROWS = 100_000;

    /** Without evidence, as between machines, a holder's death is known when its lease is over. */
    private static final Duration LEASE = Duration.ofSeconds(6);

    /** What the dead one had lent lingers for two leases. */
    private static final Duration SOON = LEASE.multipliedBy(3).plusSeconds(20);

    private static final long LOOK_MILLIS = 20;

    @Parameter
    FaultyNetwork.Kind kind;

    @TempDir
    Path folder;

    /** The work on a runner that holds another one's frame: uses it again and again, until it is to let go, then to end. */
    private static void hold(Frame frame, String folder) throws IOException, InterruptedException {
        Path at = Path.of(folder);
        Files.writeString(at.resolve("holder"), Long.toString(Pid.here()));
        for (long round = 1; !Files.exists(at.resolve("let go")); round++) {
            try (Frame here = frame.collect()) {
                assertEquals(ROWS, here.rowCount());
            }
            Files.writeString(at.resolve("round-" + round), "");
            pause();
        }
        frame.close();
        Files.writeString(at.resolve("has let go"), "");
        while (!Files.exists(at.resolve("end"))) {
            pause();
        }
    }

    private static void pause() throws InterruptedException {
        if (new CountDownLatch(1).await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("nobody counts down");
        }
    }

    private static long sockets(long pid) {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return open.filter(descriptor -> {
                        try {
                            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
                        } catch (IOException e) {
                            return false; // closed meanwhile
                        }
                    })
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On one machine memory is shared and deaths are seen; otherwise neither. */
    private static Backend backend(String kind) {
        Altered processes = Altered.of(FaultyNetwork.Kind.valueOf(kind)).leased(LEASE);
        return kind.equals("UNIX") ? processes : processes.unshared();
    }

    /** A caller that passes a frame of one runner by way of a second to a third, and waits to be killed. */
    static final class Doomed {
        public static void main(String[] arguments) throws Exception {
            String folder = arguments[1];
            Pool pool = Pool.named("doomed")
                    .max(3)
                    .maxConcurrency(1)
                    .idleShutdownAfter(Duration.ofMinutes(10))
                    .shutdownTimeout(Duration.ofSeconds(Long.parseLong(arguments[2])))
                    .backend(backend(arguments[0]))
                    .open();
            List<Frame> places = places(pool, Gate.in(Files.createDirectory(Path.of(folder, "places"))));
            Frame holder = places.get(2);
            Frame frame = pool.near(places.get(0)).call(() -> Frame.columns(Map.of("n", new long[ROWS])));
            long owner = pool.near(places.get(0)).call(Pid::here);
            long before = sockets(owner);
            System.out.println("owner " + owner);
            System.out.println("between " + pool.near(places.get(1)).call(Pid::here));
            pool.near(places.get(1)).unlinked().execute(() -> {
                pool.near(holder).unlinked().execute(() -> hold(frame, folder));
                Files.writeString(Path.of(folder, "passed on"), "");
            });
            // It listens, and has been visited.
            Eventually.soon("the holder is linked to the owner", () -> sockets(owner) >= before + 2);
            frame.close();
            System.out.println("now");
            new CountDownLatch(1).await();
        }

        private static List<Frame> places(Pool pool, Gate gate) {
            List<Call<Frame>> calls = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                String who = "runner-" + i;
                calls.add(pool.submit(() -> {
                    gate.pass(who);
                    return Frame.columns(Map.of("pid", new long[] {Pid.here()}));
                }));
                gate.awaitBegun(who);
            }
            gate.open();
            return calls.stream().map(Call::join).toList();
        }
    }

    /** What is there when the caller has been killed. */
    private record Orphans(long owner, long between, long holder) {}

    private Orphans orphans(Duration shutdownTimeout) throws Exception {
        try (JavaProgram caller = JavaProgram.start(
                Doomed.class, kind.name(), folder.toString(), Long.toString(shutdownTimeout.toSeconds()))) {
            long owner = Long.parseLong(caller.await("owner "));
            long between = Long.parseLong(caller.await("between "));
            caller.await("now");
            Eventually.soon("the holder uses it", () -> rounds() > 1);
            long holder = Long.parseLong(Files.readString(folder.resolve("holder")));
            caller.killHard();
            int _ = caller.status();
            return new Orphans(owner, between, holder);
        }
    }

    private long rounds() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("round-"))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void tell(String what) throws IOException {
        Files.writeString(folder.resolve(what), "");
    }

    /** The holder goes on using what it holds, and its owner is there for it; whoever nobody needs is gone. */
    private void assertHeldWithoutCaller(Orphans all) {
        long before = rounds();
        Eventually.within(SOON, "who has nothing to do and is held by nobody is gone", () -> Pid.ended(all.between));
        Eventually.within(SOON, "the holder uses the frame of an orphan", () -> rounds() > before + 50);
        assertFalse(Pid.ended(all.owner));
        assertFalse(Pid.ended(all.holder));
    }

    /** Nothing of processes that ended by themselves; what a killed one leaves, the next pool removes. */
    private static void assertNothingLeft(long... pids) {
        for (long pid : pids) {
            assertTrue(Pid.ended(pid));
            assertEquals(
                    List.of(),
                    LeavesNothing.named(Path.of(System.getProperty("java.io.tmpdir"))).stream()
                            .filter(path -> path.toString().contains("-" + pid + "-"))
                            .toList());
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @DisplayName(
            "R-03, G-01: caller → runner → runner: without the caller a frame lives until its last holder lets go of it,"
                    + " and its owner no longer")
    void letGo() throws Exception {
        Orphans all = orphans(Duration.ofMinutes(5));
        assertHeldWithoutCaller(all);
        tell("let go");
        Eventually.within(SOON, "the owner is gone", () -> Pid.ended(all.owner));
        assertTrue(Files.exists(folder.resolve("has let go")));
        assertFalse(Pid.ended(all.holder), "its work goes on");
        tell("end");
        Eventually.within(SOON, "the holder is gone", () -> Pid.ended(all.holder));
        assertNothingLeft(all.owner, all.between, all.holder);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @DisplayName("R-03, R-09: kill -9 of the last holder ends the owner, too")
    void holderKilled() throws Exception {
        Orphans all = orphans(Duration.ofMinutes(5));
        assertHeldWithoutCaller(all);
        Pid.killHard(all.holder);
        Eventually.within(SOON, "the owner is gone", () -> Pid.ended(all.owner));
        assertNothingLeft(all.owner, all.between);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @DisplayName("R-03: nothing outlives lease and shutdownTimeout, whoever holds what")
    void bounded() throws Exception {
        Orphans all = orphans(Duration.ofSeconds(8));
        Eventually.within(LEASE.plusSeconds(15), "all are gone", () -> Pid.ended(all.owner) && Pid.ended(all.holder));
        Eventually.soon("and the one between", () -> Pid.ended(all.between));
        assertNothingLeft(all.owner, all.between, all.holder);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @DisplayName("R-03: an owner whose frames nobody holds but the caller ends with the caller, though others work on")
    void nobodyHolds() throws Exception {
        tell("let go"); // before it has begun: then the holder holds nothing when the caller dies
        try (JavaProgram caller = JavaProgram.start(Unheld.class, kind.name(), folder.toString())) {
            long owner = Long.parseLong(caller.await("owner "));
            caller.await("now");
            Eventually.soon("it works", () -> Files.exists(folder.resolve("has let go")));
            long working = Long.parseLong(Files.readString(folder.resolve("holder")));
            caller.killHard();
            int _ = caller.status();
            Eventually.within(SOON, "the owner is gone", () -> Pid.ended(owner));
            assertFalse(Pid.ended(working), "its work goes on");
            tell("end");
            Eventually.within(SOON, "and ends", () -> Pid.ended(working));
            assertNothingLeft(owner, working);
        }
    }

    /** A caller that alone holds a frame of one runner, while unlinked work on another has nothing to do with it any more. */
    static final class Unheld {
        public static void main(String[] arguments) throws Exception {
            String folder = arguments[1];
            Pool pool = Pool.named("unheld")
                    .max(2)
                    .maxConcurrency(1)
                    .shutdownTimeout(Duration.ofMinutes(5))
                    .backend(backend(arguments[0]))
                    .open();
            Frame frame = pool.call(() -> Frame.columns(Map.of("n", new long[ROWS])));
            System.out.println("owner " + pool.near(frame).call(Pid::here));
            Gate gate = Gate.in(Files.createDirectory(Path.of(folder, "places")));
            Call<Long> busy = pool.near(frame).submit(() -> gate.pass("owner"));
            gate.awaitBegun("owner");
            pool.unlinked().execute(() -> hold(frame, folder)); // on the other one
            Eventually.soon("it works", () -> Files.exists(Path.of(folder, "has let go")));
            gate.open();
            long _ = busy.join();
            System.out.println("now");
            new CountDownLatch(1).await();
        }
    }
}
