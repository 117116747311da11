package dev.kiln.bench;

import dev.kiln.gc.SimulateBench;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * Runs the benchmarks that are named, or all: {@code ./kiln bench [name...]}; or one of those that take
 * their time: {@code ./kiln bench soak [seconds]}, {@code ./kiln bench simulate [histories [first
 * seed]]}, {@code ./kiln bench pressure [frames]}. What they mean: bench/README.md.
 */
public final class Main {
    private Main() {}

    private static SequencedMap<String, Benchmark> benchmarks() {
        SequencedMap<String, Benchmark> all = new LinkedHashMap<>();
        all.put("collect", new CollectBench());
        all.put("verbs", new VerbsBench());
        all.put("structure", new StructureBench());
        all.put("call", new CallBench());
        all.put("cold", new ColdBench());
        all.put("drop", new DropBench());
        all.put("handles", new HandlesBench());
        all.put("dispatch", new DispatchBench());
        return all;
    }

    /** Runs the benchmarks of these names, all without any. */
    public static void main(String[] names) throws Exception {
        if (names.length > 0 && names[0].equals("soak")) {
            soak(names);
        }
        if (names.length > 0 && names[0].equals("simulate")) {
            simulate(names);
        }
        if (names.length > 0 && names[0].equals("pressure")) {
            pressure(names);
        }
        SequencedMap<String, Benchmark> all = benchmarks();
        List<String> chosen = names.length == 0 ? List.copyOf(all.keySet()) : List.of(names);
        if (!all.keySet().containsAll(chosen)) {
            System.err.println("there are the benchmarks " + String.join(", ", all.keySet())
                    + ", pressure, simulate, soak; asked for was " + String.join(", ", chosen));
            System.exit(2);
        }
        if (chosen.size() == 1 && hasOptions(benchmark(all, chosen.getFirst()).jvmOptions())) {
            System.out.println(Machine.describe());
            benchmark(all, chosen.getFirst()).run();
            return;
        }
        for (String name : chosen) {
            runAlone(name, benchmark(all, name).jvmOptions());
            if (chosen.size() > 1) {
                System.out.println();
            }
        }
    }

    private static Benchmark benchmark(Map<String, Benchmark> all, String name) {
        return Objects.requireNonNull(all.get(name));
    }

    private static boolean hasOptions(List<String> options) {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().containsAll(options);
    }

    private static void simulate(String[] arguments) throws InterruptedException {
        long first = arguments.length > 2 ? number(arguments, 2) : 1;
        String[] others = Arrays.copyOf(arguments, Math.min(arguments.length, 2));
        long histories = first > 0 && arguments.length <= 3 ? size(others, "histories", 1, SimulateBench.USUAL) : 0;
        if (histories == 0) {
            System.err.println("simulate takes how many histories, and the first of their seeds, at least 1");
            System.exit(2);
        }
        System.exit(SimulateBench.run(histories, first) ? 0 : 1);
    }

    private static void soak(String[] arguments) throws InterruptedException {
        long seconds = size(arguments, "seconds", Soak.LEAST.toSeconds(), Soak.USUAL.toSeconds());
        System.exit(Soak.run(Duration.ofSeconds(seconds)) ? 0 : 1);
    }

    private static void pressure(String[] arguments) throws IOException, InterruptedException {
        if (!hasOptions(PressureBench.JVM_OPTIONS)) {
            System.exit(JavaProcess.of(PressureBench.JVM_OPTIONS, Main.class, arguments)
                    .inheritIO()
                    .start()
                    .waitFor());
        }
        long frames = size(arguments, "frames", PressureBench.LEAST, PressureBench.USUAL);
        System.exit(PressureBench.run(Math.toIntExact(frames)) ? 0 : 1);
    }

    /** The one argument of a benchmark that takes its time; ends the program where there is another one. */
    private static long size(String[] arguments, String what, long least, long usual) {
        long size = arguments.length == 1 ? usual : number(arguments, 1);
        if (size < least || size > Integer.MAX_VALUE || arguments.length > 2) {
            System.err.println(arguments[0] + " takes one argument: how many " + what + ", at least " + least + "; "
                    + usual + " without");
            System.exit(2);
        }
        System.out.println(Machine.describe());
        return size;
    }

    /** That argument; 0 if it is no number. */
    private static long number(String[] arguments, int index) {
        try {
            return Long.parseLong(arguments[index]);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Each in a JVM of its own: what one leaves behind, on the heap and in the compiler, must not show in the next. */
    private static void runAlone(String name, List<String> jvmOptions) throws IOException, InterruptedException {
        int exit =
                JavaProcess.of(jvmOptions, Main.class, name).inheritIO().start().waitFor();
        if (exit != 0) {
            System.err.println("benchmark " + name + " ended with exit code " + exit);
            System.exit(exit);
        }
    }
}
