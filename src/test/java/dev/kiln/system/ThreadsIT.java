package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.Call;
import dev.kiln.pool.CallTimedOut;
import dev.kiln.pool.ClosureThreads;
import dev.kiln.pool.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Closures that compute, many at once. */
@ExtendWith(LeavesNothing.class)
class ThreadsIT {
    private static final int BUSY = 100;

    private static boolean compute() {
        while (!Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
        return true;
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    @Test
    @DisplayName("P-19: on platform threads a small call is served beside 100 that compute")
    void platform() {
        try (Pool pool = Pool.named("platform").max(1).maxConcurrency(BUSY + 1).open()) {
            List<Call<Boolean>> busy = new ArrayList<>();
            for (int i = 0; i < BUSY; i++) {
                busy.add(pool.submit(ThreadsIT::compute));
            }
            assertEquals(false, pool.call(() -> Thread.currentThread().isVirtual()));
            busy.forEach(Call::cancel);
        }
    }

    @Test
    @DisplayName("P-19: on virtual threads 100 that compute run out of time as they should, and their runner goes on")
    void virtual() {
        try (Pool pool = Pool.named("virtual")
                .max(1)
                .maxConcurrency(BUSY)
                .threads(ClosureThreads.VIRTUAL)
                .open()) {
            long before = pool.call(ThreadsIT::pid);
            assertTrue(pool.call(() -> Thread.currentThread().isVirtual()));
            List<Call<Boolean>> busy = new ArrayList<>();
            for (int i = 0; i < BUSY; i++) {
                busy.add(pool.within(Duration.ofSeconds(2)).submit(ThreadsIT::compute));
            }
            for (Call<Boolean> call : busy) {
                CallTimedOut late = assertThrows(CallTimedOut.class, call::join);
                assertEquals(CallTimedOut.Phase.RUN, late.phase());
            }
            assertEquals(0, pool.stats().losses());
            assertEquals(before, pool.call(ThreadsIT::pid));
        }
    }
}
