package dev.kiln.pool;

import dev.kiln.frame.spi.ProcessFolders;
import dev.kiln.pool.spi.BootProblem;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;

/** The folder of one pool's socket and boot files, closed to other users. */
final class HomeFolder {
    private static final String SOCKET = "home";

    private final Path folder;

    private HomeFolder(Path folder) {
        this.folder = folder;
    }

    static HomeFolder create() throws BootProblem {
        try {
            return new HomeFolder(ProcessFolders.forSocket(SOCKET));
        } catch (IOException e) {
            throw new BootProblem(true, "cannot make a folder in the temporary one (java.io.tmpdir): " + e, e);
        }
    }

    Path path() {
        return folder;
    }

    Path socket() {
        return folder.resolve(SOCKET);
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
        ProcessFolders.sweepBeside(folder);
    }
}
