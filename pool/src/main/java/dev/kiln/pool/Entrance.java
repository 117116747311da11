package dev.kiln.pool;

import dev.kiln.pool.spi.Door;
import dev.kiln.runner.Home;
import dev.kiln.runner.wire.LinkLoop;
import dev.kiln.runner.wire.TlsKeys;
import dev.kiln.runner.wire.TlsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Where the runners of a pool come home, as long as the pool is open.
 *
 * @param home what a runner is told about it
 * @param end closes it and all connections through it
 */
record Entrance(Home home, Runnable end) {

    /** One of the ways to open an entrance. */
    @FunctionalInterface
    interface Kind {

        /**
         * Opens it.
         *
         * @param folder the pool's
         * @param door greets whoever comes
         * @throws IOException if it cannot listen
         */
        Entrance open(String threadName, HomeFolder folder, Door door) throws IOException;
    }

    /** A Unix domain socket in the pool's folder. */
    static Entrance socket(String threadName, HomeFolder folder, Door door) throws IOException {
        var loop = new LinkLoop(threadName);
        try {
            loop.accept(folder.listen(), door);
        } catch (IOException e) {
            loop.close();
            throw new IOException("cannot listen at " + folder.socket() + ": " + e.getMessage(), e);
        }
        return new Entrance(new Home.Socket(folder.socket()), loop::close);
    }

    /** A TCP port of this machine's loopback address, with TLS 1.3 and keys that are made here. */
    static Entrance tcp(String threadName, HomeFolder folder, Door door) throws IOException {
        TlsKeys keys = TlsKeys.make();
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        TlsServer server = TlsServer.listen(threadName, keys, loopback, door);
        InetSocketAddress at = server.address();
        return new Entrance(new Home.Tcp(at.getAddress().getHostAddress(), at.getPort(), keys), server::close);
    }
}
