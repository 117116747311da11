package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WaitingLineTest {
    private static final long KEY_IDLE = 1000;

    private final Set<String> rooms = new HashSet<>(); // runners with a free slot
    private final WaitingLine line =
            new WaitingLine(2, KEY_IDLE, runner -> runner == null ? !rooms.isEmpty() : rooms.contains(runner));

    private void add(long call, long latest) {
        line.add(call, latest, Wish.ANYWHERE, 0, 0, 0);
    }

    @Test
    @DisplayName(
            "P-22: a higher priority goes first, and calls of one priority in order of arrival, wherever they may run")
    void priority() {
        line.add(1, 1000, Wish.ANYWHERE, 0, 0, 0);
        line.add(2, 1000, Wish.ANYWHERE, 5, 0, 0);
        line.add(3, 1000, new Wish.On("a"), 5, 0, 0);
        line.add(4, 1000, Wish.ANYWHERE, -1, 0, 0);
        line.add(5, 1000, Wish.ANYWHERE, 7, 0, 0);
        line.add(-6, 1000, Wish.ANYWHERE, 0, 0, 0);
        room("a", true);
        line.room(null, true);
        for (long expected : new long[] {5, 2, 3, -6, 1, 4}) {
            assertEquals(
                    expected, Objects.requireNonNull(line.takeFirst("a", 0)).call());
        }
        assertEquals(0, line.size());
    }

    private void room(String runner, boolean room) {
        boolean _ = room ? rooms.add(runner) : rooms.remove(runner);
        line.room(runner, room);
        line.room(null, !rooms.isEmpty());
    }

    /** The next call on a runner named a, which has room for it. */
    private long takeFirst() {
        room("a", true);
        return Objects.requireNonNull(line.takeFirst("a", 0)).call();
    }

    @Test
    @DisplayName("P-22: the order is that of arrival, also for a call that returns")
    void theOrderIsThatOfArrival() {
        add(1, 100);
        add(3, 100);
        add(2, 100); // returned
        assertEquals(1, takeFirst());
        assertEquals(2, takeFirst());
        assertEquals(3, takeFirst());
        assertEquals(0, line.size());
    }

    @Test
    void whatIsRemovedIsGone() {
        add(1, 100);
        assertTrue(line.remove(1, 0));
        assertFalse(line.remove(1, 0));
        assertEquals(List.of(), line.removeLate(1000));
        add(2, 100);
        add(3, 100);
        assertEquals(List.of(2L, 3L), line.removeAll(0));
        assertEquals(0, line.size());
    }

    @Test
    void thoseAreLateWhoseTimeHasCome() {
        add(1, 300);
        add(2, 100);
        add(3, 200);
        assertEquals(List.of(), line.removeLate(99));
        assertEquals(List.of(2L, 3L), line.removeLate(200));
        assertEquals(1, line.size());
    }

    @Test
    void theNextTimeIsThatOfACallThatStillWaits() {
        assertEquals(7, line.nextLateNanos(7));
        add(1, 100);
        add(2, 200);
        assertEquals(100, line.nextLateNanos(7));
        takeFirst();
        assertEquals(200, line.nextLateNanos(7));
        line.remove(2, 0);
        assertEquals(7, line.nextLateNanos(7));
    }

    @Test
    void aCallThatReturnsWithAnotherTimeHasOnlyThatOne() {
        add(1, 100);
        takeFirst();
        add(1, 500);
        assertEquals(500, line.nextLateNanos(7));
        assertEquals(List.of(), line.removeLate(200));
        assertEquals(List.of(1L), line.removeLate(500));
    }

    @Test
    void aCallThatReturnsWithItsOldTimeWaitsOnce() {
        add(1, 100);
        takeFirst();
        add(1, 100);
        assertEquals(100, line.nextLateNanos(7));
        assertEquals(List.of(1L), line.removeLate(100));
        assertEquals(List.of(), line.removeLate(100));
    }

    @Test
    void aClockThatWrapsChangesNothing() {
        long now = Long.MAX_VALUE - 10;
        add(1, now + 100);
        add(2, now + 5);
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
            add(call, late);
            model.put(call, late);
            switch (random.nextInt(4)) {
                case 0 -> assertEquals(model.pollFirstEntry().getKey(), takeFirst());
                case 1 -> {
                    long some = 1 + random.nextLong(call);
                    assertEquals(model.remove(some) != null, line.remove(some, 0));
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
