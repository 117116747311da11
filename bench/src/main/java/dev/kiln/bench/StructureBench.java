package dev.kiln.bench;

import dev.kiln.frame.Frame;
import dev.kiln.frame.Resident;
import dev.kiln.pool.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * A call that returns a structure with ten thousand small frames, which stay, and the end of all the handles; beside the same
 * structure with its numbers in arrays, by value.
 */
final class StructureBench implements Benchmark {
    private static final int KEYS = 100;
    private static final int FRAMES_PER_KEY = 100;
    private static final int FRAMES = KEYS * FRAMES_PER_KEY;
    private static final int NUMBERS = 10;
    private static final int ROUNDS = 31;
    private static final int WARM_UP_ROUNDS = 20;

    private interface Way {
        int call() throws Exception;
    }

    @Override
    public void run() throws Exception {
        try (PeerProcess peer = PeerProcess.start();
                Pool pool = Pool.named("bench-structure")
                        .max(1)
                        .timeout(Duration.ofMinutes(5))
                        .open();
                Resident<Map<String, List<Frame>>> frames = pool.call(() -> Resident.of(frames()));
                Resident<Map<String, List<long[]>>> arrays = pool.near(frames).call(() -> Resident.of(arrays()))) {
            var back = new Samples();
            var ended = new Samples();
            var byValue = new Samples();
            var overRmi = new Samples();
            Way values = () -> count(pool.near(arrays).call(arrays::get));
            Way rmi = () -> count(peer.<Map<String, List<long[]>>>callByRmi(StructureBench::arrays));
            for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
                boolean warm = round >= 0;
                long start = System.nanoTime();
                Map<String, List<Frame>> handles = pool.near(frames).call(frames::get);
                long arrived = System.nanoTime();
                Frame.closeAll(handles);
                long closed = System.nanoTime();
                if (count(handles) != FRAMES) {
                    throw new IllegalStateException("not all frames came back");
                }
                (warm ? back : new Samples()).add(arrived - start);
                (warm ? ended : new Samples()).add(closed - arrived);
                time(values, warm ? byValue : new Samples());
                time(rmi, warm ? overRmi : new Samples());
            }
            report(back, ended, byValue, overRmi);
        }
    }

    private static void report(Samples back, Samples ended, Samples byValue, Samples overRmi) {
        var report = new Report(
                "structure: a map of lists with " + Report.count(FRAMES) + " frames of " + NUMBERS + " numbers, "
                        + ROUNDS + " rounds in turns",
                "",
                "median",
                "per frame",
                "frames per second",
                "to RMI");
        row(report, "Kiln, handles on frames that stay", back, overRmi);
        row(report, "Kiln, closing these handles", ended, overRmi);
        row(report, "Kiln, arrays by value", byValue, overRmi);
        row(report, "RMI (Java serialization), arrays by value", overRmi, overRmi);
        report.print();
    }

    private static void row(Report report, String name, Samples times, Samples base) {
        report.row(
                name,
                Report.millis(times.median()),
                Report.micros(times.median() / FRAMES),
                Report.count(Math.round(FRAMES / (times.median() / 1e9))),
                Report.ratio(times.median(), base.median()));
    }

    private static void time(Way way, Samples times) throws Exception {
        long start = System.nanoTime();
        int count = way.call();
        times.add(System.nanoTime() - start);
        if (count != FRAMES) {
            throw new IllegalStateException(count + " of " + FRAMES + " came back");
        }
    }

    private static int count(Map<String, ? extends List<?>> structure) {
        return structure.values().stream().mapToInt(List::size).sum();
    }

    private static long[] numbers(int key) {
        return LongStream.range(key, key + NUMBERS).toArray();
    }

    private static Map<String, List<Frame>> frames() {
        Map<String, List<Frame>> structure = new LinkedHashMap<>();
        for (int key = 0; key < KEYS; key++) {
            List<Frame> list = new ArrayList<>();
            for (int i = 0; i < FRAMES_PER_KEY; i++) {
                list.add(Frame.columns(Map.of("n", numbers(key))));
            }
            structure.put("key " + key, list);
        }
        return structure;
    }

    private static Map<String, List<long[]>> arrays() {
        Map<String, List<long[]>> structure = new LinkedHashMap<>();
        for (int key = 0; key < KEYS; key++) {
            List<long[]> list = new ArrayList<>();
            for (int i = 0; i < FRAMES_PER_KEY; i++) {
                list.add(numbers(key));
            }
            structure.put("key " + key, list);
        }
        return structure;
    }
}
