package dev.kiln.runner.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A place to dial, over each kind of connection that there is, with a {@link Relay} on the way. */
final class RelayedHome implements AutoCloseable {

    enum Kind {
        UNIX,
        TCP,
        TLS
    }

    private static final TlsKeys KEYS = TlsKeys.make();

    private final Relay relay;
    private final Carrier.Dialer dialer;
    private final Runnable stop;

    private RelayedHome(Relay relay, Carrier.Dialer dialer, Runnable stop) {
        this.relay = relay;
        this.dialer = dialer;
        this.stop = stop;
    }

    /**
     * Listens from the return on.
     *
     * @param folder for sockets, of this home alone
     * @param faults for each connection those that it has
     */
    static RelayedHome open(Kind kind, Path folder, Carrier.Host host, Supplier<Relay.Faults> faults)
            throws IOException {
        return switch (kind) {
            case UNIX -> {
                var home = UnixDomainSocketAddress.of(folder.resolve("home"));
                ServerSocketChannel server =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(home);
                yield plain(server, host, Relay.at(folder.resolve("relay"), home, faults));
            }
            case TCP -> {
                ServerSocketChannel server = ServerSocketChannel.open().bind(any());
                yield plain(server, host, Relay.overTcp(server.getLocalAddress(), faults));
            }
            case TLS -> {
                TlsServer server = TlsServer.listen("test-home", KEYS, any(), host);
                Relay relay = Relay.overTls(server.address(), faults);
                var dialer = new TlsDialer("test-away", KEYS, (InetSocketAddress) relay.address());
                yield new RelayedHome(relay, dialer, () -> {
                    dialer.close();
                    server.close();
                });
            }
        };
    }

    private static RelayedHome plain(ServerSocketChannel server, Carrier.Host host, Relay relay) throws IOException {
        var home = new LinkLoop("test-home");
        var away = new LinkLoop("test-away");
        home.accept(server, host);
        SocketAddress address = relay.address();
        return new RelayedHome(relay, away.dialer(address), () -> {
            away.close();
            home.close();
        });
    }

    private static InetSocketAddress any() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** The way there, through the relay. */
    Carrier.Dialer dialer() {
        return dialer;
    }

    Relay relay() {
        return relay;
    }

    @Override
    public void close() {
        relay.close();
        stop.run();
    }
}
