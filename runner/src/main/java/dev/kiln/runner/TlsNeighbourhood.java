package dev.kiln.runner;

import dev.kiln.runner.wire.Carrier;
import dev.kiln.runner.wire.TlsDialer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * TCP with TLS 1.3, by the keys of the pool. A runner listens at the address from which it has dialled its caller, at any port
 * that is free, unless its command line says otherwise:
 *
 * <pre>
 * -Dkiln.runner.bind=ADDRESS or ADDRESS:PORT         where it listens
 * -Dkiln.runner.advertise=ADDRESS or ADDRESS:PORT    where others are to dial, if that is another place
 * </pre>
 */
final class TlsNeighbourhood implements Neighbourhood {
    static final String BIND = "kiln.runner.bind";
    static final String ADVERTISE = "kiln.runner.advertise";

    private final TlsDialer party;

    TlsNeighbourhood(TlsDialer party) {
        this.party = party;
    }

    @Override
    public boolean oneMachine() {
        return false;
    }

    @Override
    public String open(Carrier.Host host) throws IOException {
        @Nullable String usual = party.localHost();
        String bind = System.getProperty(BIND, usual == null ? "" : usual);
        InetSocketAddress at = parse(bind, 0);
        InetSocketAddress listening = party.listen(new InetSocketAddress(at.getHostString(), at.getPort()), host);
        @Nullable String advertised = System.getProperty(ADVERTISE);
        return name(
                advertised == null
                        ? InetSocketAddress.createUnresolved(at.getHostString(), listening.getPort())
                        : parse(advertised, listening.getPort()));
    }

    @Override
    public Carrier.Dialer dialer(String address) throws IOException {
        return party.dialer(parse(address, 0));
    }

    /** The connections end with the process. */
    @Override
    public void close() {}

    private static String name(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** An address with a port, or without one; of version 6, in brackets or alone. */
    private static InetSocketAddress parse(String address, int usualPort) throws IOException {
        boolean version6 = address.indexOf(':') != address.lastIndexOf(':') && !address.startsWith("[");
        try {
            URI uri = URI.create("kiln://" + (version6 ? "[" + address + "]" : address));
            @Nullable String host = uri.getHost();
            if (host == null) {
                throw new IOException("'" + address + "' is no address of a host, such as 10.0.0.7 or 10.0.0.7:4000");
            }
            String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            return InetSocketAddress.createUnresolved(bare, uri.getPort() < 0 ? usualPort : uri.getPort());
        } catch (IllegalArgumentException e) {
            throw new IOException("'" + address + "' is no address of a host: " + e.getMessage(), e);
        }
    }
}
