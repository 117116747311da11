package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("G-02: an idle runner lets go of other runners' frames")
class IdleCollectorTest {
    private final AtomicInteger collections = new AtomicInteger();
    private final IdleCollector collector = new IdleCollector(collections::incrementAndGet);

    private void look(long begun, int active, int held, long seconds) {
        collector.look(begun, active, held, TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void itCollectsOnceAfterTheLastCallOfAWhile() {
        look(1, 1, 1, 10);
        look(1, 0, 1, 11);
        look(1, 0, 1, 12);
        look(1, 0, 1, 13);
        assertEquals(1, collections.get());
        look(2, 0, 1, 14); // a call that came and went between two looks
        look(2, 0, 1, 15);
        assertEquals(2, collections.get());
    }

    @Test
    void itLeavesABusyRunnerAlone() {
        for (int second = 0; second < 100; second++) {
            look(1, 1, 1, second);
        }
        assertEquals(0, collections.get());
    }

    @Test
    void itLeavesARunnerAloneThatHoldsNothingOfOthers() {
        look(1, 1, 0, 10);
        look(1, 0, 0, 12);
        look(1, 0, 5, 14);
        assertEquals(0, collections.get(), "what was not there when the calls ended is none of their garbage");
    }
}
