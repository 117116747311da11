package dev.kiln.pool;

import dev.kiln.pool.spi.Backend;
import org.junit.jupiter.api.DisplayName;

@DisplayName("P-06, W-02: runners as processes of this machine that come by TCP with TLS")
class LocalProcessesOverTcpIT extends LocalProcessesIT {

    @Override
    protected Backend newBackend() {
        return Backends.localProcessesOverTcp();
    }
}
