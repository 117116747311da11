package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.runner.wire.CallTerms.Kind;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CallLimitsTest {
    private static final long NOW = Long.MAX_VALUE - 5; // the clock may wrap at any time
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static CallLimits limits(CallOptions how, Kind kind) {
        PoolOptions options = Pool.named("limits")
                .queueTimeout(Duration.ofSeconds(5))
                .timeout(Duration.ofSeconds(7))
                .options();
        return CallLimits.of(options, how, kind, NOW);
    }

    private static long waitSeconds(CallLimits limits) {
        return (limits.latestStartNanos() - NOW) / SECOND;
    }

    @Test
    @DisplayName("C-05: a call has the pool's limits for waiting and for running, whenever it begins")
    void thePoolsLimits() {
        CallLimits limits = limits(CallOptions.DEFAULT, Kind.CALL);
        assertEquals(5, waitSeconds(limits));
        assertEquals(7_000, limits.runMillis(NOW));
        assertEquals(7_000, limits.runMillis(NOW + 4 * SECOND));
    }

    @Test
    @DisplayName("C-05: within replaces them by one for all")
    void withinReplacesThem() {
        CallLimits limits = limits(CallOptions.DEFAULT.lasting(Duration.ofSeconds(20)), Kind.CALL);
        assertEquals(20, waitSeconds(limits));
        assertEquals(20_000, limits.runMillis(NOW));
        assertEquals(5_000, limits.runMillis(NOW + 15 * SECOND));
        assertEquals(1, limits.runMillis(NOW + 21 * SECOND));
    }

    @Test
    @DisplayName("C-15: what is executed and forgotten has no limit unless given one")
    void whatIsForgottenHasNoLimit() {
        CallLimits limits = limits(CallOptions.DEFAULT, Kind.EXECUTE);
        assertTrue(waitSeconds(limits) > TimeUnit.DAYS.toSeconds(10_000));
        assertEquals(0, limits.runMillis(NOW));
        assertEquals(
                2_000,
                limits(CallOptions.DEFAULT.lasting(Duration.ofSeconds(2)), Kind.EXECUTE)
                        .runMillis(NOW));
    }

    @Test
    @DisplayName("C-11: a nested call ends with the one that made it at the latest")
    void notAfterTheParent() {
        CallLimits limits = limits(CallOptions.DEFAULT, Kind.CALL).notAfter(NOW + 3 * SECOND);
        assertEquals(3, waitSeconds(limits));
        assertEquals(2_000, limits.runMillis(NOW + SECOND));
        CallLimits late = limits(CallOptions.DEFAULT, Kind.CALL).notAfter(NOW + 60 * SECOND);
        assertEquals(5, waitSeconds(late));
        assertEquals(7_000, late.runMillis(NOW + 4 * SECOND));
        CallLimits within = limits(CallOptions.DEFAULT.lasting(Duration.ofSeconds(1)), Kind.CALL)
                .notAfter(NOW + 3 * SECOND);
        assertEquals(1, waitSeconds(within));
        assertEquals(limits, limits.notAfter(null));
    }

    @Test
    @DisplayName("C-12: another try may wait as long as the first, but never longer than the call as a whole")
    void anotherTry() {
        long later = NOW + 4 * SECOND;
        Duration queueTimeout = Duration.ofSeconds(5);
        assertEquals(9, waitSeconds(limits(CallOptions.DEFAULT, Kind.CALL).again(queueTimeout, later)));
        CallOptions within = CallOptions.DEFAULT.lasting(Duration.ofSeconds(6));
        assertEquals(6, waitSeconds(limits(within, Kind.CALL).again(queueTimeout, later)));
        CallLimits endless = limits(CallOptions.DEFAULT, Kind.EXECUTE);
        assertEquals(endless, endless.again(queueTimeout, later));
    }

    @Test
    @DisplayName("C-11: options travel with the terms of a nested call, and come back the same")
    void optionsTravel() {
        for (CallOptions how : new CallOptions[] {
            CallOptions.DEFAULT,
            CallOptions.DEFAULT.lasting(Duration.ofMillis(1500)).loose().repeatable(),
            CallOptions.DEFAULT.near(() -> "limits-1"),
            CallOptions.DEFAULT.near(() -> "limits-1").of("key")
        }) {
            assertEquals(how.withoutHome(), CallOptions.of(how.terms(Kind.CALL)));
        }
        assertEquals(
                new Wish.On("limits-1"),
                CallOptions.DEFAULT.of("key").near(() -> "limits-1").wish());
        assertEquals(
                new Wish.Keyed("key"),
                CallOptions.DEFAULT.near(() -> "limits-1").of("key").wish());
        assertEquals(Wish.ANYWHERE, CallOptions.DEFAULT.of("key").near(() -> "").wish());
    }
}
