package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting for what another process does. */
final class Eventually {
    private static final long LOOK_NANOS = 10_000_000;

    private Eventually() {}

    /** Looks until it is so; fails, naming what was waited for, if it is not within the time. */
    static void within(Duration limit, String what, BooleanSupplier isSo) {
        long start = System.nanoTime();
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) {
                fail("not within " + limit + ": " + what);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** The same with half a minute, which no healthy machine needs. */
    static void soon(String what, BooleanSupplier isSo) {
        within(Duration.ofSeconds(30), what, isSo);
    }
}
