package dev.kiln.bench;

import dev.kiln.KilnException;
import dev.kiln.frame.Frame;
import dev.kiln.pool.Call;
import dev.kiln.pool.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** Random calls of every kind, and an account of what became of each. Any thread. */
final class SoakCalls {
    private static final String VALUE = "value";
    private static final Duration HOPELESS = Duration.ofMinutes(2);
    private static final int LONG_MILLIS = 60_000;
    private static final int SHORT_MILLIS = 40;
    private static final long LEAST_BYTES = 10_000;
    private static final long MOST_BYTES = 3_000_000; // frames below a megabyte are sent, those above are mapped

    private final Pool pool;
    private final Map<String, AtomicLong> counts = new ConcurrentHashMap<>();
    private final AtomicLong made = new AtomicLong();

    /** What kinds there are, and how each of them may end when a runner can be killed at any time. */
    private enum Kind {
        RETURNS(50),
        THROWS(10),
        FRAMES(15),
        CANCELLED(10),
        INTERRUPTED(5),
        TOO_LONG(10);

        final int share; // of a hundred

        Kind(int share) {
            this.share = share;
        }

        Set<String> endings() {
            return switch (this) {
                case RETURNS -> Set.of(VALUE, "RunnerLost");
                case THROWS -> Set.of("CallFailed", "RunnerLost");
                case FRAMES -> Set.of(VALUE, "RunnerLost", "FrameLost");
                case CANCELLED, INTERRUPTED -> Set.of("CallCancelled", VALUE, "RunnerLost");
                case TOO_LONG -> Set.of("CallTimedOut", "RunnerLost");
            };
        }

        static Kind random(SplittableRandom random) {
            int left = random.nextInt(100);
            for (Kind kind : values()) {
                left -= kind.share;
                if (left < 0) {
                    return kind;
                }
            }
            return RETURNS;
        }
    }

    SoakCalls(Pool pool) {
        this.pool = pool;
    }

    /** Makes one call and waits for its outcome. */
    void makeOne(SplittableRandom random) throws InterruptedException {
        Kind kind = Kind.random(random);
        made.incrementAndGet();
        String ending;
        try {
            ending = switch (kind) {
                case RETURNS -> returns(random);
                case THROWS -> fails();
                case FRAMES -> frames(random);
                case CANCELLED -> cancelled(random);
                case INTERRUPTED -> interrupted(random);
                case TOO_LONG -> tooLong(random);
            };
        } catch (KilnException e) {
            ending = e.getClass().getSimpleName();
        } catch (RuntimeException e) {
            ending = e.toString(); // no failure of ours: it is counted, and is no way for a call to end
        }
        count(kind, ending);
    }

    private void count(Kind kind, String ending) {
        counts.computeIfAbsent(kind + " " + ending, key -> new AtomicLong()).incrementAndGet();
    }

    private String returns(SplittableRandom random) {
        int number = random.nextInt();
        int millis = random.nextInt(SHORT_MILLIS);
        int answer = pool.submit(() -> {
                    Thread.sleep(millis);
                    return number + 1;
                })
                .join(HOPELESS);
        return answer == number + 1 ? VALUE : "wrong value";
    }

    private String fails() {
        return pool.call(() -> {
            throw new IllegalStateException("as it was asked to");
        });
    }

    private String frames(SplittableRandom random) {
        long bytes = random.nextLong(LEAST_BYTES, MOST_BYTES);
        Map<String, List<Frame>> there =
                pool.call(() -> Map.of("two", List.of(Columns.ofBytes(LEAST_BYTES), Columns.ofBytes(bytes))));
        Frame second = there.values().iterator().next().getLast();
        if (second.rowCount() != Columns.rows(bytes)) {
            return "wrong frame";
        }
        if (random.nextInt(4) == 0) {
            try (Frame here = second.collect()) {
                if (here.rowCount() != second.rowCount()) {
                    return "wrong frame";
                }
            }
        }
        if (random.nextBoolean()) {
            Frame.closeAll(there); // the others are dropped: the collector's business
        }
        return VALUE;
    }

    private String cancelled(SplittableRandom random) throws InterruptedException {
        int millis = random.nextInt(SHORT_MILLIS);
        Call<Integer> call = pool.submit(() -> {
            Thread.sleep(millis);
            return millis;
        });
        Thread.sleep(random.nextInt(SHORT_MILLIS));
        call.cancel();
        return call.join(HOPELESS) == millis ? VALUE : "wrong value";
    }

    private String interrupted(SplittableRandom random) throws InterruptedException {
        int millis = random.nextInt(SHORT_MILLIS);
        var ending = new CompletableFuture<String>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                pool.call(() -> {
                    Thread.sleep(LONG_MILLIS);
                    return 1;
                });
                ending.complete(VALUE);
            } catch (KilnException e) {
                ending.complete(e.getClass().getSimpleName());
            } catch (RuntimeException e) {
                ending.complete(e.toString());
            }
        });
        Thread.sleep(millis);
        caller.interrupt();
        return caller.join(HOPELESS) ? ending.join() : "none";
    }

    private String tooLong(SplittableRandom random) {
        pool.within(Duration.ofMillis(random.nextInt(1, SHORT_MILLIS))).call(() -> {
            Thread.sleep(LONG_MILLIS);
            return 1;
        });
        return VALUE;
    }

    long made() {
        return made.get();
    }

    /** Calls that have no outcome, or one that calls of their kind do not have; empty if there is none. */
    List<String> unaccounted() {
        List<String> wrong = new ArrayList<>();
        long settled = counts.values().stream().mapToLong(AtomicLong::get).sum();
        if (settled != made.get()) {
            wrong.add(made.get() - settled + " calls have no outcome");
        }
        for (Kind kind : Kind.values()) {
            endings(kind).forEach((ending, count) -> {
                if (!kind.endings().contains(ending)) {
                    wrong.add(count + " calls of kind " + name(kind) + " ended with " + ending);
                }
            });
        }
        return wrong;
    }

    private SequencedMap<String, Long> endings(Kind kind) {
        String prefix = kind + " ";
        SequencedMap<String, Long> endings = new TreeMap<>();
        counts.forEach((key, count) -> {
            if (key.startsWith(prefix)) {
                endings.put(key.substring(prefix.length()), count.get());
            }
        });
        return endings;
    }

    private static String name(Kind kind) {
        return kind.toString().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }

    /** A row for each kind, a column for each way to end. */
    Report report() {
        Set<String> columns = new TreeSet<>();
        for (Kind kind : Kind.values()) {
            columns.addAll(endings(kind).keySet());
        }
        List<String> heads = new ArrayList<>(List.of("calls that"));
        heads.addAll(columns);
        var report =
                new Report("soak: what became of " + Report.count(made()) + " calls", heads.toArray(String[]::new));
        for (Kind kind : Kind.values()) {
            Map<String, Long> endings = endings(kind);
            List<String> row = new ArrayList<>(List.of(name(kind)));
            row.addAll(columns.stream()
                    .map(column -> endings.containsKey(column) ? Report.count(endings.get(column)) : "")
                    .collect(Collectors.toList()));
            report.row(row.toArray(String[]::new));
        }
        return report;
    }
}
