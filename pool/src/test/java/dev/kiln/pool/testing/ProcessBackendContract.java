package dev.kiln.pool.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerLost;
import dev.kiln.pool.testing.WatchedBackend.Booted;
import dev.kiln.runner.RunnerExit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every backend does whose runners are processes of their own, here or elsewhere. */
public abstract class ProcessBackendContract extends BackendContract {
    private static final int EXIT = 7;

    @Test
    @DisplayName("R-01, R-07: environment and JVM options reach the runner, which is another process")
    void optionsReachTheRunner() {
        try (Pool pool = pool(watched())
                .env(Map.of("KILN_CONTRACT", "from the environment"))
                .jvmOptions(List.of("-Dkiln.contract=from an option", "-Xmx77m"))
                .open()) {
            assertEquals("from the environment", pool.call(() -> System.getenv("KILN_CONTRACT")));
            assertEquals("from an option", pool.call(() -> System.getProperty("kiln.contract")));
            assertTrue(pool.call(() -> Runtime.getRuntime().maxMemory()) < 100_000_000);
            assertNotEquals(ProcessHandle.current().pid(), pool.call(() -> ProcessHandle.current()
                    .pid()));
        }
    }

    @Test
    @DisplayName("R-04: the end of a runner that leaves by itself is told with its exit code")
    void exitIsTold() throws Exception {
        var backend = watched();
        try (Pool pool = pool(backend).open()) {
            RunnerLost lost = assertThrows(
                    RunnerLost.class,
                    () -> pool.call(() -> {
                        Runtime.getRuntime().halt(EXIT);
                        return 1;
                    }));
            RunnerExit how = end(backend.boots().getFirst().machine());
            assertEquals(OptionalInt.of(EXIT), how.code());
            assertEquals(how, lost.exit());
        }
    }

    @Test
    @DisplayName("R-02: the secrets of an order are in no command line and no environment of its runner")
    void secretsStaySecret() {
        var backend = watched();
        try (Pool pool = pool(backend).open()) {
            String visible = pool.call(() -> {
                var info = ProcessHandle.current().info();
                return info.commandLine().orElse("") + System.getenv();
            });
            Booted booted = backend.boots().getFirst();
            for (byte[] secret : List.of(booted.order().token(), booted.order().proof())) {
                assertFalse(visible.contains(HexFormat.of().formatHex(secret)));
                assertFalse(
                        visible.contains(Base64.getEncoder().withoutPadding().encodeToString(secret)));
                assertFalse(
                        visible.contains(Base64.getUrlEncoder().withoutPadding().encodeToString(secret)));
            }
        }
    }
}
