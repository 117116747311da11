package dev.kiln.bench;

import com.sun.management.GarbageCollectionNotificationInfo;
import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameInfo;
import dev.kiln.pool.Pool;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/**
 * A caller that forgets a hundred thousand handles on frames of a megabyte. They are nothing to its own heap, which is so large
 * here that it never fills, so nothing but the runner's asking makes it look for them: does the runner stay inside its budget?
 */
final class PressureBench {
    static final int USUAL = 100_000;
    static final int LEAST = 20_000;

    /** A little more than what is kept in private memory, so that the kernel tells how much there is of it. */
    private static final long FRAME_BYTES = (1 << 20) + (1 << 12);

    private static final long BUDGET = 1L << 30;
    /** A young generation that all calls together do not fill. */
    static final List<String> JVM_OPTIONS = List.of("-XX:+UseSerialGC", "-Xms5g", "-Xmx5g", "-Xmn4g");

    private static final int STEPS = 20;
    private static final int AT_ONCE = 10;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final Pool pool;
    private final int frames;
    private final AtomicInteger collections = new AtomicInteger();
    private final AtomicInteger ofItself = new AtomicInteger();
    private final Report report;
    private long mostInMemory;
    private long mostHeld;
    private long mostOnDisk;

    private PressureBench(Pool pool, int frames) {
        this.pool = pool;
        this.frames = frames;
        this.report = new Report(
                "pressure: handles on " + Report.count(frames) + " frames of " + Report.megabytes(FRAME_BYTES)
                        + " are forgotten; the runner's budget is " + Report.megabytes(BUDGET),
                "frames",
                "held",
                "of that on disk",
                "runner's frame memory",
                "runner's RSS",
                "heap here",
                "collections asked for",
                "others",
                "frames per second");
    }

    /** Whether the runner stayed inside its budget, and was asked for nothing in vain. */
    static boolean run(int frames) {
        try (Pool pool = Pool.named("pressure")
                .max(1)
                .memoryBudget(BUDGET)
                .jvmOptions(List.of("-Xmx256m")) // the heap is not in the budget
                .open()) {
            return new PressureBench(pool, frames).run();
        }
    }

    private boolean run() {
        countCollections();
        int _ = pool.call(() -> 1); // the runner comes up
        row(0, 0);
        long start = System.nanoTime();
        int step = frames / STEPS;
        for (int made = AT_ONCE; made <= frames; made += AT_ONCE) {
            forget();
            mostInMemory = Math.max(mostInMemory, Machine.frameBytes(runner()));
            if (made / step > (made - AT_ONCE) / step) {
                System.err.println("pressure: " + Report.count(made) + " of " + Report.count(frames));
                row(made, made * 1e9 / (System.nanoTime() - start));
            }
        }
        report.print();
        boolean freed = awaitFreed();
        System.out.printf(
                "  at most %s of frames in the runner's memory, %,d frames held and %s on disk; %d collections here;"
                        + " %s of all are freed in the end%n",
                Report.megabytes(mostInMemory),
                mostHeld,
                Report.megabytes(mostOnDisk),
                collections.get(),
                freed ? "more than nine tenths" : "NOT nine tenths");
        boolean inside = mostInMemory > 0 && mostInMemory <= BUDGET;
        System.out.println(
                inside ? "  the runner stayed inside its budget" : "  the runner did NOT stay inside its budget");
        return inside && freed && collections.get() > 0 && pool.stats().boots() == 1;
    }

    /** The handles are garbage when this returns. */
    private void forget() {
        List<Frame> _ = pool.call(() -> IntStream.range(0, AT_ONCE)
                .mapToObj(i -> Columns.ofBytes(FRAME_BYTES))
                .toList());
    }

    private long runner() {
        return pool.runners().getFirst().pid().orElseThrow();
    }

    private void row(int made, double perSecond) {
        List<FrameInfo> held = pool.frames();
        long onDisk = held.stream()
                .filter(FrameInfo::spilled)
                .mapToLong(FrameInfo::bytes)
                .sum();
        mostHeld = Math.max(mostHeld, held.size());
        mostOnDisk = Math.max(mostOnDisk, onDisk);
        Runtime here = Runtime.getRuntime();
        report.row(
                Report.count(made),
                Report.count(held.size()),
                Report.megabytes(onDisk),
                Report.megabytes(Machine.frameBytes(runner())),
                Report.megabytes(
                        Machine.residentBytes(pool.runners().getFirst().pid().orElseThrow())
                                .orElse(0)),
                Report.megabytes(here.totalMemory() - here.freeMemory()),
                Report.count(collections.get()),
                Report.count(ofItself.get()),
                made == 0 ? "" : Report.count(Math.round(perSecond)));
    }

    private void countCollections() {
        for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) collector)
                    .addNotificationListener(
                            (notification, _) -> {
                                var info = GarbageCollectionNotificationInfo.from(
                                        (CompositeData) notification.getUserData());
                                boolean asked = info.getGcCause().equals("System.gc()");
                                (asked ? collections : ofItself).incrementAndGet();
                            },
                            null,
                            null);
        }
    }

    /** Without a collection that was not asked for. */
    private boolean awaitFreed() {
        long start = System.nanoTime();
        while (pool.runners().getFirst().residentCount() > frames / 10) {
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }
}
