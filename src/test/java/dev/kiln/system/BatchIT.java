package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Batch;
import dev.kiln.pool.BatchStatus;
import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerInfo;
import dev.kiln.pool.RunnerLost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Batches whose frames are on runners that are real processes. */
@ExtendWith(LeavesNothing.class)
class BatchIT {
    private final Pool pool = Pool.named("batches").max(2).maxConcurrency(1).open();

    @AfterEach
    void close() {
        pool.close();
    }

    private long held() {
        return pool.runners().stream().mapToLong(RunnerInfo::residentCount).sum();
    }

    private static Frame made(int n) {
        return Frame.columns(Map.of("n", new int[] {n, n + 1}));
    }

    private static Frame madeSlowly(int n) throws InterruptedException {
        boolean _ = new CountDownLatch(1).await(300, java.util.concurrent.TimeUnit.MILLISECONDS);
        return made(n);
    }

    @Test
    @DisplayName("B-01, B-02, B-03: what a batch made on two runners is freed there at its end, but for what it kept")
    void freedOnRunners() {
        List<Frame> dropped = new ArrayList<>();
        Frame kept = Batch.run("nightly", Duration.ofMinutes(1), batch -> {
            Call<Frame> one = pool.submit(() -> madeSlowly(1));
            Call<Frame> two = pool.submit(() -> madeSlowly(2));
            dropped.add(one.join());
            Batch.run(
                    "inner",
                    inner -> dropped.add(inner.keep(two.join()).filter("n > 0").compute()));
            dropped.add(two.join());
            assertEquals(2, pool.runners().size());
            return batch.keep(dropped.getFirst().filter("n > 1"));
        });
        assertEquals(1, kept.rowCount());
        Eventually.soon("only what was kept is held", () -> held() == 1);
        for (Frame each : dropped) {
            var refused = assertThrows(IllegalStateException.class, each::collect);
            assertTrue(String.valueOf(refused.getMessage()).contains("batch.keep("), refused::getMessage);
        }
        kept.close();
        Eventually.soon("nothing is held", () -> held() == 0);
    }

    @Test
    @DisplayName(
            "B-01, B-04: work on a runner finds its batch, keeps in it, tells its progress, and ends another by its id")
    void onARunner() {
        Batch other = Batch.named("other").id("by its id").open();
        Frame gone = pool.in(other).call(() -> made(7));
        Pool captured = pool;
        Batch batch = Batch.open("there");
        List<Frame> result = pool.in(batch).call(() -> {
            Batch.progress(1, 2);
            Batch.end("by its id");
            Frame nested = captured.call(() -> made(Batch.current().isPresent() ? 2 : 0));
            return List.of(Batch.current().orElseThrow().keep(made(1)), nested);
        });
        assertEquals(2, batch.status().calls().done());
        assertTrue(batch.status().progress().isPresent());
        Eventually.soon("the other batch ends", () -> other.status().state() == BatchStatus.State.DONE);
        assertThrows(IllegalStateException.class, gone::rowCount);
        batch.close();
        assertThrows(IllegalStateException.class, result.getLast()::rowCount);
        assertEquals(2, result.getFirst().rowCount());
        result.getFirst().close();
        Eventually.soon("nothing is held", () -> held() == 0);
        pool.call(() -> {
            Batch.end("nobody's");
            return null;
        });
    }

    @Test
    @DisplayName("B-01: a batch whose runner is killed ends with the exception, and frees what it had elsewhere")
    void killed() {
        List<Frame> made = new ArrayList<>();
        assertThrows(
                RunnerLost.class,
                () -> Batch.run("doomed", batch -> {
                    Call<Frame> one = pool.submit(() -> madeSlowly(1));
                    Call<Frame> two = pool.submit(() -> madeSlowly(2));
                    made.add(one.join());
                    made.add(two.join());
                    return pool.near(made.getFirst()).call(() -> {
                        Runtime.getRuntime().halt(9);
                        return made(3);
                    });
                }));
        Eventually.soon("nothing is held", () -> held() == 0);
        assertThrows(IllegalStateException.class, made.getLast()::rowCount);
    }
}
