package dev.kiln.bench;

import dev.kiln.pool.Backends;
import dev.kiln.pool.Pool;
import dev.kiln.runner.RemoteCallable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A small warm call to another JVM: one at a time, and 64 in flight; over a Unix domain socket and over TCP with TLS; beside
 * RMI and a bare socket in the same run.
 */
final class CallBench implements Benchmark {
    private static final int WARM_UP = 20_000;
    private static final int ROUNDS = 20;
    private static final int CALLS = 2_000;
    private static final int IN_FLIGHT = 64;
    private static final int MANY = 100_000;

    /** A way to have a function of an int computed elsewhere. */
    private interface Way {
        int call(int argument) throws Exception;
    }

    @Override
    public void run() throws Exception {
        try (PeerProcess peer = PeerProcess.start();
                Pool pool = Pool.named("bench-call").min(1).max(1).open();
                Pool tcp = Pool.named("bench-call-tcp")
                        .min(1)
                        .max(1)
                        .backend(Backends.localProcessesOverTcp())
                        .open()) {
            latency(pool, tcp, peer);
            System.out.println();
            throughput(pool, tcp, peer);
        }
    }

    private static RemoteCallable<Integer> work(int argument) {
        return () -> argument + 1;
    }

    private static void latency(Pool pool, Pool overTcp, PeerProcess peer) throws Exception {
        Way kiln = argument -> pool.call(work(argument));
        Way tls = argument -> overTcp.call(work(argument));
        Way rmi = argument -> peer.rmi().run(work(argument));
        Way socket = peer::pingPong;
        var kilnTimes = new Samples();
        var tlsTimes = new Samples();
        var rmiTimes = new Samples();
        var socketTimes = new Samples();
        for (Way way : new Way[] {kiln, tls, rmi, socket}) {
            measure(way, new Samples(), WARM_UP);
        }
        for (int round = 0; round < ROUNDS; round++) {
            measure(kiln, kilnTimes, CALLS);
            measure(tls, tlsTimes, CALLS);
            measure(rmi, rmiTimes, CALLS);
            measure(socket, socketTimes, CALLS);
        }
        var report = new Report(
                "call: one at a time, " + ROUNDS + " rounds of " + CALLS + " calls in turns",
                "",
                "median",
                "99 %",
                "to socket",
                "to RMI");
        for (var row : new Row[] {
            new Row("Kiln, a lambda", kilnTimes),
            new Row("Kiln over TCP with TLS, a lambda", tlsTimes),
            new Row("RMI, a lambda", rmiTimes),
            new Row("Unix socket, 64 bytes back and forth", socketTimes)
        }) {
            report.row(
                    row.name,
                    Report.micros(row.times.median()),
                    Report.micros(row.times.quantile(0.99)),
                    Report.ratio(row.times.median(), socketTimes.median()),
                    Report.ratio(row.times.median(), rmiTimes.median()));
        }
        report.print();
    }

    private record Row(String name, Samples times) {}

    private static void measure(Way way, Samples times, int calls) throws Exception {
        for (int i = 0; i < calls; i++) {
            long start = System.nanoTime();
            int answer = way.call(i);
            times.add(System.nanoTime() - start);
            require(answer == i + 1);
        }
    }

    private static void throughput(Pool pool, Pool overTcp, PeerProcess peer) throws Exception {
        kilnPerSecond(pool, WARM_UP);
        kilnPerSecond(overTcp, WARM_UP);
        rmiPerSecond(peer, WARM_UP);
        double kiln = kilnPerSecond(pool, MANY);
        double tls = kilnPerSecond(overTcp, MANY);
        double rmi = rmiPerSecond(peer, MANY);
        var report =
                new Report("call: " + IN_FLIGHT + " in flight, " + MANY + " calls", "", "calls per second", "to RMI");
        report.row("Kiln, submit()", Report.count(Math.round(kiln)), Report.ratio(kiln, rmi));
        report.row("Kiln over TCP with TLS, submit()", Report.count(Math.round(tls)), Report.ratio(tls, rmi));
        report.row("RMI, a thread for each", Report.count(Math.round(rmi)), Report.ratio(rmi, rmi));
        report.print();
    }

    private static double kilnPerSecond(Pool pool, int calls) throws InterruptedException {
        var window = new Semaphore(IN_FLIGHT);
        var sum = new AtomicLong();
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            window.acquire();
            var _ = pool.submit(work(i)).whenComplete((answer, failure) -> {
                sum.addAndGet(failure == null ? answer : 0);
                window.release();
            });
        }
        window.acquire(IN_FLIGHT);
        require(sum.get() == (long) calls * (calls + 1) / 2);
        return calls * 1e9 / (System.nanoTime() - start);
    }

    private static double rmiPerSecond(PeerProcess peer, int calls) throws Exception {
        var next = new AtomicLong();
        var sum = new AtomicLong();
        Thread[] threads = new Thread[IN_FLIGHT];
        long start = System.nanoTime();
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.ofPlatform().start(() -> {
                for (int call = (int) next.getAndIncrement(); call < calls; call = (int) next.getAndIncrement()) {
                    sum.addAndGet(peer.callByRmi(work(call)));
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        require(sum.get() == (long) calls * (calls + 1) / 2);
        return calls * 1e9 / (System.nanoTime() - start);
    }

    private static void require(boolean isRight) {
        if (!isRight) {
            throw new IllegalStateException("wrong answer");
        }
    }
}
