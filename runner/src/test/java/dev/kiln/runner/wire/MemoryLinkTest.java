package dev.kiln.runner.wire;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("W-05: a link in memory")
class MemoryLinkTest extends LinkContract {

    @Override
    Carrier.Dialer dialer(Carrier.Host host) {
        return MemoryCarrier.dialer(host);
    }

    @Override
    void stop() {}
}
