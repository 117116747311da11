package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SpaceThreadsTest {

    private static final int THREADS = 4;
    private static final int CALLS = 250;

    private final Hub hub = new Hub();
    private final List<FrameSpace> runners = List.of(hub.runner("n2"), hub.runner("n3"), hub.runner("n4"));
    private final ConcurrentLinkedQueue<Frame> shared = new ConcurrentLinkedQueue<>();

    /** What a runner kept of earlier calls; closed by later ones. */
    private static final ConcurrentLinkedQueue<Frame> KEPT = new ConcurrentLinkedQueue<>();

    @Test
    @DisplayName(
            "G-01: frames that many threads make, pass on, keep and drop are all there when used, and all gone in the end")
    void holdsUnderConcurrency() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                long seed = i;
                all.add(threads.submit(() -> work(new Random(seed))));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        shared.forEach(Frame::close);
        KEPT.forEach(Frame::close);
        for (int i = 0; i < 100 && residents() > 0; i++) {
            System.gc(); // frames that were only captured have no other end
            hub.settle();
        }
        assertEquals(0, residents());
        hub.close();
        Hub.collectGarbage();
    }

    private long residents() {
        return runners.stream().mapToLong(FrameSpace::residentCount).sum();
    }

    private Object work(Random random) {
        for (int i = 0; i < CALLS; i++) {
            FrameSpace runner = runners.get(random.nextInt(runners.size()));
            Frame other = shared.poll();
            switch (random.nextInt(4)) {
                case 0 -> shared.add(hub.call(runner, () -> frame("x", list(1, 2, 3))));
                case 1 -> {
                    if (other != null) {
                        Map<String, Frame> both =
                                hub.call(runner, () -> Map.of("same", keep(other), "new", other.head(1)));
                        shared.addAll(both.values());
                    }
                }
                case 2 -> {
                    if (other != null) {
                        assertTrue(column(other, "x").size() >= 1);
                        shared.add(other.select("x").compute());
                    }
                }
                default -> hub.call(runner, SpaceThreadsTest::dropOne);
            }
            if (other != null) {
                other.close();
            }
            if (random.nextInt(10) == 0) {
                runner.tick();
                hub.caller().tick();
            }
        }
        return "done";
    }

    private static Frame keep(Frame frame) {
        KEPT.add(frame.head(5)); // a handle of its own, which others may close
        return frame;
    }

    private static boolean dropOne() {
        Frame kept = KEPT.poll();
        if (kept != null) {
            kept.close();
        }
        return kept != null;
    }
}
