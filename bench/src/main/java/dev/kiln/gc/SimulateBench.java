package dev.kiln.gc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Runs a million simulated histories of remote garbage collection. In the package of the simulator, since nobody else may touch it. */
public final class SimulateBench {
    /** How many histories, unless told otherwise. */
    public static final long USUAL = 1_000_000;

    private SimulateBench() {}

    /**
     * Runs the histories of the seeds {@code first} to {@code first + histories - 1} on all processors.
     *
     * @return whether every invariant held in all of them, and every reachable pair of state and message was visited
     */
    public static boolean run(long histories, long first) throws InterruptedException {
        long start = System.nanoTime();
        int threads = Runtime.getRuntime().availableProcessors();
        var next = new AtomicLong(first);
        long end = first + histories;
        List<Future<Worker>> running = new ArrayList<>();
        var total = new Coverage();
        boolean good = true;
        long done = 0;
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i < threads; i++) {
                running.add(pool.submit(() -> new Worker().run(next, end)));
            }
            for (Future<Worker> worker : running) {
                Worker one = worker.get();
                total.add(one.simulator.coverage());
                one.failures.forEach(System.out::println);
                good &= one.failures.isEmpty();
                done += one.histories;
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the simulator itself failed", e);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "simulate: %,d histories from seed %d on in %.0f s on %d threads, %s%n%n%s%n%n",
                done,
                first,
                seconds,
                threads,
                good ? "every invariant held" : "NOT every invariant held",
                total.tables());
        System.out.printf(
                "%d pairs of state and message, %d declared reachable, %d of them visited%n",
                total.pairs(),
                total.reachable(),
                total.reachable() - total.missed().size());
        total.missed().forEach(pair -> System.out.println("  not visited: " + pair));
        total.impossible().forEach(pair -> System.out.println("  wrongly declared unreachable: " + pair));
        System.out.println("the others cannot be reached");
        total.unreachableOnes().forEach(pair -> System.out.println("  " + pair));
        return good && total.missed().isEmpty() && total.impossible().isEmpty();
    }

    /** Gives up after some failures: to make one small takes longer than a thousand histories. */
    private static final class Worker {
        private static final int MOST_FAILURES = 3;

        final Simulator simulator = new Simulator(Rules::new);
        final List<Simulator.Failure> failures = new ArrayList<>();
        long histories;

        Worker run(AtomicLong next, long end) {
            for (long seed = next.getAndIncrement();
                    seed < end && failures.size() < MOST_FAILURES;
                    seed = next.getAndIncrement()) {
                histories++;
                Simulator.Failure failure = simulator.run(History.of(seed));
                if (failure != null) {
                    failures.add(failure);
                }
            }
            return this;
        }
    }
}
