package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.testing.BackendContract;
import org.junit.jupiter.api.DisplayName;

@DisplayName("P-06: runners in this process")
class InProcessBackendTest extends BackendContract {

    @Override
    protected Backend newBackend() {
        return Backends.inProcess();
    }

    @Override
    protected void assertNothingIsLeft() {
        assertTrue(ProcessHandle.current().children().findAny().isEmpty());
    }
}
