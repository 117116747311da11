package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Backends;
import dev.kiln.pool.Call;
import dev.kiln.pool.CallCancelled;
import dev.kiln.pool.CallFailed;
import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolBuilder;
import dev.kiln.pool.RunnerInfo;
import dev.kiln.pool.RunnerLost;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runners that come by TCP with TLS, as those of other machines do; here they are processes of this one. */
@ExtendWith(LeavesNothing.class)
class TcpIT {
    private static final String LISTENING = "0A";

    @TempDir
    Path folder;

    private static PoolBuilder overTcp(String name) {
        return Pool.named(name).max(1).backend(Backends.localProcessesOverTcp());
    }

    private static boolean forever() throws InterruptedException {
        return new CountDownLatch(1).await(1, TimeUnit.HOURS);
    }

    @Test
    @DisplayName("W-02: calls, values of megabytes, failures and cancelling work over TCP as over a Unix domain socket")
    void calls() throws Exception {
        try (Pool pool = overTcp("tcp").open()) {
            long pid = pool.call(() -> ProcessHandle.current().pid());
            assertEquals(pid, pool.runners().getFirst().pid().orElseThrow());
            byte[] much = new byte[10_000_000];
            new Random(1).nextBytes(much);
            assertArrayEquals(much, pool.call(() -> much));
            List<Call<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                int number = i;
                calls.add(pool.submit(() -> number * 2));
            }
            for (int i = 0; i < calls.size(); i++) {
                assertEquals(i * 2, calls.get(i).join());
            }
            CallFailed failed = assertThrows(
                    CallFailed.class,
                    () -> pool.call(() -> {
                        throw new IllegalStateException("boom");
                    }));
            assertInstanceOf(IllegalStateException.class, failed.getCause());
            Call<Boolean> endless = pool.submit(TcpIT::forever);
            Eventually.soon("it runs", () -> endless.runner().isPresent());
            assertTrue(endless.cancel());
            assertThrows(CallCancelled.class, endless::join);
            assertEquals(pid, pool.call(() -> ProcessHandle.current().pid()));
        }
    }

    @Test
    @DisplayName("F-01, W-02: frames stay on a runner that came by TCP, and are collected")
    void frames() {
        try (Pool pool = overTcp("tcp-frames").max(2).open()) {
            Frame big = pool.call(() -> Frame.columns(Map.of("x", new long[1_000_000])));
            Frame small = pool.call(() -> Frame.columns(Map.of("x", new long[] {1, 2, 3})));
            assertTrue(big.isRemote() && small.isRemote());
            assertEquals(
                    2,
                    pool.runners().stream().mapToLong(RunnerInfo::residentCount).sum());
            assertEquals(1_000_000, big.collect().rowCount());
            assertEquals(2, small.filter("x > 1").collect().rowCount());
            Frame.closeAll(List.of(big, small));
            Eventually.soon("both are freed", () -> {
                System.gc(); // the filter, which nobody closed
                return pool.runners().stream()
                                .mapToLong(RunnerInfo::residentCount)
                                .sum()
                        == 0;
            });
        }
    }

    @Test
    @DisplayName(
            "W-02: there is no Unix domain socket, and neither key nor token on a runner's command line or on the disk")
    void secrets() throws Exception {
        try (Pool pool = overTcp("tcp-secrets").open()) {
            long pid = pool.call(() -> ProcessHandle.current().pid());
            Path home = LeavesNothing.folders().getFirst();
            try (Stream<Path> files = Files.list(home)) {
                assertEquals(List.of(), files.toList(), "the boot file is gone with the secrets in it");
            }
            String command = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
            String[] words = command.split("\0", -1);
            String last = words[words.length - 2]; // each is ended by the separator
            assertEquals(
                    home.toString(), Path.of(last).getParent().toString(), "a path is all that the runner was told");
        }
    }

    @Test
    @DisplayName("R-09, P-25: kill -9 of a runner that came by TCP is RunnerLost at once, and the next call works")
    void runnerKilled() {
        try (Pool pool = overTcp("tcp-killed").open()) {
            long pid = pool.call(() -> ProcessHandle.current().pid());
            Call<Boolean> call = pool.submit(TcpIT::forever);
            Eventually.soon("it runs", () -> call.runner().isPresent());
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            RunnerLost lost = assertThrows(RunnerLost.class, () -> call.join(Duration.ofSeconds(5)));
            assertTrue(lost.exit().description().contains("SIGKILL"), lost::getMessage);
            assertNotEquals(pid, pool.call(() -> ProcessHandle.current().pid()));
        }
    }

    /** A caller that has work and a frame on its runner, and waits to be killed. */
    static final class Caller {
        public static void main(String[] arguments) throws Exception {
            Pool pool = overTcp("tcp-orphans").open();
            Frame frame = pool.call(() -> Frame.columns(Map.of("x", new double[100_000])));
            System.out.println("runner " + pool.runners().getFirst().pid().orElseThrow());
            String done = arguments[0];
            pool.execute(() -> {
                new CountDownLatch(1).await(5, TimeUnit.SECONDS);
                Files.createFile(Path.of(done));
            });
            System.out.println("ready " + frame.byteSize());
            forever();
        }
    }

    @Test
    @DisplayName("R-03: kill -9 of a caller ends the runner that came by TCP, its work, and what lies on the disk")
    void callerKilled() throws Exception {
        Path done = folder.resolve("done");
        try (JavaProgram caller = JavaProgram.start(Caller.class, done.toString())) {
            long runner = Long.parseLong(caller.await("runner "));
            caller.await("ready ");
            String mine = "-" + caller.handle().pid() + "-";
            caller.killHard();
            Eventually.within(Duration.ofSeconds(15), "the runner is gone", () -> !ProcessHandle.of(runner)
                    .map(ProcessHandle::isAlive)
                    .orElse(false));
            assertFalse(Files.exists(done), "linked work did not run to its end");
            Eventually.soon(
                    "the caller's folder is gone",
                    () -> LeavesNothing.named(Path.of(System.getProperty("java.io.tmpdir"))).stream()
                            .noneMatch(path -> path.toString().contains(mine)));
        }
    }

    @Test
    @DisplayName(
            "W-04, R-02: garbage and half-open connections at the port change nothing, and keep no runner from greeting")
    void strangers() throws Exception {
        Set<Integer> before = listening();
        List<Socket> halfOpen = new ArrayList<>();
        try (Pool pool = overTcp("tcp-strangers").open()) {
            Set<Integer> ports = listening();
            ports.removeAll(before);
            assertEquals(1, ports.size(), "the pool listens at one port");
            int port = ports.iterator().next();
            for (int i = 0; i < 100; i++) {
                halfOpen.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            var random = new Random(42);
            for (int i = 0; i < 100; i++) {
                byte[] garbage = new byte[random.nextInt(1, 2_000)];
                random.nextBytes(garbage);
                try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    stranger.getOutputStream().write(garbage);
                } catch (SocketException e) {
                    // The pool has closed it already.
                }
            }
            assertEquals(1, pool.call(() -> 1), "a runner greets among 100 who do not");
            assertEquals(1, pool.runners().size());
            assertEquals(0, pool.stats().losses());
        } finally {
            for (Socket socket : halfOpen) {
                socket.close();
            }
        }
    }

    /** The TCP ports at which this process listens. */
    private static Set<Integer> listening() throws IOException {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.isSymbolicLink(descriptor)) {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    inodes.add(target.replace("socket:[", "").replace("]", ""));
                }
            }
        }
        Set<Integer> ports = new HashSet<>();
        for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.strip().split(" +", -1);
                if (fields[3].equals(LISTENING) && inodes.contains(fields[9])) {
                    ports.add(Integer.parseInt(fields[1].substring(fields[1].lastIndexOf(':') + 1), 16));
                }
            }
        }
        return ports;
    }

    /** A caller with a pool as most are. */
    static final class Plain {
        public static void main(String[] arguments) {
            try (Pool pool = Pool.named("plain-sockets")
                    .max(1)
                    .jvmOptions(List.of("-Xlog:class+load:file=" + arguments[0]))
                    .open()) {
                System.out.println("answer " + pool.call(() -> 42));
            }
        }
    }

    @Test
    @DisplayName("W-02: who uses Unix domain sockets loads neither Vert.x nor Netty nor Bouncy Castle, on either side")
    void othersDoNotPay() throws Exception {
        Path here = folder.resolve("caller.log");
        Path there = folder.resolve("runner.log");
        try (JavaProgram caller = JavaProgram.start(
                List.of("-Xlog:class+load:file=" + here, "-cp", JavaProgram.classPath(), Plain.class.getName()),
                List.of(there.toString()))) {
            assertEquals("42", caller.await("answer "));
            assertEquals(0, caller.status());
        }
        for (Path log : List.of(here, there)) {
            List<String> classes = Files.readAllLines(log);
            assertTrue(
                    classes.stream().anyMatch(line -> line.contains("dev.kiln.runner.wire.LinkLoop")), log::toString);
            assertEquals(
                    List.of(),
                    classes.stream()
                            .filter(line -> line.contains(" io.vertx.")
                                    || line.contains(" io.netty.")
                                    || line.contains(" org.bouncycastle."))
                            .toList());
        }
    }
}
