package dev.kiln.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Lend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("C-11: what an execution calls itself")
class NestingTest {
    private final List<Message> told = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private final Nesting nesting = new Nesting(7, told::add);

    @Test
    @DisplayName("the slot is lent while any of its threads waits, and taken back when the last one goes on")
    void theSlotIsLentWhileAnyThreadWaits() {
        nesting.waits(1);
        nesting.waits(2);
        nesting.goesOn(1);
        assertEquals(List.of(new Lend(7, true)), told);
        nesting.goesOn(2);
        nesting.waits(0);
        nesting.goesOn(0);
        assertEquals(List.of(new Lend(7, true), new Lend(7, false), new Lend(7, true), new Lend(7, false)), told);
    }

    @Test
    @DisplayName("the caller takes the slot back when a call is settled: whoever waits for another one lends it again")
    void theCallerTakesTheSlotBack() {
        nesting.waits(1);
        nesting.settled(1);
        nesting.goesOn(1);
        assertEquals(List.of(new Lend(7, true), new Lend(7, false)), told);
        told.clear();
        nesting.waits(2);
        nesting.waits(3);
        nesting.settled(2);
        nesting.goesOn(2);
        nesting.settled(4); // for which nobody waited
        nesting.settled(3);
        nesting.goesOn(3);
        assertEquals(List.of(new Lend(7, true), new Lend(7, true), new Lend(7, true), new Lend(7, false)), told);
    }

    @Test
    @DisplayName("once it is over nothing is lent: its outcome has said that the slot is free")
    void onceItIsOverNothingIsLent() {
        nesting.waits(1);
        nesting.end();
        nesting.goesOn(1);
        nesting.waits(2);
        nesting.settled(3);
        assertEquals(List.of(new Lend(7, true)), told);
        assertFalse(nesting.running());
    }

    @Test
    @DisplayName("C-06: what it called is stopped with it, once, or at once if it is stopped already")
    void whatItCalledIsStoppedWithIt() {
        nesting.whenStopped(() -> done.add("first"));
        Runnable takeBack = nesting.whenStopped(() -> done.add("second"));
        takeBack.run();
        assertFalse(nesting.stopped());
        nesting.stop();
        nesting.stop();
        assertTrue(nesting.stopped());
        nesting.whenStopped(() -> done.add("third")).run();
        assertEquals(List.of("first", "third"), done);
    }

    @Test
    @DisplayName("what it called goes on when it has returned")
    void whatItCalledGoesOnWhenItHasReturned() {
        nesting.whenStopped(() -> done.add("before"));
        nesting.end();
        nesting.whenStopped(() -> done.add("after"));
        nesting.stop();
        assertEquals(List.of(), done);
    }
}
