package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Batch;
import dev.kiln.pool.BatchStatus;
import dev.kiln.pool.Call;
import dev.kiln.pool.CallCancelled;
import dev.kiln.pool.Pool;
import dev.kiln.pool.PoolClosed;
import dev.kiln.pool.PoolSession;
import dev.kiln.pool.RunnerInfo;
import dev.kiln.pool.RunnerLost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
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
    @DisplayName("B-04, B-05: work on a runner asks for the status of any batch of its program, and cancels it, by id")
    void byIdFromARunner() {
        Batch other = Batch.named("long").id("the long one").priority(2).open();
        Frame frame = pool.in(other).call(() -> made(7));
        long bytes = frame.byteSize();
        Call<Integer> hangs = pool.in(other).submit(BatchIT::hangs);
        Eventually.soon("it runs", () -> other.status().calls().running() == 1);
        List<Object> seen = pool.call(() -> {
            BatchStatus status = Batch.status("the long one").orElseThrow();
            Batch.cancel("the long one");
            return List.of(status, Batch.status("nobody's").isEmpty(), elsewhere());
        });
        BatchStatus status = (BatchStatus) seen.getFirst();
        assertEquals(new BatchStatus.Calls(0, 1, 1, 0, 0), status.calls());
        assertEquals(List.of("long", 2, 1), List.of(status.name(), status.priority(), status.frames()));
        assertEquals(bytes, status.bytes());
        assertEquals(List.of(true, "IllegalStateException"), seen.subList(1, 3));
        assertThrows(CallCancelled.class, hangs::join);
        Eventually.soon("it has ended", () -> other.status().state() == BatchStatus.State.CANCELLED);
        assertThrows(IllegalStateException.class, frame::rowCount);
        try (Batch own = Batch.open("own")) {
            assertEquals(1, pool.in(own).call(() -> Batch.current()
                    .orElseThrow()
                    .status()
                    .calls()
                    .running()));
        }
        Eventually.soon("nothing is held", () -> held() == 0);
    }

    private static int hangs() throws InterruptedException {
        new CountDownLatch(1).await();
        return 1;
    }

    /** What a thread gets that is no call's: it is refused, not ignored. */
    private static String elsewhere() throws InterruptedException {
        var refused = new AtomicReference<String>("nothing");
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                Batch.end("the long one");
            } catch (RuntimeException e) {
                refused.set(e.getClass().getSimpleName());
            }
        });
        thread.join();
        return refused.get();
    }

    /** Another program, which was told a session. */
    static final class Visitor {
        public static void main(String[] arguments) {
            PoolSession session = PoolSession.at(arguments[0]);
            for (String wish : List.of(arguments).subList(1, arguments.length)) {
                String batch = wish.substring(wish.indexOf(' ') + 1);
                Optional<BatchStatus> status =
                        switch (wish.substring(0, wish.indexOf(' '))) {
                            case "status" -> session.status(batch);
                            case "end" -> session.end(batch);
                            case "cancel" -> session.cancel(batch);
                            case "delete" -> session.delete(batch);
                            default -> throw new IllegalArgumentException(wish);
                        };
                System.out.println(wish + ": "
                        + status.map(one -> one.state() + " " + one.frames() + " frames")
                                .orElse("unknown"));
            }
            session.batches().forEach(one -> System.out.println("open: " + one.id()));
        }
    }

    @Test
    @DisplayName("B-04: another process that shares the pool's session sees batches, ends and cancels them by id")
    void byIdFromAnotherProcess() throws Exception {
        Batch ends = Batch.named("one").id("ends").open();
        Batch cancelled = Batch.named("two").id("cancelled").open();
        Batch deleted = Batch.named("three").id("deleted").open();
        Batch stays = Batch.named("four").id("stays").open();
        Frame gone = pool.in(ends).call(() -> made(1));
        Frame kept = deleted.keep(pool.in(deleted).call(() -> made(2)));
        Frame stay = pool.in(stays).call(() -> made(3));
        Call<Integer> hangs = pool.in(cancelled).submit(BatchIT::hangs);
        String session = pool.session();
        assertEquals(session, pool.session());
        List<String> wishes = List.of(
                session,
                "status ends",
                "end ends",
                "end ends",
                "cancel cancelled",
                "delete deleted",
                "status nobody's");
        try (JavaProgram visitor = JavaProgram.start(Visitor.class, wishes.toArray(String[]::new))) {
            assertEquals(0, visitor.status(), visitor::output);
            assertEquals(
                    List.of(
                            "status ends: RUNNING 1 frames",
                            "end ends: DONE 0 frames",
                            "end ends: unknown",
                            "cancel cancelled: CANCELLED 0 frames",
                            "delete deleted: DONE 0 frames",
                            "status nobody's: unknown",
                            "open: stays"),
                    visitor.output().lines().toList());
        }
        assertThrows(CallCancelled.class, hangs::join);
        assertThrows(IllegalStateException.class, gone::rowCount);
        assertThrows(IllegalStateException.class, kept::rowCount);
        assertEquals(2, stay.rowCount());
        stays.close();
        Eventually.soon("nothing is held", () -> held() == 0);
        assertEquals(
                PosixFilePermissions.fromString("rwx------"),
                Files.getPosixFilePermissions(Path.of(session).getParent()),
                "it is this user's alone");
        pool.close();
        assertThrows(PoolClosed.class, () -> PoolSession.at(session).batches());
        assertThrows(PoolClosed.class, pool::session);
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
