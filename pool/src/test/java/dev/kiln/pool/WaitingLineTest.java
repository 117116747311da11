package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WaitingLineTest {
    private final WaitingLine line = new WaitingLine();

    @Test
    @DisplayName("P-22: the order is that of arrival, also for a call that returns")
    void theOrderIsThatOfArrival() {
        line.add(1, 100);
        line.add(3, 100);
        line.add(2, 100); // returned
        assertEquals(1, line.takeFirst());
        assertEquals(3, line.takeLast());
        assertEquals(2, line.takeFirst());
        assertTrue(line.isEmpty());
    }

    @Test
    void whatIsRemovedIsGone() {
        line.add(1, 100);
        assertTrue(line.remove(1));
        assertFalse(line.remove(1));
        assertEquals(List.of(), line.removeLate(1000));
        line.add(2, 100);
        line.add(3, 100);
        assertEquals(List.of(2L, 3L), line.removeAll());
        assertEquals(0, line.size());
    }

    @Test
    void thoseAreLateWhoseTimeHasCome() {
        line.add(1, 300);
        line.add(2, 100);
        line.add(3, 200);
        assertEquals(List.of(), line.removeLate(99));
        assertEquals(List.of(2L, 3L), line.removeLate(200));
        assertEquals(1, line.size());
    }

    @Test
    void theNextTimeIsThatOfACallThatStillWaits() {
        assertEquals(7, line.nextLateNanos(7));
        line.add(1, 100);
        line.add(2, 200);
        assertEquals(100, line.nextLateNanos(7));
        line.takeFirst();
        assertEquals(200, line.nextLateNanos(7));
        line.remove(2);
        assertEquals(7, line.nextLateNanos(7));
    }

    @Test
    void aCallThatReturnsWithAnotherTimeHasOnlyThatOne() {
        line.add(1, 100);
        line.takeFirst();
        line.add(1, 500);
        assertEquals(500, line.nextLateNanos(7));
        assertEquals(List.of(), line.removeLate(200));
        assertEquals(List.of(1L), line.removeLate(500));
    }

    @Test
    void aCallThatReturnsWithItsOldTimeWaitsOnce() {
        line.add(1, 100);
        line.takeFirst();
        line.add(1, 100);
        assertEquals(100, line.nextLateNanos(7));
        assertEquals(List.of(1L), line.removeLate(100));
        assertEquals(List.of(), line.removeLate(100));
    }

    @Test
    void aClockThatWrapsChangesNothing() {
        long now = Long.MAX_VALUE - 10;
        line.add(1, now + 100);
        line.add(2, now + 5);
        assertEquals(now + 5, line.nextLateNanos(7));
        assertEquals(List.of(2L), line.removeLate(now + 50));
        assertEquals(List.of(1L), line.removeLate(now + 100));
    }

    @Test
    void agreesWithASimpleModelOverLongHistories() {
        var random = new Random(1);
        var model = new TreeMap<Long, Long>();
        for (long call = 1; call < 50_000; call++) {
            long now = call;
            long late = now + random.nextInt(1, 3000);
            line.add(call, late);
            model.put(call, late);
            switch (random.nextInt(4)) {
                case 0 -> assertEquals(model.pollFirstEntry().getKey(), line.takeFirst());
                case 1 -> {
                    long some = 1 + random.nextLong(call);
                    assertEquals(model.remove(some) != null, line.remove(some));
                }
                default -> {
                    List<Long> expected = model.entrySet().stream()
                            .filter(entry -> entry.getValue() <= now)
                            .map(Map.Entry::getKey)
                            .toList();
                    assertEquals(
                            expected, line.removeLate(now).stream().sorted().toList());
                    model.keySet().removeAll(expected);
                }
            }
            assertEquals(model.size(), line.size());
        }
    }
}
