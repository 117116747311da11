package dev.kiln.pool;

import dev.kiln.frame.spi.ProcessFolders;
import dev.kiln.pool.spi.BootProblem;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The folder of one pool's socket and boot files, closed to other users. */
final class HomeFolder {
    /** What the address of a Unix domain socket has room for, on the systems where it is least. */
    private static final int LONGEST_SOCKET_PATH = 100;

    private final Path parent;
    private final Path folder;

    private HomeFolder(Path parent) {
        this.parent = parent;
        this.folder = ProcessFolders.unused(parent);
    }

    static HomeFolder create() throws BootProblem {
        var usual = new HomeFolder(Path.of(System.getProperty("java.io.tmpdir")));
        boolean fits = usual.socket().toString().length() <= LONGEST_SOCKET_PATH;
        HomeFolder home = fits ? usual : new HomeFolder(Path.of("/tmp"));
        ProcessFolders.sweep(home.parent);
        try {
            Files.createDirectory(
                    home.folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return home;
        } catch (IOException e) {
            throw new BootProblem(true, "cannot make the folder " + home.folder + " (java.io.tmpdir): " + e, e);
        }
    }

    Path path() {
        return folder;
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

    /** Removes the folder and all in it, and what killed runners left beside it. Idempotent. */
    void remove() {
        ProcessFolders.remove(folder);
        ProcessFolders.sweep(parent);
    }
}
