package dev.kiln.bench;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Pool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;

/**
 * From {@code collect()} on a handle to the first value read here, for two sizes, beside a copy of as many bytes.
 *
 * <p>Before each measurement both processes rest: the frame before, whose memory the runner gives back, and the arrays that
 * this one was made from would otherwise be measured too. Then a tiny frame is collected a few times, since a processor
 * that rested is slow at first.
 */
final class CollectBench implements Benchmark {
    private static final long SMALL = 10_000_000;
    private static final long LARGE = 1_000_000_000;
    private static final int ROUNDS = 9;
    private static final long TINY = 2_000_000; // just enough to be shared and not sent
    private static final int WARM_UP_ROUNDS = 1_000;
    private static final int WAKE_UPS = 20;
    private static final Duration REST = Duration.ofMillis(500);
    private static final long ALIGNMENT = 64;

    @Override
    public void run() throws InterruptedException {
        var small = new Samples();
        var large = new Samples();
        var smallCopy = new Samples();
        var largeCopy = new Samples();
        try (Arena memory = Arena.ofConfined();
                Pool pool = Pool.named("bench-collect")
                        .max(1)
                        .timeout(Duration.ofMinutes(5))
                        .jvmOptions(List.of("-Xmx3g"))
                        .open()) {
            MemorySegment from = memory.allocate(LARGE, ALIGNMENT).fill((byte) 1);
            MemorySegment to = memory.allocate(LARGE, ALIGNMENT).fill((byte) 2);
            Frame tiny = pool.call(() -> Columns.ofBytes(TINY));
            for (int round = 0; round < WARM_UP_ROUNDS; round++) {
                firstValue(tiny, TINY);
            }
            for (int round = 0; round < ROUNDS; round++) {
                small.add(firstValueOfNew(pool, tiny, SMALL));
                large.add(firstValueOfNew(pool, tiny, LARGE));
                smallCopy.add(copy(from, to, SMALL));
                largeCopy.add(copy(from, to, LARGE));
            }
        }
        var report = new Report(
                "collect: medians of " + ROUNDS + " rounds in turns, each with new frames",
                "",
                megabytes(SMALL),
                megabytes(LARGE),
                "ratio");
        report.row(
                "collect() to first value",
                Report.millis(small.median()),
                Report.millis(large.median()),
                Report.ratio(large.median(), small.median()));
        report.row("the same, least", Report.millis(small.least()), Report.millis(large.least()), "");
        report.row("the same, most", Report.millis(small.most()), Report.millis(large.most()), "");
        report.row(
                "memcpy to warm memory",
                Report.millis(smallCopy.median()),
                Report.millis(largeCopy.median()),
                Report.ratio(largeCopy.median(), smallCopy.median()));
        report.print();
    }

    private static String megabytes(long bytes) {
        return bytes / 1_000_000 + " MB";
    }

    private static long firstValueOfNew(Pool pool, Frame tiny, long bytes) throws InterruptedException {
        try (Frame there = pool.call(() -> Columns.ofBytes(bytes))) {
            Thread.sleep(REST);
            for (int i = 0; i < WAKE_UPS; i++) {
                firstValue(tiny, TINY);
            }
            return firstValue(there, bytes);
        }
    }

    private static long firstValue(Frame there, long bytes) {
        long start = System.nanoTime();
        try (Frame here = there.collect()) {
            Columns.Row first = here.head(1).toRows(Columns.Row.class).getFirst();
            long taken = System.nanoTime() - start;
            Columns.Row last = here.tail(1).toRows(Columns.Row.class).getFirst();
            int rows = Columns.rows(bytes);
            if (first.number() != 0 || last.number() != rows - 1 || here.rowCount() != rows) {
                throw new IllegalStateException("wrong data: " + first + " to " + last);
            }
            return taken;
        }
    }

    private static long copy(MemorySegment from, MemorySegment to, long bytes) {
        long start = System.nanoTime();
        MemorySegment.copy(from, 0, to, 0, bytes);
        return System.nanoTime() - start;
    }
}
