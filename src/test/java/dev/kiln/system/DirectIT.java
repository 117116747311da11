package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameLost;
import dev.kiln.frame.Traffic;
import dev.kiln.pool.Call;
import dev.kiln.pool.CallFailed;
import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolBuilder;
import dev.kiln.pool.RunnerInfo;
import dev.kiln.pool.RunnerLost;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frame data between runners that share no memory: by Unix domain sockets, or TCP with TLS. */
@ParameterizedClass
@EnumSource
@ExtendWith(LeavesNothing.class)
class DirectIT {
    private static final int ROWS = 4_000_000;
    private static final long BYTES = 8L * ROWS;

    /** Requests and answers without data. */
    private static final long WORDS = 100_000;

    private static final String BIND = "-Dkiln.runner.bind=127.0.0.1:";
    private static final String ADVERTISE = "-Dkiln.runner.advertise=127.0.0.1:";

    @Parameter
    FaultyNetwork.Kind kind;

    @TempDir
    Path folder;

    private PoolBuilder pool(String name, int runners) {
        return Pool.named(name)
                .max(runners)
                .maxConcurrency(1)
                .idleShutdownAfter(Duration.ofMinutes(10))
                .backend(Altered.of(kind).unshared());
    }

    /** A small frame on each of so many runners, by which they can be named. */
    private List<Frame> places(Pool pool, int runners) throws Exception {
        Gate gate = Gate.in(Files.createDirectory(folder.resolve("places")));
        List<Call<Frame>> calls = new ArrayList<>();
        for (int i = 0; i < runners; i++) {
            String who = "runner-" + i;
            calls.add(pool.submit(() -> {
                gate.pass(who);
                return Frame.columns(Map.of("pid", new long[] {Pid.here()}));
            }));
        }
        for (int i = 0; i < runners; i++) {
            gate.awaitBegun("runner-" + i);
        }
        gate.open();
        List<Frame> places = calls.stream().map(Call::join).toList();
        assertEquals(runners, places.stream().map(Frame::owner).distinct().count());
        return places;
    }

    private static Frame numbers(int rows) {
        long[] numbers = new long[rows];
        Arrays.setAll(numbers, row -> row);
        return Frame.columns(Map.of("n", numbers));
    }

    /** Fetches the data to where this runs, looks at each value, and tells what came how. */
    private static Traffic fetch(Frame frame, int rows) {
        Traffic before = Traffic.here();
        try (Frame here = frame.collect();
                Frame sum =
                        here.groupBy().summarise("s = sum(n)", "k = count(*)").collect()) {
            Sum found = sum.toRows(Sum.class).getFirst();
            assertEquals(rows, found.k());
            assertEquals((long) rows * (rows - 1) / 2, found.s());
        }
        return Traffic.here().since(before);
    }

    record Sum(long s, long k) {}

    private static long relayedSince(Traffic before) {
        return Traffic.here().since(before).relayedBytes();
    }

    @Test
    @DisplayName("F-07: data goes straight from runner to runner: the caller passes on no more than the questions")
    void straight() throws Exception {
        try (Pool pool = pool("straight", 2).open()) {
            List<Frame> places = places(pool, 2);
            Frame large = pool.near(places.get(0)).call(() -> numbers(ROWS));
            Frame medium = pool.near(places.get(0)).call(() -> numbers(20_000));
            Traffic before = Traffic.here();
            Traffic there = pool.near(places.get(1)).call(() -> fetch(large, ROWS));
            assertTrue(there.copiedBytes() >= BYTES, there::toString);
            assertEquals(0, there.mappedBytes());
            there = pool.near(places.get(1)).call(() -> fetch(medium, 20_000)); // not sent along with an answer
            assertTrue(there.copiedBytes() >= 160_000, there::toString);
            assertTrue(relayedSince(before) < WORDS, () -> "passed on: " + relayedSince(before));

            Frame copies = pool.near(places.get(1)).call(() -> numbers(ROWS)).replicas(2);
            assertTrue(relayedSince(before) < WORDS, () -> "and for a copy: " + relayedSince(before));
            assertTrue(Traffic.here().since(before).copiedBytes() < WORDS);
            Frame.closeAll(List.of(large, medium, copies, places));
        }
    }

    /** A relay in the only way to a runner that is about to be visited for the first time. */
    private final class Detour implements AutoCloseable {
        final Pool pool;
        final Frame owner;
        final Frame reader;
        final FaultyRelay relay;

        /** Over TCP runners are told where to listen and what to say of it; a socket can be replaced. */
        Detour() throws Exception {
            if (kind == FaultyNetwork.Kind.TLS) {
                int port = freePort();
                relay = FaultyRelay.between(loopback(0), loopback(port));
                int told = ((InetSocketAddress) relay.address()).getPort();
                pool = pool("detour", 2)
                        .jvmOptions(List.of(BIND + port, ADVERTISE + told))
                        .open();
                List<Frame> places = places(pool, 2);
                owner = places.get(0);
                reader = places.get(1);
            } else {
                pool = pool("detour", 3).open();
                List<Frame> places = places(pool, 3);
                owner = places.get(0);
                reader = places.get(1);
                Frame some = pool.near(owner).call(() -> numbers(20_000));
                Traffic _ = pool.near(places.get(2)).call(() -> fetch(some, 20_000)); // it listens from here on
                some.close();
                Path socket = socketOf(pid(owner));
                Path real = socket.resolveSibling("real");
                Files.move(socket, real);
                relay = FaultyRelay.between(UnixDomainSocketAddress.of(socket), UnixDomainSocketAddress.of(real));
            }
        }

