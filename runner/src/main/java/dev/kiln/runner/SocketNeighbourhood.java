package dev.kiln.runner;

import dev.kiln.frame.spi.ProcessFolders;
import dev.kiln.runner.wire.Carrier;
import dev.kiln.runner.wire.LinkLoop;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Unix domain sockets of this machine. Each is in a folder of its runner's own, which lets in nobody but its owner: that of the
 * caller goes with the caller.
 */
final class SocketNeighbourhood implements Neighbourhood {
    private static final String SOCKET = "peers";

    private final LinkLoop loop;
    private volatile @Nullable Path folder;

    SocketNeighbourhood(LinkLoop loop) {
        this.loop = loop;
    }

    @Override
    public boolean oneMachine() {
        return true;
    }

    @Override
    public String open(Carrier.Host host) throws IOException {
        Path made = ProcessFolders.forSocket(SOCKET);
        folder = made;
        Path socket = made.resolve(SOCKET);
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            loop.accept(server.bind(UnixDomainSocketAddress.of(socket)), host);
        } catch (IOException e) {
            server.close();
            throw new IOException("cannot listen at " + socket + ": " + e.getMessage(), e);
        }
        return socket.toString();
    }

    @Override
    public Carrier.Dialer dialer(String address) throws IOException {
        try {
            return loop.dialer(UnixDomainSocketAddress.of(address));
        } catch (InvalidPathException e) {
            throw new IOException(address + " is no path", e);
        }
    }

    @Override
    public void close() {
        Path made = folder;
        if (made != null) {
            ProcessFolders.remove(made);
            ProcessFolders.sweepBeside(made); // also what neighbours have left that were killed
        }
    }
}
