package dev.kiln.runner.wire;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("W-02: a link over TCP with TLS 1.3")
class TlsLinkTest extends LinkContract {
    private static final TlsKeys KEYS = TlsKeys.make();

    private TlsServer server;
    private TlsDialer dialer;

    @Override
    Carrier.Dialer dialer(Carrier.Host host) throws Exception {
        server =
                TlsServer.listen("test-caller", KEYS, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), host);
        dialer = new TlsDialer("test-runner", KEYS, server.address());
        return dialer;
    }

    @Override
    void stop() {
        dialer.close();
        server.close();
    }
}
