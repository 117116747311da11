package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EngineInterruptTest {
    private static final String ENDLESS =
            "select count(*) as n from range(1000000) a(i), range(100000000) b(j) where (a.i * b.j) % 7 = 8";

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicBoolean flagAfterwards = new AtomicBoolean();

    @BeforeEach
    void loadEngine() {
        Frame.readSql("select 1 as one").close();
    }

    @AfterEach
    void engineStillWorks() {
        assertEquals(0, Session.ALLOCATOR.getAllocatedMemory());
        assertEquals(1, Frame.readSql("select 1 as one").rowCount());
    }

    /** Runs work in a thread and interrupts it once the engine's thread is inside {@code method}. */
    private void interruptInside(String method, Runnable work, boolean virtual) throws InterruptedException {
        Runnable observed = () -> {
            try {
                work.run();
            } catch (Throwable t) {
                failure.set(t);
            }
            flagAfterwards.set(Thread.currentThread().isInterrupted());
        };
        Thread thread = virtual
                ? Thread.ofVirtual().start(observed)
                : Thread.ofPlatform().start(observed);
        while (!engineIsInside(method)) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        thread.join();
    }

    private static boolean engineIsInside(String method) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().startsWith("kiln-engine-"))
                .flatMap(entry -> Arrays.stream(entry.getValue()))
                .anyMatch(frame -> frame.getMethodName().equals(method));
    }

    private void assertInterrupted() {
        QueryInterrupted interrupted = assertInstanceOf(QueryInterrupted.class, failure.get());
        assertTrue(interrupted.getMessage().contains("interrupted"), interrupted.getMessage());
        assertTrue(flagAfterwards.get());
    }

    @Test
    @DisplayName("F-14: an interrupt ends a statement that would run for hours, and the flag is set again")
    void running() throws InterruptedException {
        interruptInside("duckdb_jdbc_execute", () -> Frame.readSql(ENDLESS), false);
        assertInterrupted();
    }

    @Test
    @DisplayName("F-14: also when a virtual thread waits")
    void virtualThread() throws InterruptedException {
        interruptInside("duckdb_jdbc_execute", () -> Frame.readSql(ENDLESS), true);
        assertInterrupted();
    }

    @Test
    @DisplayName("F-14: an interrupt ends a result that is being copied")
    void streaming() throws InterruptedException {
        interruptInside(
                "append", () -> Frame.readSql("select i, 'text ' || i as s from range(1000000000000) r(i)"), false);
        assertInterrupted();
    }

    @Test
    @DisplayName("F-14: an interrupt ends a verb of a lazy frame and leaves its sources")
    void lazy() throws InterruptedException {
        Frame source = Frame.readSql("select i from range(1000000) r(i)");
        Frame endless = source.sql("select count(*) as n from this a, range(100000000) b(j) where (a.i * b.j) % 7 = 8");
        interruptInside("duckdb_jdbc_execute", endless::collect, false);
        assertInterrupted();
        assertEquals(1_000_000, source.rowCount());
        Frame.closeAll(List.of(source, endless));
    }

    @Test
    @DisplayName("F-14: an interrupt ends a write and leaves no file")
    void writing(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("x.parquet");
        Frame source = Frame.readSql("select i from range(1000000) r(i)");
        Frame endless = source.sql("select a.i from this a, range(100000000) b(j) where (a.i * b.j) % 7 = 8");
        interruptInside("duckdb_jdbc_execute", () -> endless.writeParquet(file), false);
        assertInterrupted();
        try (var files = Files.list(directory)) {
            assertEquals(List.of(), files.toList());
        }
        Frame.closeAll(List.of(source, endless));
    }

    @Test
    @DisplayName("F-14: a thread that is interrupted already starts nothing")
    void before() {
        Thread.currentThread().interrupt();
        assertThrows(QueryInterrupted.class, () -> Frame.readSql("select 1 as one"));
        assertTrue(Thread.interrupted());
    }

    @Test
    @DisplayName("F-14: the interrupt of one operation does not touch another")
    void others() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        AtomicReference<Long> count = new AtomicReference<>();
        interruptInside("duckdb_jdbc_execute", () -> Frame.readSql(ENDLESS), false);
        Thread other = Thread.ofPlatform().start(() -> {
            try (Frame result = Frame.readSql("select i from range(2000000) r(i) where hash(i) % 3 = 0")) {
                count.set(result.rowCount());
            } finally {
                done.countDown();
            }
        });
        interruptInside("duckdb_jdbc_execute", () -> Frame.readSql(ENDLESS), false);
        done.await();
        other.join();
        assertNotNull(count.get());
        assertInterrupted();
    }
}
