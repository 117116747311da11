package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.GarbageCollectionNotificationInfo;
import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameInfo;
import dev.kiln.pool.Batch;
import dev.kiln.pool.Call;
import dev.kiln.pool.CallFailed;
import dev.kiln.pool.Placed;
import dev.kiln.pool.Pool;
import dev.kiln.runner.Runner;
import dev.kiln.runner.RunnerContext;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runners whose memory is too short for their frames. */
@ExtendWith(LeavesNothing.class)
class MemoryIT {
    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;
    /** What is not larger than a mebibyte is no file. */
    private static final long LEAST_FILE = MIB + 4096;

    @TempDir
    Path disk;

    record Sum(double s) {}

    record Sample(Frame frame, long bytesInMemory) {}

    private static Frame numbers(long bytes, long first) {
        long[] numbers = new long[Math.toIntExact(bytes / Long.BYTES)];
        Arrays.setAll(numbers, row -> first + row);
        return Frame.columns(Map.of("n", numbers));
    }

    private static double sum(Frame there) {
        try (Frame total = there.groupBy().summarise("s = sum(n)::double")) {
            return total.toRows(Sum.class).getFirst().s();
        }
    }

    private static double sumOf(long rows, long first) {
        return (double) (rows * first + rows * (rows - 1) / 2);
    }

    private List<Path> files() {
        try (Stream<Path> all = Files.walk(disk)) {
            return all.filter(Files::isRegularFile).toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            return List.of(disk); // one went while we looked
        }
    }

    @Test
    @DisplayName(
            "F-13: a batch goes to disk as a group, but for what is pinned or not of it, and comes back when it is used")
    void batchOnDisk() {
        try (Pool pool = Pool.named("group")
                .max(2)
                .maxConcurrency(1)
                .spillDirectory(disk)
                .jvmOptions(List.of("-Xmx256m"))
                .open()) {
            Frame other = pool.call(() -> numbers(2 * MIB, 0));
            try (Batch batch = Batch.open("paused")) {
                List<Frame> frames = List.of(
                        pool.in(batch).call(() -> numbers(2 * MIB, 1)),
                        pool.in(batch).call(() -> numbers(2 * MIB, 2)),
                        pool.in(batch).call(() -> numbers(MIB / 2, 3)));
                Frame pinned =
                        pool.in(batch).<Frame>call(() -> numbers(2 * MIB, 4)).pin();
                Frame tiny = pool.in(batch).call(() -> numbers(64, 5));
                Frame later = frames.getFirst().filter("n > 1");
                long bytes = frames.stream().mapToLong(Frame::byteSize).sum();
                assertEquals(bytes, batch.spill());
                assertEquals(bytes, batch.spill(), "they are there already");
                assertEquals(
                        3, pool.frames().stream().filter(FrameInfo::spilled).count());
                assertEquals(3, files().size());
                assertEquals(sumOf(2 * MIB / Long.BYTES, 1) - 1, sum(later));
                assertEquals(sumOf(2 * MIB / Long.BYTES, 2), sum(frames.get(1)));
                assertEquals(sumOf(2 * MIB / Long.BYTES, 4), sum(pinned));
                assertEquals(sumOf(8, 5), sum(tiny));
                CallFailed there = assertThrows(CallFailed.class, () -> pool.in(batch)
                        .call(() -> Batch.current().orElseThrow().spill()));
                assertTrue(there.getMessage().contains("where it was opened"), there::getMessage);
            }
            Eventually.soon("what the batch had on disk is gone", () -> {
                pool.call(
                        () -> { // the closures' own frames, which nobody closed
                            System.gc();
                            return null;
                        });
                return files().isEmpty();
            });
            assertEquals(sumOf(2 * MIB / Long.BYTES, 0), sum(other));
        }
    }

