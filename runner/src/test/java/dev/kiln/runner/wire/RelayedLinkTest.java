package dev.kiln.runner.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("W-02, C-14: a link whose connections are cut at random, delayed and delivered twice")
class RelayedLinkTest extends LinkContract {
    private final LinkLoop caller = new LinkLoop("test-caller");
    private final LinkLoop runner = new LinkLoop("test-runner");
    private final Random random = new Random(1);
    private Relay relay;

    @Override
    boolean isFaulty() {
        return true;
    }

    @Override
    Carrier.Dialer dialer(Carrier.Host host) throws IOException {
        var server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        caller.accept(server, host);
        relay = Relay.overTcp(server.getLocalAddress(), this::faults);
        return runner.dialer(relay.address());
    }

    private synchronized Relay.Faults faults() {
        return new Relay.Faults(random.nextLong(2_000, 2_000_000), 200, 20, random.nextLong());
    }

    @Override
    void stop() {
        relay.close();
        caller.close();
        runner.close();
    }
}
