package dev.kiln.bench;

import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What this process has while no call runs and the pool has a known number of runners.
 *
 * @param heapMegabytes in use after a collection
 * @param folders of ours in the temporary folder, this process's
 * @param frames that are held on runners although nothing here can reach them
 */
record SoakSample(
        long seconds, int threads, int descriptors, double heapMegabytes, int processes, int folders, long frames) {
    private static final String LINE = "%7s %11s %9s %8s %12s %12s %10s %8s %7s";
    private static final double MEGABYTE = 1e6;

    /** What must not grow: a name, the figure, and by how much it may differ without having grown. */
    private record Figure(String name, ToDoubleFunction<SoakSample> value, double share, double constant) {}

    private static final List<Figure> FIGURES = List.of(
            new Figure("threads", SoakSample::threads, 0.05, 2),
            new Figure("file descriptors", SoakSample::descriptors, 0.05, 2),
            new Figure("MB of heap", SoakSample::heapMegabytes, 0.15, 2),
            new Figure("processes", SoakSample::processes, 0, 0),
            new Figure("folders", SoakSample::folders, 0, 0),
            new Figure("frames held", SoakSample::frames, 0, 0));

    static SoakSample take(Pool pool, long seconds) {
        var memory = ManagementFactory.getMemoryMXBean();
        return new SoakSample(
                seconds,
                ManagementFactory.getThreadMXBean().getThreadCount(),
                entries(Path.of("/proc/self/fd"), ""),
                memory.getHeapMemoryUsage().getUsed() / MEGABYTE,
                (int) ProcessHandle.current().descendants().count(),
                foldersNow(),
                framesNow(pool));
    }

    static int foldersNow() {
        return entries(
                Path.of(System.getProperty("java.io.tmpdir")),
                "-" + ProcessHandle.current().pid() + "-");
    }

    static long framesNow(Pool pool) {
        return pool.runners().stream().mapToLong(RunnerInfo::residentCount).sum();
    }

    private static int entries(Path folder, String part) {
        try (var entries = Files.newDirectoryStream(folder, path -> {
            String name = path.getFileName().toString();
            return part.isEmpty() || (name.contains("kiln-") && name.contains(part));
        })) {
            int count = 0;
            for (Path _ : entries) {
                count++;
            }
            return count;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void printHeads() {
        System.out.println(LINE.formatted(
                "time", "calls", "killed", "threads", "descriptors", "heap after", "processes", "folders", "frames"));
    }

    void print(long calls, long killed) {
        System.out.println(LINE.formatted(
                seconds + " s",
                Report.count(calls),
                Report.count(killed),
                threads,
                descriptors,
                String.format(Locale.ROOT, "%.1f MB", heapMegabytes),
                processes,
                folders,
                frames));
    }

    /** Compares the means of the first and the last third, says what it finds, and whether nothing has grown. */
    static boolean areFlat(List<SoakSample> samples) {
        int third = samples.size() / 3;
        if (third == 0) {
            System.out.println("too few samples to compare");
            return false;
        }
        boolean flat = true;
        for (Figure figure : FIGURES) {
            double first = mean(samples.subList(0, third), figure.value);
            double last = mean(samples.subList(samples.size() - third, samples.size()), figure.value);
            boolean same = last <= first * (1 + figure.share) + figure.constant;
            flat &= same;
            System.out.println(String.format(
                    Locale.ROOT,
                    "  %-8s  %s: %.1f in the first third, %.1f in the last",
                    same ? "flat" : "NOT FLAT",
                    figure.name,
                    first,
                    last));
        }
        return flat;
    }

    private static double mean(List<SoakSample> samples, ToDoubleFunction<SoakSample> value) {
        return samples.stream().mapToDouble(value).average().orElse(0);
    }
}
