package dev.kiln.pool;

import dev.kiln.pool.spi.BootProblem;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The folder of one pool's socket and boot files, closed to other users. Its name tells the process that made it, so that
 * what a killed process left is removed by the next one that opens a pool here.
 */
final class HomeFolder {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());
    /** What the address of a Unix domain socket has room for, on the systems where it is least. */
    private static final int LONGEST_SOCKET_PATH = 100;

    private static final Path PID_NAMESPACE = Path.of("/proc/self/ns/pid");
    private static final Pattern NAME = Pattern.compile("kiln-(\\d+)-(\\d+)-\\d+");

    private final Path folder;

    private HomeFolder(Path folder) {
        this.folder = folder;
    }

    static HomeFolder create() throws BootProblem {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            if (parent.resolve("kiln-4026531836-4194304-12345678901234567890/home")
                            .toString()
                            .length()
                    > LONGEST_SOCKET_PATH) {
                parent = Path.of("/tmp"); // a socket's address would not hold the path
            }
            sweep(parent);
            return new HomeFolder(Files.createTempDirectory(
                    parent,
                    "kiln-" + namespace() + "-" + ProcessHandle.current().pid() + "-"));
        } catch (IOException e) {
            throw new BootProblem(
                    true, "cannot make a folder in " + parent + " (java.io.tmpdir): " + e.getMessage(), e);
        }
    }

    /** A pid means a process only within its namespace: containers that share a folder must not sweep each other's. */
    private static String namespace() throws IOException {
        return Files.isSymbolicLink(PID_NAMESPACE)
                ? Files.readSymbolicLink(PID_NAMESPACE).toString().replaceAll("\\D", "")
                : "0";
    }

    private static void sweep(Path parent) throws IOException {
        String here = namespace();
        try (var entries = Files.newDirectoryStream(parent, "kiln-*")) {
            for (Path entry : entries) {
                Matcher name = NAME.matcher(String.valueOf(entry.getFileName()));
                if (name.matches()
                        && name.group(1).equals(here)
                        && ProcessHandle.of(Long.parseLong(name.group(2))).isEmpty()) {
                    new HomeFolder(entry).remove();
                }
            }
        }
    }

    Path socket() {
        return folder.resolve("home");
    }

    Path bootFile(String runner) {
        return folder.resolve(runner + ".boot");
    }

    ServerSocketChannel listen() throws IOException {
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            return server.bind(UnixDomainSocketAddress.of(socket()));
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    /** Removes the folder and all in it. Idempotent. */
    void remove() {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "could not remove " + folder, e);
        }
    }
}
