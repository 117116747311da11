package dev.kiln.bench;

import dev.kiln.pool.Backends;
import dev.kiln.pool.BooksBench;
import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import dev.kiln.runner.RemoteCallable;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** What it costs to decide where a call runs, against the number of runners and of waiting calls. */
final class DispatchBench implements Benchmark {
    private static final int FEW_RUNNERS = 10;
    private static final int MANY_RUNNERS = 1000;
    private static final int FEW_CALLS = 100;
    private static final int MANY_CALLS = 100_000;
    private static final int STEPS = 100_000;
    private static final int ROUNDS = 10;

    @Override
    public void run() throws Exception {
        books();
        System.out.println();
        pools();
    }

    /** In turns, so that a slow moment of the machine does not meet one of them alone. */
    private static void books() {
        var report = new Report(
                "dispatch: the books alone, one call ends, the first of the queue is sent, one arrives; best of "
                        + ROUNDS + " rounds of " + Report.count(STEPS),
                "runners",
                "queued",
                "CPU ns per call");
        List<BooksBench> all = new ArrayList<>();
        List<Samples> times = new ArrayList<>();
        for (int runners : List.of(FEW_RUNNERS, MANY_RUNNERS)) {
            for (int queued : List.of(FEW_CALLS, MANY_CALLS)) {
                all.add(new BooksBench(runners, queued));
                times.add(new Samples());
            }
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < all.size(); i++) {
                times.get(i).add(Math.round(all.get(i).nanosPerCall(STEPS)));
            }
        }
        for (int i = 0; i < all.size(); i++) {
            report.row(
                    Report.count(i < 2 ? FEW_RUNNERS : MANY_RUNNERS),
                    Report.count(i % 2 == 0 ? FEW_CALLS : MANY_CALLS),
                    Report.count(Math.round(times.get(i).least())));
        }
        report.print();
    }

    private static void pools() throws Exception {
        var report = new Report(
                "dispatch: pools with runners in this process, " + Report.count(MANY_CALLS)
                        + " calls submitted at once, one slot a runner",
                "runners",
                "open",
                "threads",
                "heap used",
                "µs per call",
                "CPU µs per call",
                "longest stats()");
        for (int runners : List.of(FEW_RUNNERS, FEW_RUNNERS, FEW_RUNNERS * 10, MANY_RUNNERS)) {
            row(report, runners);
        }
        report.print();
    }

    private static void row(Report report, int runners) throws InterruptedException {
        long start = System.nanoTime();
        try (Pool pool = Pool.named("bench-dispatch")
                .backend(Backends.inProcess())
                .min(runners)
                .max(runners)
                .maxConcurrency(1)
                .maxQueue(2 * MANY_CALLS)
                .queueTimeout(Duration.ofHours(1))
                .bootTimeout(Duration.ofMinutes(5))
                .open()) {
            double open = System.nanoTime() - start;
            int threads = ManagementFactory.getThreadMXBean().getThreadCount();
            var polls = new Samples();
            var polling = new AtomicBoolean(true);
            Thread poller = Thread.ofPlatform().daemon().start(() -> poll(pool, polling, polls));
            long beginCpu = processCpuNanos();
            long begin = System.nanoTime();
            RemoteCallable<Integer> work = () -> 7;
            List<Call<Integer>> calls = new ArrayList<>();
            for (int call = 0; call < MANY_CALLS; call++) {
                calls.add(pool.submit(work));
            }
            calls.forEach(Call::join);
            double nanos = System.nanoTime() - begin;
            double cpuNanos = processCpuNanos() - beginCpu;
            polling.set(false);
            poller.join();
            Runtime jvm = Runtime.getRuntime();
            report.row(
                    Report.count(runners),
                    Report.millis(open),
                    Report.count(threads),
                    Report.megabytes(jvm.totalMemory() - jvm.freeMemory()),
                    Report.micros(nanos / MANY_CALLS),
                    Report.micros(cpuNanos / MANY_CALLS),
                    Report.millis(polls.most()));
        }
    }

    /** Of all threads: other work on the machine hardly shows in it, ticks and the garbage collector do. */
    private static long processCpuNanos() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(Duration::toNanos)
                .orElse(0L);
    }

    private static void poll(Pool pool, AtomicBoolean polling, Samples polls) {
        while (polling.get()) {
            long start = System.nanoTime();
            pool.stats();
            polls.add(System.nanoTime() - start);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
