package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.stream.IntStream;
import org.apache.arrow.vector.IntVector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Frames of many batches, which the engine's threads read at the same time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineOrderTest {
    private static final int ROWS = 1_000_000;

    private Frame data;

    @BeforeAll
    void make() {
        data = Frame.columns(Map.of("i", IntStream.range(0, ROWS).toArray()));
    }

    @AfterAll
    void close() {
        data.close();
    }

    /** Checks that column i is {@code first, first + step, …} for so many rows. */
    private static void assertCounts(Frame frame, int first, int step, int rows) {
        try (Frame collected = frame.collect()) {
            assertEquals(rows, collected.rowCount());
            collected.with(plan -> {
                Table table = (Table) ((Plan.Source) plan).leaf();
                int expected = first;
                for (int batch = 0; batch < table.batchCount(); batch++) {
                    int start = expected;
                    table.read(batch, root -> {
                        IntVector vector = (IntVector) root.getVector("i");
                        for (int row = 0; row < vector.getValueCount(); row++) {
                            assertEquals(start + row * step, vector.get(row));
                        }
                        return null;
                    });
                    expected += table.batchRows(batch) * step;
                }
                return null;
            });
        }
    }

    @Test
    @DisplayName("F-08: rows keep their order through filter, mutate, concatRows, slice and tail")
    void kept() {
        assertCounts(data.filter("i % 3 = 1"), 1, 3, ROWS / 3);
        assertCounts(data.mutate("i = i * 2"), 0, 2, ROWS);
        assertCounts(data.filter("i < 400000").concatRows(data.filter("i >= 400000")), 0, 1, ROWS);
        assertCounts(data.filter("i % 2 = 0").slice(300_000, 100_000), 600_000, 2, 100_000);
        assertCounts(data.filter("i % 2 = 0").tail(150_000), 700_000, 2, 150_000);
        assertCounts(data.sort("-i").filter("i % 2 = 0"), ROWS - 2, -2, ROWS / 2);
        assertCounts(data.sort("-i").mutate("j = i").head(200_000), ROWS - 1, -1, 200_000);
        assertCounts(data.slice(123_457, 500_000).filter("true"), 123_457, 1, 500_000);
    }

    @Test
    @DisplayName("F-08: joins of large frames find every pair, whichever side is larger")
    void joins() {
        Frame some = data.filter("i % 10 = 0");
        assertEquals(ROWS / 10, data.join(some, JoinType.INNER, "i").rowCount());
        assertEquals(ROWS / 10, some.join(data, JoinType.INNER, "i").rowCount());
        assertEquals(ROWS, data.join(some, JoinType.LEFT, "i").rowCount());
        assertEquals(ROWS, some.join(data, JoinType.RIGHT, "i").rowCount());
        assertEquals(ROWS, some.head(5).join(data, JoinType.FULL, "i").rowCount());
        assertEquals(ROWS / 10 * 9, data.join(some, JoinType.ANTI, "i").rowCount());
        assertEquals(ROWS / 10, data.join(some, JoinType.SEMI, "i").distinct().rowCount());
    }
}
