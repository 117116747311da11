package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many calls whose frames are dropped. */
@ExtendWith(LeavesNothing.class)
class FlatLoopIT {
    private static final int CALLS = 10_000;
    private static final int ROWS = 20_000;
    private static final int COLLECT_EVERY = 250;

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("G-01, G-08: 10,000 calls that each return a frame which is closed leave the runner's memory flat")
    void closedFrames() throws IOException {
        loop(true);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("G-02: 10,000 calls that each return a frame which is just dropped leave the runner's memory bounded")
    void droppedFrames() throws IOException {
        loop(false);
    }

    /** 1.6 GB in all, in frames of 160 kB: what leaked even a tenth of it would show. */
    private static void loop(boolean close) throws IOException {
        try (Pool pool = Pool.named(close ? "flat" : "dropped").max(1).open()) {
            long pid = pool.call(() -> ProcessHandle.current().pid());
            long early = 0;
            for (int i = 1; i <= CALLS; i++) {
                int seed = i;
                Frame frame = pool.call(() -> column(seed));
                assertEquals(ROWS, frame.rowCount());
                if (close) {
                    frame.close();
                }
                if (!close && i % COLLECT_EVERY == 0) {
                    System.gc(); // as a caller's own garbage would have it happen, sooner or later
                }
                if (i == CALLS / 5) {
                    early = residentKilobytes(pid);
                }
            }
            long late = residentKilobytes(pid);
            Eventually.soon("nothing is held any more", () -> {
                if (!close) {
                    System.gc();
                }
                return pool.runners().stream()
                                .mapToLong(RunnerInfo::residentBytes)
                                .sum()
                        == 0;
            });
            assertTrue(
                    late < early + 150_000,
                    "the runner's resident memory went from " + early + " kB after a fifth to " + late + " kB");
        }
    }

    private static Frame column(int seed) {
        long[] x = new long[ROWS];
        java.util.Arrays.fill(x, seed);
        return Frame.columns(Map.of("x", x));
    }

    private static long residentKilobytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }
}
