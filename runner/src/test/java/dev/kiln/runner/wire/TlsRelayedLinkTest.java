package dev.kiln.runner.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("W-02, C-14: a link over TLS whose connections are cut at random, delayed, and delivered twice or damaged")
class TlsRelayedLinkTest extends LinkContract {
    private static final TlsKeys KEYS = TlsKeys.make();

    private final Random random = new Random(1);
    private TlsServer server;
    private TlsDialer dialer;
    private Relay relay;

    @Override
    boolean isFaulty() {
        return true;
    }

    @Override
    Carrier.Dialer dialer(Carrier.Host host) throws IOException {
        server =
                TlsServer.listen("test-caller", KEYS, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), host);
        relay = Relay.overTls(server.address(), this::faults);
        dialer = new TlsDialer("test-runner", KEYS, (InetSocketAddress) relay.address());
        return dialer;
    }

    private synchronized Relay.Faults faults() {
        return new Relay.Faults(random.nextLong(2_000, 4_000_000), 200, 2, random.nextLong());
    }

    @Override
    void stop() {
        relay.close();
        dialer.close();
        server.close();
    }
}
