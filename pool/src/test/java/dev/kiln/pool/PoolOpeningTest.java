package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.NotTransferable;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoolOpeningTest {

    @Test
    @DisplayName("P-28: a pool whose idle check cannot cross is not opened, and leaves no thread behind")
    void aPoolThatIsNotOpenedLeavesNothing() {
        var stuck = new Object();
        PoolBuilder builder = Pool.named("unopened")
                .backend(Backends.inProcess())
                .listener(new PoolListener() {})
                .idleShutdownAfter(Duration.ofSeconds(5), () -> stuck.hashCode() > 0);
        assertThrows(NotTransferable.class, builder::open);
        assertTrue(Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("kiln-listener-unopened")));
    }

    @Test
    @DisplayName("P-21: a caller that makes one call after the other finds the slot of the last one free")
    void oneCallAfterTheOtherNeedsOneRunner() {
        try (Pool pool = Pool.named("one-by-one")
                .backend(Backends.inProcess())
                .max(8)
                .maxConcurrency(1)
                .open()) {
            for (int call = 0; call < 5_000; call++) {
                int number = call;
                assertEquals(number, (int) pool.call(() -> number));
            }
            assertEquals(1, pool.stats().boots());
        }
    }
}
