package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.Pool;
import dev.kiln.runner.Home;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in, and what a runner inherits. */
@ExtendWith(LeavesNothing.class)
class GreetingIT {

    @TempDir
    Path folder;

    @Test
    @DisplayName("W-04, R-02: connections without a valid token, or with garbage, change nothing")
    void strangers() throws Exception {
        try (Pool pool = Pool.named("strangers").max(1).open()) {
            long pid = pool.call(() -> ProcessHandle.current().pid());
            Path home = LeavesNothing.folders().getFirst();
            assertEquals(
                    "rwx------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(home)),
                    "the folder's mode");
            var address = UnixDomainSocketAddress.of(home.resolve("home"));
            var random = new Random(42);
            for (int i = 0; i < 200; i++) {
                byte[] garbage = new byte[random.nextInt(1, 2000)];
                random.nextBytes(garbage);
                try (SocketChannel stranger = SocketChannel.open(address)) {
                    stranger.write(ByteBuffer.wrap(garbage));
                } catch (IOException e) {
                    // The pool has closed it already.
                }
            }
            try (SocketChannel silent = SocketChannel.open(address)) {
                assertTrue(silent.isConnected());
                assertEquals(pid, pool.call(() -> ProcessHandle.current().pid()));
            }
            assertEquals(1, pool.runners().size());
            assertEquals(0, pool.stats().losses());
        }
    }

    /** A caller whose class path has its first argument's jar, which it replaces by its second before it calls. */
    static final class Changing {
        public static void main(String[] arguments) throws Exception {
            try (Pool pool = Pool.named("changing").max(1).open()) {
                Files.move(Path.of(arguments[1]), Path.of(arguments[0]), StandardCopyOption.REPLACE_EXISTING);
                try {
                    pool.call(() -> 1);
                } catch (dev.kiln.pool.BootFailed e) {
                    System.out.println("refused " + e.permanent() + " " + e.getMessage());
                }
            }
        }
    }

    @Test
    @DisplayName("R-08: a runner whose classes are not those of its caller is refused for good, saying so")
    void otherBuild() throws Exception {
        Path extra = jarWith("nothing.txt");
        Path other = jarWith("Another.class");
        try (JavaProgram caller = JavaProgram.start(
                List.of("-cp", JavaProgram.classPath() + ":" + extra, Changing.class.getName()),
                List.of(extra.toString(), other.toString()))) {
            String refusal = caller.await("refused ");
            assertTrue(refusal.startsWith("true"), refusal);
            assertTrue(refusal.contains("build id"), refusal);
            assertEquals(0, caller.status());
        }
    }

    private Path jarWith(String entry) throws IOException {
        Path path = folder.resolve(entry + ".jar");
        try (var jar = new JarOutputStream(Files.newOutputStream(path))) {
            jar.putNextEntry(new JarEntry(entry));
        }
        return path;
    }

    /** Tells what its runner has inherited. */
    static final class Heir {
        public static void main(String[] arguments) {
            try (Pool pool = Pool.named("heir").max(1).open()) {
                System.out.println("inherited "
                        + pool.call(() -> System.getProperty("kiln.test.gift") + " "
                                + System.getProperty("user.dir") + " "
                                + Heir.class.desiredAssertionStatus() + " "
                                + (Runtime.getRuntime().maxMemory() < 100_000_000)));
            }
        }
    }

    @Test
    @DisplayName(
            "R-07: a runner inherits class path, -D, assertions and folder, not the heap size; an argument file works")
    void inheritance() throws Exception {
        Path file = Files.writeString(
                folder.resolve("arguments"),
                "-Dkiln.test.gift=\"a gift\"\n-ea\n-Xmx64m\n-cp\n\"" + JavaProgram.classPath() + "\"\n"
                        + Heir.class.getName());
        try (JavaProgram caller = JavaProgram.start(List.of("@" + file), List.of())) {
            assertEquals(
                    "a gift " + System.getProperty("user.dir") + " true false",
                    caller.await("inherited "),
                    caller::output);
            assertEquals(0, caller.status());
        }
    }

