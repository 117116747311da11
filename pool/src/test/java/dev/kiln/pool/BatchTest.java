package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchTest extends BatchFixture {
    @Test
    @DisplayName("B-01, B-02: what a batch made is gone at its end, what it kept lives, and later use names keep")
    void releasesAndKeeps() {
        List<Frame> dropped = new ArrayList<>();
        Optional<Frame> kept = Batch.run("nightly", Duration.ofMinutes(5), batch -> {
            List<Frame> all = pool.call(() -> List.of(made(1), made(2), made(3)));
            dropped.addAll(all);
            dropped.add(Frame.columns(Map.of("here", new int[] {1})));
            return batch.keep(Optional.of(all.getFirst().filter("n > 1")));
        });
        until(() -> held() == 1);
        assertEquals(1, kept.orElseThrow().rowCount(), "the source of what was still to be computed is kept");
        for (Frame each : dropped) {
            assertThrows(IllegalStateException.class, each::compute);
        }
        kept.orElseThrow().close();
        until(() -> held() == 0);
    }

    @Test
    @DisplayName("B-01: a batch whose body throws releases as much, and the exception comes through")
    void releasesAfterAnException() {
        List<Frame> made = new ArrayList<>();
        assertThrows(
                ArithmeticException.class,
                () -> Batch.run("nightly", batch -> {
                    made.add(pool.call(() -> made(1)));
                    throw new ArithmeticException("no");
                }));
        until(() -> held() == 0);
        assertThrows(IllegalStateException.class, made.getFirst()::rowCount);
    }

    @Test
    @DisplayName("B-01: without a bound batch, what comes of an operation is in that of its first operand")
    void firstOperand() {
        Batch batch = Batch.open("explicit");
        Frame source = pool.in(batch).call(() -> made(1));
        Frame derived = source.filter("n > 1").compute();
        assertTrue(Batch.current().isEmpty());
        assertEquals(3, batch.status().frames());
        batch.close();
        assertReleased(batch.id(), derived);
        assertReleased(batch.id(), source);
        until(() -> held() == 0);
    }

    @Test
    @DisplayName("B-02: delete releases what was kept, too; without automatic release nothing goes before that")
    void delete() {
        Batch keeping = Batch.open("keeping");
        Frame kept = keeping.keep(pool.in(keeping).call(() -> made(1)));
        Batch loose = Batch.named("loose").automaticRelease(false).open();
        Frame stays = pool.in(loose).call(() -> made(2));
        keeping.close();
        loose.close();
        assertEquals(2, kept.rowCount() + stays.rowCount() - 2);
        keeping.delete();
        loose.delete();
        assertReleased(keeping.id(), kept);
        assertReleased(loose.id(), stays);
        until(() -> held() == 0);
    }

    @Test
    @DisplayName("B-03: batches nest: what the inner one kept goes with the outer one, on any thread")
    void nested() throws InterruptedException {
        List<Frame> inner = new ArrayList<>();
        Batch.run("outer", outer -> {
            Batch.run("inner", within -> {
                Thread thread =
                        Thread.ofVirtual().start(() -> within.bind(batch -> inner.add(pool.call(() -> made(1)))));
                thread.join();
                inner.add(within.keep(pool.call(() -> made(2))));
                assertEquals(within.id(), Batch.current().orElseThrow().id());
                return null;
            });
            assertThrows(IllegalStateException.class, inner.getFirst()::rowCount);
            assertEquals(2, inner.getLast().rowCount());
            assertEquals(outer.id(), Batch.current().orElseThrow().id());
            return null;
        });
        assertThrows(IllegalStateException.class, inner.getLast()::rowCount);
        until(() -> held() == 0);
    }

    @Test
    @DisplayName("B-04: a frame moves to another batch, and a batch is ended by its id from work on a runner")
    void transferAndEnd() {
        Batch one = Batch.named("one").id("the one").open();
        Batch two = Batch.open("two");
        Frame moved = one.transfer(pool.in(one).call(() -> made(1)), two);
        pool.call(() -> {
            Batch.end("the one");
            return null;
        });
        until(() -> one.status().state() == BatchStatus.State.DONE);
        assertEquals(2, moved.rowCount());
        two.close();
        assertReleased(two.id(), moved);
    }

    @Test
    @DisplayName(
            "B-01, B-03: work on a runner finds the batch of its call, keeps in it, and its nested calls inherit it")
    void onARunner() {
        Batch batch = Batch.open("there");
        Pool captured = pool;
        List<Frame> result = pool.in(batch).call(() -> {
            Frame kept = Batch.current().orElseThrow().keep(made(1));
            Frame nested =
                    captured.call(() -> made(Batch.current().orElseThrow().id().equals("?") ? 0 : 2));
            return List.of(kept, nested, made(3));
        });
        assertEquals(2, batch.status().calls().done(), "the nested call is one of the batch");
        batch.close();
        assertEquals(2, result.getFirst().rowCount(), "it was kept where it was made");
        assertReleased(batch.id(), result.getLast());
        result.getFirst().close();
    }

    @Test
    @DisplayName(
            "B-01, B-06: a placed object goes with its batch; two batches on one object do not free each other's data")
    void placedObjects() {
        Batch around = Batch.open("around");
        Store store =
                pool.in(around).place(Store.class, () -> BatchFixture::made).get();
        Frame[] frames = new Frame[2];
        Batch one = Batch.open("one");
        Batch two = Batch.open("two");
        one.bind(batch -> frames[0] = store.load(1));
        two.bind(batch -> frames[1] = store.load(2));
        one.close();
        assertReleased(one.id(), frames[0]);
        assertEquals(2, frames[1].rowCount());
        assertEquals(1, around.status().objects());
        two.close();
        around.close();
        var refused = assertThrows(IllegalStateException.class, () -> store.load(3));
        assertTrue(String.valueOf(refused.getMessage()).contains("batch " + around.id()), refused::getMessage);
        until(() -> held() == 0);
    }

    @Test
    @DisplayName("B-03: an end on one thread while another makes things in the batch leaves nothing behind")
    void endWhileOthersMake() throws InterruptedException, ExecutionException {
        for (int round = 0; round < 20; round++) {
            Batch batch = Batch.open("raced");
            var maker = new FutureTask<Throwable>(() -> {
                try {
                    while (true) {
                        pool.in(batch).call(() -> made(1)).filter("n > 1");
                    }
                } catch (RuntimeException e) {
                    return e;
                }
            });
            Thread.ofVirtual().start(maker);
            until(() -> batch.status().calls().done() > 2);
            batch.close();
            Throwable end = maker.get();
            assertTrue(end instanceof IllegalStateException || end instanceof CallCancelled, end::toString);
        }
        assertInstanceOf(Integer.class, pool.call(() -> 1));
        until(() -> held() == 0);
    }
}
