package dev.kiln.examples;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Batch;
import dev.kiln.pool.Call;
import dev.kiln.pool.Placed;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerInfo;
import dev.kiln.runner.Runner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every way to call: {@code ./kiln demo tour}. */
public final class Tour {
    private Tour() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) {
        try (Pool pool = Pool.named("tour").max(2).maxConcurrency(4).open()) {
            call(pool);
            submit(pool);
            limits(pool);
            nested(pool);
            place(pool);
            put(pool);
            batch(pool);
        }
    }

    private static void call(Pool pool) {
        String where = pool.call(() -> Runner.current().orElseThrow().id());
        System.out.println("call ran on " + where);
        pool.execute(() -> System.out.println("what a closure prints goes to the caller's log"));
    }

    private static void submit(Pool pool) {
        Call<Long> call = pool.submit(() -> ProcessHandle.current().pid());
        Optional<String> runner = call.runner();
        long pid = call.join();
        System.out.println(
                "submit ran on " + runner.orElse("a runner that was still to be chosen") + ", process " + pid);
    }

    private static void limits(Pool pool) {
        int answer = pool.within(Duration.ofSeconds(10)).unlinked().call(() -> 6 * 7);
        System.out.println("within ten seconds: " + answer);
    }

    private static void nested(Pool pool) {
        int sum = pool.call(() -> {
            Call<Integer> left = pool.submit(() -> 1 + 2); // on a runner, into the pool of the caller
            Call<Integer> right = pool.submit(() -> 3 + 4);
            return left.join() + right.join(); // and lends its slot while it waits
        });
        System.out.println("calls within a call: " + sum);
    }

    /** What is placed is called by an interface. */
    public interface Counter {
        /** Counts and tells how far. */
        int next();
    }

    private static final class Counting implements Counter {
        private int value;

        Counting(int value) {
            this.value = value;
        }

        @Override
        public int next() {
            return ++value;
        }

        int value() {
            return value;
        }
    }

    private static void place(Pool pool) {
        try (Placed<Counter> placed = pool.restarts(2)
                .checkpoint(Duration.ofSeconds(5), Counting::value)
                .restore(Counting::new)
                .place(Counter.class, () -> new Counting(0))) {
            Counter counter = placed.get(); // a proxy: the object stays on its runner
            counter.next();
            System.out.println("placed on " + placed.runner().orElseThrow() + ", counts to " + counter.next());
        }
    }

    private static void put(Pool pool) {
        Frame local = Frame.columns(Map.of("n", new long[] {3, 1, 2}));
        Map<String, List<Frame>> there = pool.put(Map.of("numbers", List.of(local)));
        there.forEach((name, frames) ->
                frames.getFirst().mutate("square = n * n").sort("n").show());
        for (RunnerInfo runner : pool.runners()) {
            System.out.println(runner.id() + " holds " + runner.residentCount() + " frame for us");
        }
        Frame.closeAll(there);
    }

    private static void batch(Pool pool) {
        Frame best = Batch.run("nightly", Duration.ofMinutes(5), batch -> {
            Frame all = pool.call(() -> Frame.columns(Map.of("score", new double[] {0.95, 0.2})));
            return batch.keep(all.filter("score > 0.9").compute());
        }); // everything else of the batch is gone, also after an exception
        best.show();
        best.close();
    }
}
