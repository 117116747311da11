package dev.kiln.bench;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerInfo;
import java.util.OptionalLong;

/** Thousands of calls that each leave a frame on the runner, whose handle is closed: does its memory stay flat? */
final class DropBench implements Benchmark {
    private static final int CALLS = 10_000;
    private static final int STEP = 1_000;
    private static final long BYTES = 100_000;

    @Override
    public void run() {
        var report = new Report(
                "drop: " + CALLS + " calls, each returns a frame of " + Report.megabytes(BYTES)
                        + " that is closed here",
                "calls",
                "frames held",
                "bytes held",
                "runner's RSS",
                "this RSS",
                "calls per second");
        try (Pool pool = Pool.named("bench-drop").min(1).max(1).open()) {
            row(report, pool, 0, 0);
            long since = System.nanoTime();
            for (int call = 1; call <= CALLS; call++) {
                Frame frame = pool.call(() -> Columns.ofBytes(BYTES));
                frame.close();
                if (call % STEP == 0) {
                    row(report, pool, call, STEP * 1e9 / (double) (System.nanoTime() - since));
                    since = System.nanoTime();
                }
            }
        }
        report.print();
    }

    private static void row(Report report, Pool pool, int calls, double perSecond) {
        RunnerInfo runner = pool.runners().getFirst();
        report.row(
                Report.count(calls),
                Report.count(runner.residentCount()),
                Report.megabytes(runner.residentBytes()),
                rss(runner.pid()),
                rss(OptionalLong.of(ProcessHandle.current().pid())),
                calls == 0 ? "" : Report.count(Math.round(perSecond)));
    }

    private static String rss(OptionalLong pid) {
        OptionalLong bytes = pid.isPresent() ? Machine.residentBytes(pid.getAsLong()) : OptionalLong.empty();
        return bytes.isPresent() ? Report.megabytes(bytes.getAsLong()) : "?";
    }
}
