package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.testing.ProcessBackendContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

@DisplayName("P-06: runners as processes of this machine")
class LocalProcessesIT extends ProcessBackendContract {

    @Override
    protected Backend newBackend() {
        return Backends.localProcesses();
    }

    @Override
    protected void assertNothingIsLeft() throws IOException {
        String mine = "-" + ProcessHandle.current().pid() + "-";
        try (var entries = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertEquals(
                    List.of(),
                    entries.map(path -> path.getFileName().toString())
                            .filter(name -> name.contains("kiln-") && name.contains(mine))
                            .toList());
        }
        assertEquals(0, ProcessHandle.current().children().count());
    }
}