        long pid(Frame place) {
            return pool.runners().stream()
                    .filter(runner -> runner.id().equals(place.owner()))
                    .mapToLong(runner -> runner.pid().orElseThrow())
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public void close() {
            pool.close();
            relay.close();
        }
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Path socketOf(long pid) {
        return LeavesNothing.named(Path.of(System.getProperty("java.io.tmpdir"))).stream()
                .filter(path -> path.toString().contains("-" + pid + "-"))
                .findFirst()
                .orElseThrow()
                .resolve("peers");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "F-07: a direct link that is cut in the middle goes on over another connection, or by way of the caller")
    void cutInTheMiddle(boolean comesBack) throws Exception {
        try (var detour = new Detour()) {
            Frame large = detour.pool.near(detour.owner).call(() -> numbers(ROWS));
            detour.relay.stallAfter(BYTES / 3);
            Traffic before = Traffic.here();
            Call<Traffic> fetching = detour.pool.near(detour.reader).submit(() -> fetch(large, ROWS));
            Eventually.soon("it is in the middle", () -> detour.relay.passed() > BYTES / 3);
            if (comesBack) {
                detour.relay.cut();
            } else {
                detour.relay.part();
            }
            assertTrue(fetching.join().copiedBytes() >= BYTES);
            long passedOn = relayedSince(before);
            // What is asked for while there is no connection goes by way of the caller; the rest only if there will be
            // none.
            assertEquals(!comesBack, passedOn > BYTES / 3, () -> "passed on: " + passedOn);
            assertEquals(comesBack ? 2 : 1, detour.relay.connections());
            assertEquals(0, detour.pool.stats().losses());
        }
    }

    @Test
    @DisplayName("F-07, F-10: kill -9 of the owner in the middle is FrameLost for the reader, which goes on")
    void ownerKilledInTheMiddle() throws Exception {
        try (var detour = new Detour()) {
            Frame large = detour.pool.near(detour.owner).call(() -> numbers(ROWS));
            detour.relay.stallAfter(BYTES / 3);
            Call<Traffic> fetching = detour.pool.near(detour.reader).submit(() -> fetch(large, ROWS));
            Eventually.soon("it is in the middle", () -> detour.relay.passed() > BYTES / 3);
            Pid.killHard(detour.pid(detour.owner));
            CallFailed failed = assertThrows(CallFailed.class, fetching::join);
            assertInstanceOf(FrameLost.class, failed.getCause());
            assertEquals(1, detour.pool.near(detour.reader).call(() -> 1));
            assertEquals(1, detour.pool.stats().losses());
        }
    }

    @Test
    @DisplayName(
            "F-07, G-01: kill -9 of the reader in the middle is no matter for the owner, and nothing stays held for it")
    void readerKilledInTheMiddle() throws Exception {
        try (var detour = new Detour()) {
            Frame large = detour.pool.near(detour.owner).call(() -> numbers(ROWS));
            detour.relay.stallAfter(BYTES / 3);
            Call<Traffic> fetching = detour.pool.near(detour.reader).submit(() -> fetch(large, ROWS));
            Eventually.soon("it is in the middle", () -> detour.relay.passed() > BYTES / 3);
            Pid.killHard(detour.pid(detour.reader));
            assertThrows(RunnerLost.class, fetching::join);
            assertEquals(ROWS, large.rowCount());
            assertTrue(fetch(large, ROWS).copiedBytes() >= BYTES);
            String owner = large.owner();
            Frame.closeAll(List.of(large, detour.owner));
            Eventually.soon(
                    "nothing is held there",
                    () -> detour.pool.runners().stream()
                                    .filter(runner -> runner.id().equals(owner))
                                    .mapToLong(RunnerInfo::residentCount)
                                    .sum()
                            == 0);
        }
    }

    /** Why there is no direct link. */
    enum Obstacle {
        CANNOT_LISTEN,
        IS_REFUSED,
        IS_SWALLOWED
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("F-07: where a runner cannot listen or be reached its data comes by way of the caller, all by itself")
    void fallsBack(Obstacle obstacle) throws Exception {
        assumeTrue(kind == FaultyNetwork.Kind.TLS, "a socket of this machine is always reached");
        try (ServerSocket swallowing = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String option =
                    switch (obstacle) {
                        case CANNOT_LISTEN -> "-Dkiln.runner.bind=192.0.2.1"; // which is nobody's, by RFC 5737
                        case IS_REFUSED -> ADVERTISE + freePort();
                        case IS_SWALLOWED -> ADVERTISE + swallowing.getLocalPort(); // nobody accepts there
                    };
            try (Pool pool = pool("obstacle", 2).jvmOptions(List.of(option)).open()) {
                List<Frame> places = places(pool, 2);
                Frame large = pool.near(places.get(0)).call(() -> numbers(ROWS));
                Traffic before = Traffic.here();
                assertTrue(
                        pool.near(places.get(1)).call(() -> fetch(large, ROWS)).copiedBytes() >= BYTES);
                assertTrue(relayedSince(before) >= BYTES, () -> "passed on: " + relayedSince(before));
            }
        }
    }
}
