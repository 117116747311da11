package dev.kiln.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.pool.spi.BootProblem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P-24: the guard between a pool and its backend")
class BootGuardTest {
    private final BootProblem noRoom = new BootProblem(false, "no room", null);
    private final BootProblem noImage = new BootProblem(true, "no such image", null);
    private final BootFailed otherBuild = new BootFailed("another build", true, null);
    private final HandClock clock = new HandClock();
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final BootGuard guard = new BootGuard("p", clock, open::get);
    private final List<Exception> troubles = new ArrayList<>();

    /** A clock whose time comes when the test says so. */
    private static final class HandClock extends ScheduledThreadPoolExecutor {
        private final List<Runnable> due = new ArrayList<>();
        private long delayMillis;

        HandClock() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            due.add(task);
            delayMillis = unit.toMillis(delay);
            return super.schedule(() -> {}, 1, TimeUnit.DAYS);
        }

        void comes() {
            due.forEach(Runnable::run);
            due.clear();
        }
    }

    /** Fails as told, one after the other, then succeeds. */
    private static final class Boots implements Callable<Boolean> {
        private final Queue<Exception> failures;
        private int asked;

        Boots(Exception... failures) {
            this.failures = new ArrayDeque<>(Arrays.asList(failures));
        }

        @Override
        public Boolean call() throws Exception {
            asked++;
            Exception failure = failures.poll();
            if (failure != null) {
                throw failure;
            }
            return true;
        }
    }

    private void call(Boots boots) throws Exception {
        guard.call(troubles::add, boots);
    }

    @AfterEach
    void noThreadIsLeft() {
        clock.shutdownNow();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            assertFalse(thread.getName().contains("SmallRye"), thread::getName);
        }
    }

    @Test
    void asksAgainAfterATransientProblem() throws Exception {
        var boots = new Boots(noRoom, noRoom);
        call(boots);
        assertEquals(3, boots.asked);
        assertEquals(List.of(noRoom, noRoom), troubles);
    }

    @Test
    void leavesAProblemThatStaysToTheBooks() {
        var boots = new Boots(noRoom, noRoom, noRoom, noRoom);
        assertSame(noRoom, assertThrows(BootProblem.class, () -> call(boots)));
        assertEquals(3, boots.asked);
        assertEquals(2, troubles.size());
    }

    @Test
    void doesNotAskAgainForAPoolThatCloses() {
        open.set(false);
        var boots = new Boots(noRoom);
        assertSame(noRoom, assertThrows(BootProblem.class, () -> call(boots)));
        assertEquals(1, boots.asked);
        assertEquals(List.of(), troubles);
    }

    @Test
    void doesNotAskAgainForARunnerThatCameAndWasNoUse() {
        var boots = new Boots(new BootFailed("it came too late", false, null));
        assertThrows(BootFailed.class, () -> call(boots));
        assertEquals(1, boots.asked);
    }

    @Test
    void doesNotAskForAWhileAfterAPermanentProblem() throws Exception {
        for (Exception permanent : List.of(noImage, otherBuild)) {
            var failing = new Boots(permanent);
            assertSame(permanent, assertThrows(Exception.class, () -> call(failing)));
            assertEquals(1, failing.asked);
            var prevented = new Boots();
            BootFailed refusal = assertThrows(BootFailed.class, () -> call(prevented));
            assertTrue(refusal.permanent());
            assertSame(permanent, refusal.getCause());
            assertTrue(refusal.getMessage().contains(permanent.getMessage()), refusal.getMessage());
            assertEquals(0, prevented.asked);
            clock.comes();
            var again = new Boots();
            call(again);
            assertEquals(1, again.asked);
        }
    }

    @Test
    @DisplayName("P-24: it lets a try through every half minute, always before the books ask for one")
    void letsATryThroughBeforeTheBooksAsk() {
        assertThrows(BootProblem.class, () -> call(new Boots(noImage)));
        long booksWait = TimeUnit.NANOSECONDS.toMillis(BootGovernor.LONGEST_PAUSE);
        assertEquals(30_000, booksWait);
        assertTrue(clock.delayMillis < booksWait && clock.delayMillis >= 29_000, () -> clock.delayMillis + " ms");
        clock.comes();
        assertThrows(BootProblem.class, () -> call(new Boots(noImage)));
        assertThrows(BootFailed.class, () -> call(new Boots()));
        clock.comes();
        assertSame(noRoom, assertThrows(BootProblem.class, () -> call(new Boots(noRoom, noRoom, noRoom))));
        assertThrows(BootProblem.class, () -> call(new Boots(noImage)));
    }
}
