package dev.kiln.runner.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("W-02: a link over bare TCP")
class TcpLinkTest extends LinkContract {
    private final LinkLoop caller = new LinkLoop("test-caller");
    private final LinkLoop runner = new LinkLoop("test-runner");

    @Override
    Carrier.Dialer dialer(Carrier.Host host) throws IOException {
        var server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        caller.accept(server, host);
        return runner.dialer(server.getLocalAddress());
    }

    @Override
    void stop() {
        caller.close();
        runner.close();
    }
}
