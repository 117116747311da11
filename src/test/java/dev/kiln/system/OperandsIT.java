package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.frame.OperandPolicy;
import dev.kiln.frame.Series;
import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import dev.kiln.runner.RemoteCallable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Operations on series and frames of two runners which are real processes. */
@ExtendWith(LeavesNothing.class)
class OperandsIT {
    @TempDir
    private Path folder;

    /** What two closures return that run at the same time, so on different runners. */
    private record Two<T>(T first, T second) {}

    private <T> Two<T> onTwo(Pool pool, String name, RemoteCallable<T> first, RemoteCallable<T> second)
            throws Exception {
        Gate gate = Gate.in(Files.createDirectory(folder.resolve(name)));
        Call<T> waiting = pool.submit(() -> {
            gate.pass("first");
            return first.call();
        });
        gate.awaitBegun("first");
        T other = pool.call(second);
        gate.open();
        return new Two<>(waiting.join(), other);
    }

    private static void assertAt(String owner, List<?> values, Series series) {
        assertTrue(series.isRemote());
        try (Series made = series.compute()) {
            assertEquals(owner, made.owner());
            assertEquals(values, made.toList());
        }
    }

    @Test
    @DisplayName("F-06: operands of two runners and of this process meet where the contract says, with its values")
    void operandCases() throws Exception {
        try (Pool pool = Pool.named("operands").max(2).maxConcurrency(1).open()) {
            Two<Series> same = onTwo(pool, "same", () -> Series.of(1, 2, 3), () -> Series.of(1, 2, 3));
            Series s2 = same.first();
            Series s3 = same.second();
            String n2 = s2.owner();
            String n3 = s3.owner();
            assertNotEquals(n2, n3);
            assertAt(n2, List.of(4, 5, 6), s2.plus(3));
            Series that = s2.plus(3).plus(s2);
            assertAt(n2, List.of(5, 7, 9), that);
            assertAt(n3, List.of(6, 9, 12), s3.plus(that));
            assertAt(n3, List.of(6, 9, 12), s3.plus(that.compute()));

            Two<Series> more = onTwo(pool, "more", () -> Series.of(4, 5, 6), () -> Series.of(7, 8, 9));
            String m2 = more.first().owner();
            String m3 = more.second().owner();
            Frame local = Frame.columns(Map.of("a", new int[] {1, 2, 3}));
            Series a = local.column("a");
            assertAt(m2, List.of(4, 5, 6), a.minus(more.first()).plus(more.second()));
            assertAt(m2, List.of(-2, -1, 0), a.plus(more.first().minus(more.second())));
            assertAt(m3, List.of(12, 15, 18), more.second().plus(more.first()).plus(a));

            Frame rows = more.second().toFrame().concatRows(more.first().toFrame());
            assertEquals(m3, rows.compute().owner());
            assertEquals(List.of(7, 8, 9, 4, 5, 6), rows.column("value").toList(), "rows keep the operands' order");

            Frame put = local.put("b", more.first());
            assertFalse(put.isRemote());
            assertEquals(List.of(4, 5, 6), put.column("b").collect().toList());
            assertEquals("local", put.collect().owner());
            Frame.closeAll(List.of(same.first(), same.second(), more.first(), more.second(), that, local, put));
        }
    }

    @Test
    @DisplayName("F-06: the larger operand draws the smaller one to it, or the first does under FIRST_OPERAND")
    void bothPolicies() throws Exception {
        for (OperandPolicy policy : OperandPolicy.values()) {
            try (Pool pool = Pool.named("policy")
                    .max(2)
                    .maxConcurrency(1)
                    .operands(policy)
                    .open()) {
                Two<Series> two = onTwo(pool, policy.name(), () -> Series.of(5L, 7L, 9L), () -> Series.of(1, 2, 3));
                Series wide = two.first();
                Series narrow = two.second();
                boolean first = policy == OperandPolicy.FIRST_OPERAND;
                assertAt(first ? narrow.owner() : wide.owner(), List.of(6L, 9L, 12L), narrow.plus(wide));
                assertEquals(List.of(6L, 9L, 12L), pool.near(narrow.toFrame()).call(() -> narrow.plus(wide)
                        .toList()));
                Frame.closeAll(List.of(wide, narrow));
            }
        }
    }

    @Test
    @DisplayName("F-14: operations take no slot: they run on a runner whose only slot is taken")
    void noSlot() throws Exception {
        try (Pool pool = Pool.named("slotless").max(1).maxConcurrency(1).open()) {
            Frame frame = pool.call(() -> Frame.columns(Map.of("x", new int[] {1, 2, 3})));
            Gate gate = Gate.in(Files.createDirectory(folder.resolve("busy")));
            Call<Long> busy = pool.submit(() -> gate.pass("busy"));
            gate.awaitBegun("busy");
            assertEquals(2, frame.filter("x > 1").rowCount());
            assertEquals(List.of(2, 3, 4), frame.column("x").plus(1).toList());
            gate.open();
            busy.join();
            frame.close();
        }
    }
}