    @Test
    @DisplayName("R-07: a program started from a manifest jar works")
    void manifestJar() throws Exception {
        var manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Main-Class", Heir.class.getName());
        StringBuilder paths = new StringBuilder();
        for (String entry : JavaProgram.classPath().split(":", -1)) {
            paths.append(Path.of(entry).toAbsolutePath().toUri()).append(' ');
        }
        manifest.getMainAttributes().putValue("Class-Path", paths.toString());
        Path jar = folder.resolve("application.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        try (JavaProgram caller = JavaProgram.start(List.of("-jar", jar.toString()), List.of())) {
            assertTrue(caller.await("inherited ").startsWith("null "));
            assertEquals(0, caller.status());
        }
    }

    @Test
    @DisplayName("R-07: a source file launched directly is refused with advice")
    void sourceFile() throws Exception {
        Path source = Files.writeString(folder.resolve("Script.java"), """
                public class Script {
                    public static void main(String[] arguments) {
                        try {
                            dev.kiln.pool.Pool.named("script").open();
                        } catch (dev.kiln.pool.BootFailed e) {
                            System.out.println("refused " + e.permanent() + " " + e.getMessage());
                        }
                    }
                }
                """);
        try (JavaProgram caller =
                JavaProgram.start(List.of("-cp", JavaProgram.classPath(), source.toString()), List.of())) {
            String refusal = caller.await("refused ");
            assertTrue(refusal.startsWith("true") && refusal.contains("javac"), refusal);
            assertEquals(0, caller.status());
        }
    }

    @Test
    @DisplayName("R-02: a runner started by hand says what it is; one without an answering caller ends itself")
    void runnerByHand() throws Exception {
        try (JavaProgram runner = JavaProgram.start(dev.kiln.runner.RunnerMain.class)) {
            assertNotEquals(0, runner.status());
            assertTrue(runner.output().contains("started by its pool"), runner.output());
        }
        Path boot = folder.resolve("boot");
        ProcessHandle self = ProcessHandle.current();
        new dev.kiln.runner.BootFile(
                        "alone-1",
                        new Home.Socket(folder.resolve("nobody")),
                        folder,
                        new byte[32],
                        new byte[32],
                        self.pid(),
                        dev.kiln.runner.Kiln.startMark(self))
                .write(boot);
        try (JavaProgram runner = JavaProgram.start(dev.kiln.runner.RunnerMain.class, boot.toString())) {
            assertNotEquals(0, runner.status());
            assertTrue(Files.notExists(boot), "the secrets are read once");
        }
    }

    @Test
    @DisplayName(
            "R-02, R-06: a runner whose caller takes the connection and stays silent ends itself, by its own timer")
    void silentCaller() throws Exception {
        Path home = folder.resolve("silent");
        Path boot = folder.resolve("boot");
        ProcessHandle self = ProcessHandle.current();
        new dev.kiln.runner.BootFile(
                        "alone-2",
                        new Home.Socket(home),
                        folder,
                        new byte[32],
                        new byte[32],
                        self.pid(),
                        dev.kiln.runner.Kiln.startMark(self))
                .write(boot);
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(home));
            try (JavaProgram runner = JavaProgram.start(
                            List.of(
                                    "-Dkiln.runner.failsafe.millis=500",
                                    "-cp",
                                    JavaProgram.classPath(),
                                    dev.kiln.runner.RunnerMain.class.getName()),
                            List.of(boot.toString()));
                    SocketChannel connection = server.accept()) {
                assertTrue(connection.isConnected());
                assertNotEquals(0, runner.status());
                assertTrue(
                        runner.output().contains("no answer") && runner.output().contains("within 500 ms"),
                        runner::output);
            }
        }
    }
}
