package dev.kiln.bench;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Pool;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * A filter and a group-by, to their result in this process: of a frame here, of a handle on one at a runner, and by DuckDB over
 * Arrow without Kiln, in turns. Ten million rows, and as few as show what an operation costs by itself.
 */
final class VerbsBench implements Benchmark {
    private static final int MANY = 10_000_000;
    private static final int FEW = 1_000;
    private static final int MANY_ROUNDS = 31;
    private static final int FEW_ROUNDS = 301;
    private static final int WARM_UP_ROUNDS = 15;
    private static final String QUERY =
            "select owner, count(*) as n, sum(amount)::bigint as total from trades where score > " + Trades.PASSING
                    + " group by owner";

    /** Sums of the result's columns, by which two results are compared. */
    static final class Answer {
        private long groups;
        private long rows;
        private long total;

        void add(VectorSchemaRoot batch) {
            BigIntVector counts = (BigIntVector) batch.getVector("n");
            BigIntVector totals = (BigIntVector) batch.getVector("total");
            groups += batch.getRowCount();
            for (int i = 0; i < batch.getRowCount(); i++) {
                rows += counts.get(i);
                total += totals.get(i);
            }
        }

        void check(Answer other) {
            if (groups != other.groups || rows != other.rows || total != other.total || groups == 0) {
                throw new IllegalStateException("two answers to one question: " + this + " and " + other);
            }
        }

        @Override
        public String toString() {
            return groups + " groups of " + rows + " rows with " + total;
        }
    }

    private interface Way {
        Answer ask() throws Exception;
    }

    @Override
    public List<String> jvmOptions() {
        return JavaProcess.ARROW;
    }

    @Override
    public void run() throws Exception {
        try (Pool pool = Pool.named("bench-verbs")
                .max(1)
                .timeout(Duration.ofMinutes(5))
                .jvmOptions(List.of("-Xmx2g"))
                .open()) {
            measure(pool, MANY, MANY_ROUNDS);
            System.out.println();
            measure(pool, FEW, FEW_ROUNDS);
        }
    }

    private static void measure(Pool pool, int rows, int rounds) throws Exception {
        try (DirectDuckDb direct = new DirectDuckDb(rows);
                Frame here = Trades.frame(rows);
                Frame there = pool.call(() -> Trades.frame(rows))) {
            Way duckDb = () -> direct.ask(QUERY);
            Way local = () -> grouped(here);
            Way remote = () -> grouped(there);
            var duckDbTimes = new Samples();
            var localTimes = new Samples();
            var remoteTimes = new Samples();
            Answer expected = duckDb.ask();
            for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
                time(duckDb, expected, round < 0 ? new Samples() : duckDbTimes);
                time(local, expected, round < 0 ? new Samples() : localTimes);
                time(remote, expected, round < 0 ? new Samples() : remoteTimes);
            }
            var report = new Report(
                    "verbs: filter and group-by of " + Report.count(rows) + " rows, " + rounds + " rounds in turns",
                    "",
                    "median",
                    "least",
                    "to DuckDB");
            row(report, "Kiln, a frame here", localTimes, duckDbTimes);
            row(report, "Kiln, a handle on a runner's frame", remoteTimes, duckDbTimes);
            row(report, "DuckDB over Arrow, called directly", duckDbTimes, duckDbTimes);
            report.print();
        }
    }

    private static Answer grouped(Frame trades) {
        var answer = new Answer();
        try (Frame passing = trades.filter("score > " + Trades.PASSING);
                Frame groups = passing.groupBy("owner").summarise("n = count(*)", "total = sum(amount)")) {
            groups.forEachBatch(answer::add);
        }
        return answer;
    }

    private static void time(Way way, Answer expected, Samples times) throws Exception {
        long start = System.nanoTime();
        Answer answer = way.ask();
        times.add(System.nanoTime() - start);
        answer.check(expected);
    }

    private static void row(Report report, String name, Samples times, Samples base) {
        report.row(
                name,
                Report.millis(times.median()),
                Report.millis(times.least()),
                Report.ratio(times.median(), base.median()));
    }
}
