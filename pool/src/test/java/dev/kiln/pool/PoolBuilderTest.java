package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.MemoryLimits;
import dev.kiln.frame.OperandPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class PoolBuilderTest {
    private static final Duration NEGATIVE = Duration.ofMillis(-1);
    private static final Duration TOO_LONG = Duration.ofDays(3651);

    private static PoolBuilder pool() {
        return Pool.named("media");
    }

    private static void refused(String message, PoolBuilder builder) {
        refused(message, builder::options);
    }

    private static void refused(String message, Executable action) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, action).getMessage());
    }

    @Test
    @DisplayName("P-01 to P-13: the defaults")
    void theDefaults() {
        PoolOptions options = pool().options();
        int processors = Runtime.getRuntime().availableProcessors();
        assertEquals("media", options.name());
        assertEquals(0, options.min());
        assertEquals(processors, options.max());
        assertEquals(100, options.maxConcurrency());
        assertEquals(100, options.slots());
        assertFalse(options.singleUse());
        assertFalse(options.strictSlots());
        assertTrue(options.placeFrames());
        assertFalse(options.traceFrames());
        assertEquals(OperandPolicy.SMALLER_MOVES, options.operands());
        assertEquals(Duration.ofSeconds(30), options.timeout());
        assertEquals(Duration.ofSeconds(30), options.bootTimeout());
        assertEquals(Duration.ofSeconds(30), options.queueTimeout());
        assertEquals(Duration.ofSeconds(30), options.shutdownTimeout());
        assertEquals(Duration.ofSeconds(30), options.idleShutdownAfter());
        assertNull(options.idleCheck());
        assertNull(options.minIdleShutdownAfter());
        assertEquals(10_000, options.maxQueue());
        assertEquals(0, options.warmSpare());
        assertNull(options.listener());
        assertEquals(List.of(), options.jvmOptions());
        assertEquals(Map.of(), options.env());
    }

    @Test
    @DisplayName("P-01 to P-13: every option")
    void everyOption() {
        PoolOptions options = pool().min(2)
                .max(3)
                .maxConcurrency(4)
                .singleUse(true)
                .placeFrames(false)
                .traceFrames(true)
                .operands(OperandPolicy.FIRST_OPERAND)
                .timeout(Duration.ofSeconds(5))
                .bootTimeout(Duration.ofSeconds(6))
                .queueTimeout(Duration.ofSeconds(7))
                .shutdownTimeout(Duration.ZERO)
                .idleShutdownAfter(Duration.ofSeconds(8), () -> true)
                .minIdleShutdownAfter(Duration.ofSeconds(9))
                .maxQueue(10)
                .jvmOptions(List.of("-Xmx1g"))
                .env(Map.of("A", "B"))
                .options();
        assertEquals(2, options.min());
        assertEquals(3, options.max());
        assertEquals(4, options.maxConcurrency());
        assertTrue(options.singleUse());
        assertEquals(1, options.slots());
        assertFalse(options.placeFrames());
        assertTrue(options.traceFrames());
        assertEquals(OperandPolicy.FIRST_OPERAND, options.operands());
        assertEquals(Duration.ofSeconds(5), options.timeout());
        assertEquals(Duration.ofSeconds(6), options.bootTimeout());
        assertEquals(Duration.ofSeconds(7), options.queueTimeout());
        assertEquals(Duration.ZERO, options.shutdownTimeout());
        assertEquals(Duration.ofSeconds(8), options.idleShutdownAfter());
        assertNotNull(options.idleCheck());
        assertEquals(Duration.ofSeconds(9), options.minIdleShutdownAfter());
        assertEquals(10, options.maxQueue());
        assertEquals(List.of("-Xmx1g"), options.jvmOptions());
        assertEquals(Map.of("A", "B"), options.env());
        assertTrue(pool().strictSlots(true).options().strictSlots());
    }

    @Test
    @DisplayName("P-18: the defaults of memory, and every option; what makes no sense is refused by name")
    void memory() {
        assertEquals(MemoryLimits.defaults(3), pool().max(3).options().memory());
        Path directory = Path.of("").toAbsolutePath();
        assertEquals(
                new MemoryLimits(1L << 30, 0.5, 0.6, directory.toString(), 2, false),
                pool().max(2)
                        .memoryBudget(1L << 30)
                        .spillAt(0.5)
                        .pauseAt(0.6)
                        .spillDirectory(directory)
                        .collectWhenAsked(false)
                        .options()
                        .memory());
        refused("memoryBudget must be at least 16777216 bytes, was 0", pool().memoryBudget(0));
        refused("spillAt must be above 0 and at most pauseAt (0.85), was 0.9", pool().spillAt(0.9));
        refused("pauseAt must be above 0 and at most 1, was 1.5", pool().pauseAt(1.5));
        refused(
                "memoryBudget must be at most this machine's memory of " + MemoryLimits.machineBytes() + " bytes, was "
                        + Long.MAX_VALUE,
                () -> pool().memoryBudget(Long.MAX_VALUE).open());
        refused(
                "spillDirectory must be a directory that this process may write to, was /no/such/place",
                () -> pool().spillDirectory(Path.of("/no/such/place")).open());
    }

    @Test
    @DisplayName("P-14, P-15, P-17: warm spare, listener and policies")
    void warmSpareListenerAndPolicies() {
        PoolListener listener = new PoolListener() {};
        Dispatch dispatch = Dispatch.pack();
        Scaling scaling = demand -> demand.queued();
        PoolOptions options = pool().warmSpare(3)
                .listener(listener)
                .dispatch(dispatch)
                .scaling(scaling)
                .options();
        assertEquals(3, options.warmSpare());
        assertSame(listener, options.listener());
        assertSame(dispatch, options.dispatch());
        assertSame(scaling, options.scaling());
        refused("warmSpare must be at least 0, was -1", pool().warmSpare(-1));
        assertThrows(NullPointerException.class, () -> pool().listener(null));
        assertThrows(NullPointerException.class, () -> pool().dispatch(null));
        assertThrows(NullPointerException.class, () -> pool().scaling(null));
    }

    @Test
    @DisplayName("P-19: closures run on platform threads unless virtual ones are asked for")
    void threads() {
        assertFalse(pool().options().virtualThreads());
        assertTrue(pool().threads(ClosureThreads.VIRTUAL).options().virtualThreads());
        assertFalse(pool().threads(ClosureThreads.PLATFORM).options().virtualThreads());
        assertThrows(NullPointerException.class, () -> pool().threads(null));
    }

    @Test
    @DisplayName("P-09: queueTimeout follows bootTimeout unless it is set")
    void queueTimeoutFollowsBootTimeout() {
        assertEquals(
                Duration.ofSeconds(6),
                pool().bootTimeout(Duration.ofSeconds(6)).options().queueTimeout());
    }

    @Test
    @DisplayName("P-11: the last idleShutdownAfter counts, with its check or without")
    void theLastIdleShutdownAfterCounts() {
        assertNull(pool().idleShutdownAfter(Duration.ofSeconds(1), () -> true)
                .idleShutdownAfter(Duration.ofSeconds(2))
                .options()
                .idleCheck());
    }

    @Test
    @DisplayName("P-03: max follows min where that is more, unless it is set")
    void maxFollowsMin() {
        int many = Runtime.getRuntime().availableProcessors() + 5;
        assertEquals(many, pool().min(many).options().max());
        refused(
                "max must be at least min (" + many + "), was 2",
                pool().min(many).max(2));
    }

    @Test
    @DisplayName("P-01: names that do not fit a file, a thread or a runner's id are refused")
    void namesThatDoNotFitAreRefused() {
        for (String name : List.of("", " ", "-a", ".a", "a b", "a/b", "größe", "a".repeat(41))) {
            refused(
                    "name must be 1 to 40 letters, digits, '.', '_' and '-', the first no sign, was " + name,
                    Pool.named(name));
        }
        for (String name : List.of("a", "0", "Media.v2_x-1", "a".repeat(40))) {
            assertEquals(name, Pool.named(name).options().name());
        }
        assertThrows(NullPointerException.class, () -> Pool.named(null));
    }

    @Test
    @DisplayName("P-02 to P-13: a number out of bounds is refused with the option, the value and what is allowed")
    void aNumberOutOfBoundsIsRefused() {
        refused("min must be at least 0, was -1", pool().min(-1));
        refused("max must be at least 1, was 0", pool().max(0));
        refused("max must be at least min (3), was 2", pool().min(3).max(2));
        refused("maxConcurrency must be at least 1, was 0", pool().maxConcurrency(0));
        refused("maxQueue must be at least 1, was 0", pool().maxQueue(0));
    }

    @Test
    @DisplayName("P-07 to P-12: a time out of bounds is refused with the option, the value and what is allowed")
    void aTimeOutOfBoundsIsRefused() {
        Map<String, Function<Duration, PoolBuilder>> times = new HashMap<>();
        times.put("timeout", pool()::timeout);
        times.put("bootTimeout", pool()::bootTimeout);
        times.put("queueTimeout", pool()::queueTimeout);
        times.put("idleShutdownAfter", pool()::idleShutdownAfter);
        times.put("minIdleShutdownAfter", pool()::minIdleShutdownAfter);
        times.forEach((option, set) -> {
            refused(option + " must be positive, was PT0S", set.apply(Duration.ZERO));
            refused(option + " must be positive, was PT-0.001S", set.apply(NEGATIVE));
            refused(
                    option + " must be at most 3650 days, which is as good as never, was PT87624H",
                    set.apply(TOO_LONG));
            assertEquals("media", set.apply(Duration.ofDays(3650)).options().name());
        });
        refused("shutdownTimeout must be zero or more, was PT-0.001S", pool().shutdownTimeout(NEGATIVE));
        refused(
                "shutdownTimeout must be at most 3650 days, which is as good as never, was PT87624H",
                pool().shutdownTimeout(TOO_LONG));
    }

    @Test
    @DisplayName("P-04, P-05: strictSlots and singleUse contradict each other")
    void strictSlotsAndSingleUseContradictEachOther() {
        refused(
                "strictSlots must be false with singleUse, which waits for the data anyway, was true",
                pool().singleUse(true).strictSlots(true));
    }

    @Test
    @DisplayName("P-16, P-18: what is not available yet is refused, not ignored")
    void whatIsNotAvailableYetIsRefused() {
        notYet("codeSync", true, () -> pool().codeSync(true));
        assertEquals("media", pool().codeSync(false).options().name());
    }

    private static void notYet(String option, Object value, Executable set) {
        refused("option " + option + " is not available in this version, was " + value + ": leave it out", set);
    }

    @Test
    @DisplayName("C-05: within is positive and bounded")
    void withinIsPositiveAndBounded() {
        var view = new CallerView(null, CallOptions.DEFAULT);
        refused("within must be positive, was PT0S", () -> view.within(Duration.ZERO));
        refused(
                "within must be at most 3650 days, which is as good as never, was PT87624H",
                () -> view.within(TOO_LONG));
    }
}