    @Test
    @DisplayName("F-13: 4 GB of frames pass through a runner limited to 1 GB: all is right, and no file is left")
    void fourGigabytes() throws IOException {
        long each = 128 * MIB;
        long rows = each / Long.BYTES;
        try (Pool pool = Pool.named("four")
                .max(1)
                .timeout(Duration.ofMinutes(2))
                .memoryBudget(GIB)
                .spillDirectory(disk)
                .jvmOptions(List.of("-Xmx512m", "-Dkiln.engine.memory=512MB"))
                .open()) {
            List<Frame> frames = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                long first = i;
                Sample sample = pool.call(() -> new Sample(numbers(each, first), Segments.bytesInMemory()));
                frames.add(sample.frame());
                assertTrue(sample.bytesInMemory() <= GIB, sample.bytesInMemory() + " bytes in memory");
            }
            assertEquals(1, pool.stats().boots(), "one runner had them all");
            long onDisk =
                    files().stream().mapToLong(file -> file.toFile().length()).sum();
            assertTrue(onDisk >= 3 * GIB, onDisk + " bytes on disk");
            for (int i = 0; i < frames.size(); i++) {
                assertEquals(sumOf(rows, i), sum(frames.get(i)));
            }
            // One result of the engine that is larger than all the memory for frames.
            Frame large = pool.call(() -> Frame.readSql("select range as n from range(150000000)"));
            assertEquals(sumOf(150_000_000, 0), sum(large));
            frames.add(large);
            assertEquals(1, pool.stats().boots(), "it is still the same");
            frames.forEach(Frame::close);
            Eventually.soon("the files of closed frames are gone", () -> files().isEmpty());
        }
        try (Stream<Path> left = Files.list(disk)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    @DisplayName("F-13: what a killed runner has put on disk is gone when its pool is closed")
    void killed() throws IOException {
        try (Pool pool = Pool.named("killed-spill")
                .max(1)
                .memoryBudget(16 * MIB)
                .spillDirectory(disk)
                .open()) {
            List<Frame> frames = pool.call(() -> {
                List<Frame> all = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    all.add(numbers(4 * MIB, i));
                }
                return all;
            });
            assertFalse(files().isEmpty());
            Frame here = frames.getFirst().collect(); // a mapping of its file
            long pid = pool.runners().getFirst().pid().orElseThrow();
            Pid.killHard(pid);
            Eventually.soon("the runner is gone", () -> Pid.ended(pid));
            assertEquals(sumOf(4 * MIB / Long.BYTES, 0), sum(here));
            here.close();
        }
        try (Stream<Path> left = Files.list(disk)) {
            assertEquals(List.of(), left.toList());
        }
    }

    /** Keeps frames in use on its runner, so that they cannot go to disk. */
    interface Keeper {
        void fill();

        void free();
    }

    static final class KeeperThere implements Keeper {
        private final RootAllocator allocator = new RootAllocator();
        private final List<VectorSchemaRoot> read = new ArrayList<>();

        @Override
        public void fill() {
            for (int i = 0; i < 15; i++) {
                try (Frame frame = numbers(4 * MIB, i)) {
                    read.add(frame.toArrow(allocator));
                }
            }
        }

        @Override
        public void free() {
            read.forEach(VectorSchemaRoot::close);
            read.clear();
        }
    }

    private static String runnerId() {
        return Runner.current().map(RunnerContext::id).orElseThrow();
    }

    @Test
    @DisplayName(
            "F-13: a runner without memory gets no calls, another one does; if none has any they wait; then it gets some again")
    void paused() {
        try (Pool pool = Pool.named("paused")
                        .max(2)
                        .maxConcurrency(2)
                        .queueTimeout(Duration.ofMinutes(1))
                        .memoryBudget(64 * MIB)
                        .spillDirectory(disk)
                        .open();
                Placed<Keeper> first = pool.place(Keeper.class, KeeperThere::new)) {
            String full = pool.call(MemoryIT::runnerId);
            first.get().fill();
            Eventually.soon("calls go to another runner", () -> !pool.call(MemoryIT::runnerId)
                    .equals(full));
            for (int i = 0; i < 10; i++) {
                assertFalse(pool.call(MemoryIT::runnerId).equals(full));
            }
            pool.resize(0, 1); // the other one goes
            Eventually.soon("the full one is alone", () -> pool.runners().size() == 1);
            Call<String> waiting = pool.submit(MemoryIT::runnerId);
            assertEquals(1, pool.stats().queued());
            assertFalse(waiting.toCompletableFuture().isDone());
            first.get().free();
            assertEquals(full, waiting.join());
        }
    }

    @Test
    @DisplayName(
            "G-07: a caller that forgets small handles on large frames is asked to collect, and the runner keeps its budget")
    void forgottenHandles() {
        AtomicInteger asked = new AtomicInteger();
        NotificationListener listener = (notification, _) -> {
            var info = GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData());
            if (info.getGcCause().equals("System.gc()")) {
                asked.incrementAndGet();
            }
        };
        List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
        collectors.forEach(bean -> ((NotificationEmitter) bean).addNotificationListener(listener, null, null));
        long budget = 256 * MIB;
        int handles = 3000;
        try (Pool pool = Pool.named("forgotten")
                .max(1)
                .memoryBudget(budget)
                .spillDirectory(disk)
                .open()) {
            long most = 0;
            for (int i = 0; i < handles; i++) {
                most = Math.max(most, forgottenThere(pool));
            }
            assertTrue(most > budget / 4 && most <= budget, most + " bytes in memory");
            Eventually.soon("most of them are freed without a call of the collector here", () -> {
                long left = pool.runners().getFirst().residentCount();
                return left < handles / 4;
            });
            assertTrue(asked.get() > 0, "this process has collected because it was asked to");
            assertEquals(1, pool.stats().boots());
        } finally {
            collectors.forEach(bean -> {
                try {
                    ((NotificationEmitter) bean).removeNotificationListener(listener);
                } catch (javax.management.ListenerNotFoundException e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    /** The handle is garbage when this returns. */
    private static long forgottenThere(Pool pool) {
        return pool.call(() -> new Sample(numbers(LEAST_FILE, 0), Segments.bytesInMemory()))
                .bytesInMemory();
    }
}
