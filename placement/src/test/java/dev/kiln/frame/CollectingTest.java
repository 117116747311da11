package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CollectingTest {

    private final AtomicLong nanos = new AtomicLong(1);
    private final Deque<Runnable> threads = new ArrayDeque<>();
    private Duration takes = Duration.ZERO;
    private final Collecting collecting = new Collecting(nanos::get, threads::add, () -> pass(takes));

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private void run() {
        collecting.look();
        while (!threads.isEmpty()) {
            threads.remove().run();
        }
    }

    @Test
    @DisplayName("G-07: the first request collects at once, others not before 10 s are over, and then once for all")
    void pauses() {
        collecting.asked(true);
        collecting.asked(true);
        run();
        assertEquals(1, collecting.collections());
        pass(Duration.ofMillis(9_999));
        collecting.asked(true);
        run();
        assertEquals(1, collecting.collections());
        pass(Duration.ofMillis(1));
        run();
        assertEquals(2, collecting.collections());
        pass(Duration.ofMinutes(1));
        run();
        assertEquals(2, collecting.collections(), "nobody has asked");
    }

    @Test
    @DisplayName("G-07: a collection that takes long comes less often")
    void longOnes() {
        takes = Duration.ofSeconds(2);
        collecting.asked(true);
        run();
        collecting.asked(true);
        pass(Duration.ofSeconds(39));
        run();
        assertEquals(1, collecting.collections());
        pass(Duration.ofSeconds(1));
        run();
        assertEquals(2, collecting.collections());
    }

    @Test
    @DisplayName("G-07: a request while one runs is for the next, and none counts where it is switched off")
    void meanwhile() {
        collecting.asked(true);
        collecting.look();
        collecting.asked(true);
        run();
        assertEquals(1, collecting.collections());
        pass(Duration.ofSeconds(10));
        run();
        assertEquals(2, collecting.collections());
        pass(Duration.ofSeconds(10));
        collecting.asked(false);
        run();
        assertEquals(2, collecting.collections());
    }
}
