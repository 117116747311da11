package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Random chains of verbs against DuckDB alone, asked in plain SQL that was written for this test. Other chains than the normal
 * ones: {@code -Dkiln.test.chains=5000 -Dkiln.test.seed=100000}.
 */
class AgreesWithDuckDbTest {
    private static final int CHAINS = Integer.getInteger("kiln.test.chains", 2_000);
    private static final long FIRST_SEED = Long.getLong("kiln.test.seed", 0);
    private static final int LONGEST = 5;
    private static final int THREADS = 2;
    private static final Comparator<List<Object>> ANY_ORDER = Comparator.comparing(List::toString);

    @Test
    @DisplayName(
            "F-08: chains of verbs on frames of all types agree with DuckDB alone on the same data, in values and order")
    void chains() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Integer>> running = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int first = thread;
                running.add(threads.submit(() -> chains(first)));
            }
            int checked = 0;
            for (Future<Integer> part : running) {
                checked += part.get();
            }
            assertEquals(CHAINS, checked);
        }
    }

    /** Every {@code THREADS}-th seed. */
    private static int chains(int first) throws SQLException {
        int checked = 0;
        try (Oracle oracle = new Oracle()) {
            for (long seed = first; seed < CHAINS; seed += THREADS) {
                chain(FIRST_SEED + seed, oracle);
                checked++;
            }
        }
        return checked;
    }

    private static void chain(long seed, Oracle oracle) {
        Random random = new Random(seed);
        RandomChain verbs = new RandomChain(random, oracle);
        List<Frame> made = new ArrayList<>();
        try {
            Told chain = verbs.frame();
            made.add(chain.frame());
            for (int step = 1 + random.nextInt(LONGEST); step > 0; step--) {
                chain = verbs.next(chain);
                made.add(chain.frame());
            }
            check(chain, oracle, random.nextInt(4) == 0);
        } catch (RuntimeException | SQLException | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed
                            + (made.isEmpty() ? "" : "\n" + made.getLast().explain()),
                    e);
        } finally {
            Frame.closeAll(made);
        }
    }

    private static void check(Told chain, Oracle oracle, boolean counted) throws SQLException {
        List<List<Object>> expected = oracle.rows(chain.query());
        List<List<Object>> found = Oracle.rows(chain.frame());
        if (!chain.ordered()) {
            expected = expected.stream().sorted(ANY_ORDER).toList();
            found = found.stream().sorted(ANY_ORDER).toList();
        }
        assertEquals(chain.names(), chain.frame().names());
        assertEquals(expected, found, chain::query);
        if (counted) {
            assertEquals(expected.size(), chain.frame().rowCount());
        }
    }

    @Test
    @DisplayName("F-08: describe agrees with the statistics that DuckDB alone finds column by column")
    void describe() throws SQLException {
        try (Oracle oracle = new Oracle()) {
            for (long seed = 0; seed < 50; seed++) {
                Told data = new RandomChain(new Random(seed), oracle).frame();
                List<String> parts = new ArrayList<>();
                for (Told.Column column : data.columns()) {
                    String x = Told.quoted(column.name());
                    String numbers = "ijudm".indexOf(column.kind()) < 0
                            ? "null, null, null, null, null"
                            : "avg(" + x + "), stddev_samp(" + x + "), quantile_cont(" + x + "::double, 0.25), median("
                                    + x + "::double), quantile_cont(" + x + "::double, 0.75)";
                    parts.add("select '" + column.name() + "', count(" + x + "), count(*) - count(" + x + "), "
                            + numbers + ", min(" + x + ")::varchar, max(" + x + ")::varchar from s0");
                }
                List<List<Object>> expected =
                        oracle.rows("with " + data.steps().getFirst() + " " + String.join(" union all ", parts));
                List<List<Object>> found = Oracle.rows(data.frame()
                        .describe()
                        .select("column", "count", "nulls", "mean", "std", "q25", "median", "q75", "min", "max"));
                assertEquals(expected.size(), found.size(), "seed " + seed);
                for (int row = 0; row < expected.size(); row++) {
                    assertClose(expected.get(row), found.get(row), "seed " + seed);
                }
            }
        }
    }

    private static void assertClose(List<Object> expected, List<Object> found, String where) {
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i) instanceof Double x && found.get(i) instanceof Double y) {
                assertTrue(
                        Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(x)), where + ": " + expected + " and " + found);
            } else {
                assertEquals(expected.get(i), found.get(i), where);
            }
        }
    }
}
