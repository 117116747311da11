package dev.kiln.bench;

import dev.kiln.flight.FlightEndpoint;
import dev.kiln.frame.Frame;
import dev.kiln.pool.Backends;
import dev.kiln.pool.Pool;
import dev.kiln.pool.spi.Backend;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/**
 * From a handle to everything behind it added up here, for three sizes: read once, mapped, over the link as if the runner were on another
 * machine, and by Flight; beside Arrow's stream format over a bare Unix domain socket, a copy in memory, and the adding alone.
 */
final class CollectBench implements Benchmark {
    private static final List<Long> SIZES = List.of(10_000_000L, 100_000_000L, 1_000_000_000L);
    private static final int[] ROUNDS = {41, 21, 11};
    private static final int[] WARM_UP_ROUNDS = {60, 10, 2};
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** The frames of one pool, one for each size. */
    private record Frames(List<Frame> bySize) implements AutoCloseable {
        static Frames on(Pool pool) {
            return new Frames(SIZES.stream()
                    .map(bytes -> pool.call(() -> Columns.ofBytes(bytes)))
                    .toList());
        }

        Frame of(long bytes) {
            return bySize.get(SIZES.indexOf(bytes));
        }

        @Override
        public void close() {
            Frame.closeAll(bySize);
        }
    }

    private interface Way {
        void run(long bytes) throws Exception;
    }

    /** @param before what a round needs, whose time does not count */
    private record Row(String name, Way before, Way way, List<Samples> times) {
        Row(String name, Way way) {
            this(name, bytes -> {}, way);
        }

        Row(String name, Way before, Way way) {
            this(name, before, way, SIZES.stream().map(size -> new Samples()).toList());
        }
    }

    /** A frame on a runner that nobody has read yet: another one for each round. */
    private static final class Fresh implements AutoCloseable {
        private final Pool pool;
        private @Nullable Frame frame;

        Fresh(Pool pool) {
            this.pool = pool;
        }

        void make(long bytes) {
            close();
            frame = pool.call(() -> Columns.ofBytes(bytes));
        }

        Frame get() {
            return Objects.requireNonNull(frame);
        }

        @Override
        public void close() {
            Frame.closeAll(frame);
            frame = null;
        }
    }

    @Override
    public List<String> jvmOptions() {
        return JavaProcess.ARROW;
    }

    @Override
    public void run() throws Exception {
        try (Pool pool = pool("bench-collect", Backends.localProcesses());
                Pool apart = pool("bench-collect-link", new NotShared());
                StreamPeer stream = StreamPeer.start();
                BareMapping mapping = BareMapping.of(SIZES.getLast());
                MemoryCopy copy = new MemoryCopy(SIZES.getLast());
                Frames shared = Frames.on(pool);
                Frames distant = Frames.on(apart);
                Frames here =
                        new Frames(shared.bySize().stream().map(Frame::collect).toList());
                FlightEndpoint endpoint = FlightEndpoint.of(pool).open();
                FlightPeer flight = new FlightPeer(endpoint);
                Fresh fresh = new Fresh(pool)) {
            SIZES.forEach(bytes -> endpoint.expose("" + bytes, shared.of(bytes)));
            var read = new Row("shared memory, read once, to the sum", fresh::make, bytes -> add(fresh.get(), bytes));
            var mapped = new Row("the same, mapped", fresh::make, bytes -> sumMapped(fresh.get(), bytes));
            var again =
                    new Row("mapped again while it still is, to the sum", bytes -> sumMapped(shared.of(bytes), bytes));
            var bare = new Row("a memory file mapped by itself, to the sum", mapping::sum);
            var link = new Row("over the link, to the sum", bytes -> sum(distant.of(bytes), bytes));
            var plain = new Row("Arrow stream over a bare socket, kept, to the sum", stream::collectAndSum);
            var alone = new Row("the sum alone, of what is here", bytes -> addMapped(here.of(bytes), bytes));
            List<Row> rows = List.of(
                    new Row("mapped, to the first value", fresh::make, bytes -> first(fresh.get())),
                    read,
                    mapped,
                    again,
                    link,
                    new Row("over the link, added up as it comes", bytes -> add(distant.of(bytes), bytes)),
                    new Row("by Flight, to the sum", bytes -> flight.sum("" + bytes, bytes)),
                    plain,
                    new Row("the same, added up as it comes", stream::sum),
                    bare,
                    alone,
                    new Row("memcpy to warm memory, no sum", copy::run));
            for (int size = 0; size < ROUNDS.length; size++) {
                measure(rows, size);
            }
            var report = report(rows);
            ratio(report, "read once to the sum alone", read, alone);
            ratio(report, "mapped to a bare mapping", mapped, bare);
            ratio(report, "mapped again to the sum alone", again, alone);
            ratio(report, "link to bare socket", link, plain);
            report.print();
        }
    }

    private static Pool pool(String name, Backend backend) {
        return Pool.named(name)
                .max(1)
                .timeout(LIMIT)
                .jvmOptions(List.of("-Xmx2g"))
                .backend(backend)
                .open();
    }

    private static void measure(List<Row> rows, int size) throws Exception {
        for (int round = -WARM_UP_ROUNDS[size]; round < ROUNDS[size]; round++) {
            for (Row row : rows) {
                row.before().run(SIZES.get(size));
                long start = System.nanoTime();
                row.way().run(SIZES.get(size));
                long taken = System.nanoTime() - start;
                if (round >= 0) {
                    row.times().get(size).add(taken);
                }
            }
        }
    }

    private static Report report(List<Row> rows) {
        var report = new Report(
                "collect: medians of " + ROUNDS[0] + ", " + ROUNDS[1] + " and " + ROUNDS[2] + " rounds in turns",
                "",
                size(0),
                size(1),
                size(2));
        rows.forEach(row -> report.row(row.name(), cell(row, 0), cell(row, 1), cell(row, 2)));
        return report;
    }

    private static String size(int size) {
        return Report.count(SIZES.get(size) / 1_000_000) + " MB";
    }

    private static String cell(Row row, int size) {
        return Report.millis(row.times().get(size).median());
    }

    private static void ratio(Report report, String name, Row row, Row base) {
        String[] cells = new String[SIZES.size() + 1];
        cells[0] = name;
        for (int size = 0; size < SIZES.size(); size++) {
            cells[size + 1] = Report.ratio(
                    row.times().get(size).median(), base.times().get(size).median());
        }
        report.row(cells);
    }

    private static void sum(Frame there, long bytes) {
        try (Frame here = there.collect()) {
            add(here, bytes);
        }
    }

    private static void sumMapped(Frame there, long bytes) {
        try (Frame here = there.collect()) {
            addMapped(here, bytes);
        }
    }

    /** One batch, so Arrow's vectors are those of the mapping. */
    private static void addMapped(Frame here, long bytes) {
        var sum = new Sum();
        try (var allocator = new RootAllocator();
                var root = here.toArrow(allocator)) {
            sum.accept(root);
        }
        sum.check(bytes);
    }

    private static void add(Frame here, long bytes) {
        var sum = new Sum();
        here.forEachBatch(sum);
        sum.check(bytes);
    }

    private static void first(Frame there) {
        try (Frame here = there.collect();
                Frame row = here.head(1)) {
            Columns.Row first = row.toRows(Columns.Row.class).getFirst();
            if (first.number() != 0) {
                throw new IllegalStateException("wrong data: " + first);
            }
        }
    }
}
