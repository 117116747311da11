package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import dev.kiln.KilnException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P-15: the herald")
class HeraldTest {
    private final BootFailed noRoom = new BootFailed("no room", false, null);
    private final LinkedBlockingQueue<Object> told = new LinkedBlockingQueue<>();

    private final PoolListener listener = new PoolListener() {
        @Override
        public void onGrowStart(String pool, int count) {
            told.add(pool + " grows to " + count);
        }

        @Override
        public void onGrowEnd(String pool, int count, GrowOutcome outcome) {
            told.add(outcome);
        }

        @Override
        public void onShrink(String pool, int count, String reason) {
            told.add(reason);
            throw new IllegalStateException("the listener fails, says the test");
        }

        @Override
        public void onCallFailed(String pool, long call, KilnException failure) {
            told.add(Thread.currentThread());
            Thread.currentThread().interrupt();
        }
    };

    private static boolean lives(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals(name));
    }

    @Test
    void bringsTheNewsInOrderOnAThreadOfItsOwnWhateverTheListenerDoes() throws Exception {
        try (var herald = new Herald("h1", listener)) {
            herald.tell(new BookEffect.GrowStart(3));
            herald.tell(new BookEffect.GrowEnd(2, null));
            herald.tell(new BookEffect.Shrink(1, "why not"));
            herald.callFailed(7, noRoom);
            herald.tell(new BookEffect.GrowEnd(2, noRoom));
            assertEquals("h1 grows to 3", told.take());
            assertEquals(new GrowOutcome.Up(), told.take());
            assertEquals("why not", told.take());
            assertNotSame(Thread.currentThread(), told.take());
            assertEquals(new GrowOutcome.Failed(noRoom), told.take());
        }
        assertFalse(lives("kiln-listener-h1"));
    }

    @Test
    @DisplayName("P-28: a listener that is too slow is told no more after the pool is closed")
    void tellsNoMoreAfterAMoment() throws Exception {
        var begun = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        var slow = new PoolListener() {
            @Override
            public void onGrowStart(String pool, int count) {
                told.add(count);
                begun.countDown();
                try {
                    never.await();
                } catch (InterruptedException e) {
                    told.add("interrupted");
                }
            }
        };
        var herald = new Herald("h3", slow);
        for (int news = 1; news <= 5; news++) {
            herald.tell(new BookEffect.GrowStart(news));
        }
        begun.await();
        herald.close();
        assertEquals(List.of(1, "interrupted"), List.copyOf(told));
        assertFalse(lives("kiln-listener-h3"));
    }

    @Test
    @DisplayName("P-28: when the pool is closed the last news are told, and the thread ends")
    void tellsTheLastNews() {
        var herald = new Herald("h2", listener);
        for (int news = 0; news < 1000; news++) {
            herald.tell(new BookEffect.GrowStart(news));
        }
        herald.close();
        assertEquals(1000, told.size());
        assertFalse(lives("kiln-listener-h2"));
        herald.tell(new BookEffect.GrowStart(1));
        herald.close();
        assertEquals(1000, told.size());
    }

    @Test
    @DisplayName("P-28: a listener that hangs is interrupted when the pool is closed")
    void interruptsAListenerThatHangs() throws Exception {
        var hangs = new CountDownLatch(1);
        var herald = new Herald("h3", new PoolListener() {
            @Override
            public void onGrowStart(String pool, int count) {
                hangs.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    told.add("interrupted");
                }
            }
        });
        herald.tell(new BookEffect.GrowStart(1));
        hangs.await();
        herald.close();
        assertEquals(List.of("interrupted"), List.copyOf(told));
        assertFalse(lives("kiln-listener-h3"));
    }

    @Test
    void hasNoThreadWithoutAListener() {
        try (var herald = new Herald("h4", null)) {
            herald.tell(new BookEffect.GrowStart(1));
            assertFalse(lives("kiln-listener-h4"));
        }
    }
}
