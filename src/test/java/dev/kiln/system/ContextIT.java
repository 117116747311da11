package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.Pool;
import dev.kiln.runner.Runner;
import dev.kiln.runner.RunnerContext;
import dev.kiln.runner.spi.CallContext;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What of a call's surroundings is there on its runner. */
@ExtendWith(LeavesNothing.class)
class ContextIT {
    @TempDir
    Path folder;

    /** A context of the user's, found as a service. */
    public static final class Tenant implements CallContext {
        private static final ThreadLocal<String> CURRENT = new ThreadLocal<>();

        @Override
        public String name() {
            return "tenant";
        }

        @Override
        public Map<String, String> capture() {
            String tenant = CURRENT.get();
            return tenant == null ? Map.of() : Map.of("id", tenant);
        }

        @Override
        public AutoCloseable restore(Map<String, String> entries) {
            CURRENT.set(entries.get("id"));
            return CURRENT::remove;
        }
    }

    /** Calls with and without a tenant. */
    static final class Landlord {
        public static void main(String[] arguments) {
            try (Pool pool = Pool.named("landlord").max(1).open()) {
                Tenant.CURRENT.set("blue");
                String inside = pool.call(() -> Tenant.CURRENT.get());
                String submitted = pool.submit(() -> Tenant.CURRENT.get()).join();
                String nested = pool.call(() -> pool.call(() -> Tenant.CURRENT.get()));
                Tenant.CURRENT.remove();
                System.out.println("seen " + inside + " " + submitted + " " + nested + " "
                        + pool.call(() -> Tenant.CURRENT.get()));
            }
        }
    }

    @Test
    @DisplayName("C-10: a context of the user's travels with the calls that its thread makes, nested ones too")
    void usersContext() throws Exception {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(CallContext.class.getName()), Tenant.class.getName());
        String classPath = JavaProgram.classPath() + File.pathSeparator + folder;
        try (JavaProgram caller = JavaProgram.start(List.of("-cp", classPath, Landlord.class.getName()), List.of())) {
            assertEquals("blue blue blue null", caller.await("seen "), caller::output);
            assertEquals(0, caller.status());
        }
    }

    private static Optional<Instant> deadline() {
        return Runner.current().flatMap(RunnerContext::deadline);
    }

    @Test
    @DisplayName("C-10: the time that a call has left is known on its runner, and waiting has used some of it up")
    void deadlineTravels() throws Exception {
        Duration limit = Duration.ofMinutes(10);
        Duration tolerance = Duration.ofSeconds(1); // clocks of one machine, and milliseconds on the wire
        try (Pool pool = Pool.named("deadlines").max(1).maxConcurrency(1).open()) {
            Instant before = Instant.now();
            Instant there = pool.within(limit).call(() -> deadline().orElseThrow());
            assertFalse(there.isBefore(before), "it is still to come");
            assertFalse(there.isAfter(before.plus(limit).plus(tolerance)), "booting has used some of it up");
            Instant usual = pool.call(() -> deadline().orElseThrow());
            assertTrue(usual.isBefore(there), "the pool's own timeout");
            Path trace = folder.resolve("trace");
            String name = trace.toString();
            pool.execute(() -> Files.writeString(Path.of(name), "" + deadline().isEmpty()));
            Eventually.soon(
                    "executed work has no deadline",
                    () -> Files.exists(trace) && trace.toFile().length() == 4);
        }
    }
}
