package dev.kiln.pool;

import dev.kiln.pool.spi.Backend;
import dev.kiln.runner.Home;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** Local processes that are told another address than that of their caller: in this package, since no pool has use for it. */
public final class Detour {
    private Detour() {}

    /** What becomes of an address. */
    @FunctionalInterface
    public interface Way {

        /**
         * Listens elsewhere, and passes on to this address what comes.
         *
         * @param home where the caller listens
         * @param free an address of the same kind to listen at: a path in the folder of the pool, which goes with it, or port 0
         * @return where runners shall dial
         */
        SocketAddress through(SocketAddress home, SocketAddress free) throws IOException;
    }

    /** As {@link Backends#localProcesses}. */
    public static Backend overSockets(Way way) {
        return new LocalProcesses("local processes behind a relay", (threadName, folder, door) -> {
            Entrance real = Entrance.socket(threadName, folder, door);
            var free = UnixDomainSocketAddress.of(folder.path().resolve("relay"));
            var told = (UnixDomainSocketAddress) way.through(UnixDomainSocketAddress.of(folder.socket()), free);
            return new Entrance(new Home.Socket(told.getPath()), real.end());
        });
    }

    /** As {@link Backends#localProcessesOverTcp}. */
    public static Backend overTcp(Way way) {
        return new LocalProcesses("local processes over TCP behind a relay", (threadName, folder, door) -> {
            Entrance real = Entrance.tcp(threadName, folder, door);
            var home = (Home.Tcp) real.home();
            var free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            var told = (InetSocketAddress) way.through(new InetSocketAddress(home.host(), home.port()), free);
            return new Entrance(
                    new Home.Tcp(told.getAddress().getHostAddress(), told.getPort(), home.keys()), real.end());
        });
    }
}
