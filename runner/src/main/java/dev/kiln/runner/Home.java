package dev.kiln.runner;

import dev.kiln.runner.wire.Carrier;
import dev.kiln.runner.wire.LinkLoop;
import dev.kiln.runner.wire.TlsDialer;
import dev.kiln.runner.wire.TlsKeys;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/** Where a runner finds its caller. */
public sealed interface Home {

    /** Opens the way there, with a thread of that name for its connections; nobody is dialled yet. */
    Way way(String threadName);

    /**
     * A way home.
     *
     * @param dialer makes connections, the first and those that replace a lost one
     * @param drain waits until what was written to connections before they were closed has left this process, a second at
     *     most: before the process exits
     * @param neighbourhood the ways to other runners with the same home
     */
    record Way(Carrier.Dialer dialer, Runnable drain, Neighbourhood neighbourhood) {}

    /** A Unix domain socket of this machine. Its folder lets in nobody but its owner, so nothing on it is encrypted. */
    record Socket(Path path) implements Home {

        @Override
        public Way way(String threadName) {
            var loop = new LinkLoop(threadName);
            // What was written is the kernel's already, so there is nothing to wait for.
            return new Way(loop.dialer(UnixDomainSocketAddress.of(path)), () -> {}, new SocketNeighbourhood(loop));
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * TCP with TLS 1.3.
     *
     * @param host a name or an address
     * @param port from 1 to 65535
     * @param keys those of the pool, which both sides have
     */
    record Tcp(String host, int port, TlsKeys keys) implements Home {

        @Override
        public Way way(String threadName) {
            var dialer = new TlsDialer(threadName, keys, InetSocketAddress.createUnresolved(host, port));
            return new Way(dialer, dialer::drain, new TlsNeighbourhood(dialer));
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }
}
