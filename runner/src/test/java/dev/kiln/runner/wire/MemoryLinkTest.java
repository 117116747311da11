package dev.kiln.runner.wire;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("W-05: a link in memory")
class MemoryLinkTest extends LinkContract {

    @Override
    void connect(Link.Listener first, Link.Listener second) {
        MemoryLink.connect(first, second);
    }

    @Override
    void stop() {}
}
