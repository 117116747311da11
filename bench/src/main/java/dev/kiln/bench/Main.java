package dev.kiln.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;

/** Runs the benchmarks that are named, or all: {@code ./kiln bench [name...]}. What they mean: bench/README.md. */
public final class Main {
    private Main() {}

    private static SequencedMap<String, Benchmark> benchmarks() {
        SequencedMap<String, Benchmark> all = new LinkedHashMap<>();
        all.put("collect", new CollectBench());
        all.put("call", new CallBench());
        all.put("cold", new ColdBench());
        all.put("drop", new DropBench());
        return all;
    }

    /** Runs the benchmarks of these names, all without any. */
    public static void main(String[] names) throws Exception {
        SequencedMap<String, Benchmark> all = benchmarks();
        List<String> chosen = names.length == 0 ? List.copyOf(all.keySet()) : List.of(names);
        if (!all.keySet().containsAll(chosen)) {
            System.err.println("there are the benchmarks " + String.join(", ", all.keySet()) + "; asked for was "
                    + String.join(", ", chosen));
            System.exit(2);
        }
        System.out.println(Machine.describe());
        for (String name : chosen) {
            System.out.println();
            Objects.requireNonNull(all.get(name)).run();
        }
    }
}
