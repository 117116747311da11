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
        look(begun, active, held, 0, seconds);
    }

    private void look(long begun, int active, int held, int left, long seconds) {
        collector.look(begun, active, held, left, TimeUnit.SECONDS.toNanos(seconds));
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

    @Test
    @DisplayName("F-12: it finds the garbage that keeps a value which others have let go of from being closed")
    void itCollectsOnceForEachValueThatIsLeft() {
        look(1, 1, 0, 0, 10);
        look(1, 0, 0, 0, 12); // the value is still held by others
        look(1, 0, 0, 1, 20); // and now it is not
        look(1, 0, 0, 1, 21);
        look(1, 0, 0, 1, 22);
        assertEquals(1, collections.get());
        look(1, 0, 0, 1, 30); // something else here keeps it
        assertEquals(1, collections.get());
        look(1, 0, 0, 2, 40);
        look(1, 0, 0, 2, 41);
        assertEquals(2, collections.get());
    }
}
