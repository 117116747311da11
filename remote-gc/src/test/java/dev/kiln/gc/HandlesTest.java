package dev.kiln.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HandlesTest {
    private static final ProcessRef SELF = new ProcessRef("self", 1);
    private static final ProcessRef OWNER = new ProcessRef("owner", 1);
    private static final ProcessRef THIRD = new ProcessRef("third", 1);
    private static final ResourceId R7 = new ResourceId(OWNER, 7);
    private static final ResourceId R8 = new ResourceId(OWNER, 8);
    private static final ResourceId T5 = new ResourceId(THIRD, 5);
    private static final List<Long> NONE = List.of();

    private final Handles handles = new Handles(SELF);

    private static Addressed update(
            ProcessRef to, long sequence, List<Long> held, List<Long> released, List<Long> ended) {
        return new Addressed(to, new Update(SELF, sequence, held, released, ended));
    }

    private void acknowledged(ProcessRef owner, long upTo) {
        handles.on(new Acknowledged(owner, SELF, upTo));
    }

    @Test
    @DisplayName("G-01: only the first handle and the end of the last one are told")
    void tellsFirstAndLast() {
        handles.opened(R7);
        handles.opened(R7);
        assertEquals(2, handles.count(R7));
        assertEquals(List.of(update(OWNER, 1, List.of(7L), NONE, NONE)), handles.flush());
        handles.closed(R7);
        assertEquals(List.of(), handles.flush());
        handles.closed(R7);
        assertEquals(List.of(update(OWNER, 2, NONE, List.of(7L), NONE)), handles.flush());
        assertEquals(List.of(), handles.flush());
        assertEquals(0, handles.size());
    }

    @Test
    @DisplayName("G-02: changes to several resources of one owner are one Update, each owner counts its own sequence")
    void batches() {
        handles.opened(R7);
        handles.opened(R8);
        handles.opened(T5);
        assertEquals(
                List.of(update(OWNER, 1, List.of(7L, 8L), NONE, NONE), update(THIRD, 1, List.of(5L), NONE, NONE)),
                handles.flush());
        handles.closed(T5);
        assertEquals(List.of(update(THIRD, 2, NONE, List.of(5L), NONE)), handles.flush());
    }

    @Test
    @DisplayName("G-02: a hold and its release between two flushes leave nothing but the end of the transfer")
    void collapsesHoldAndRelease() {
        handles.opened(R7);
        handles.arrived(OWNER, 1, List.of(R7));
        handles.closed(R7);
        assertEquals(List.of(update(OWNER, 1, NONE, NONE, List.of(1L))), handles.flush());
    }

    @Test
    @DisplayName("G-02: a release whose hold was sent is told, also before the hold is acknowledged")
    void releaseAfterSentHold() {
        handles.opened(R7);
        handles.flush();
        handles.closed(R7);
        assertEquals(List.of(update(OWNER, 2, NONE, List.of(7L), NONE)), handles.flush());
        assertEquals(2, handles.unacknowledgedUpdates());
    }

    @Test
    @DisplayName("G-02: opening again while the release is unsent leaves the hold as it is")
    void reopenBeforeFlush() {
        handles.opened(R7);
        handles.flush();
        handles.closed(R7);
        handles.opened(R7);
        handles.closed(R7);
        handles.opened(R7);
        assertEquals(List.of(), handles.flush());
        handles.closed(R7);
        assertEquals(List.of(update(OWNER, 2, NONE, List.of(7L), NONE)), handles.flush());
    }

    @Test
    @DisplayName("G-02: opening again after the release was sent is a new hold with a higher sequence")
    void reopenAfterFlush() {
        handles.opened(R7);
        handles.flush();
        handles.closed(R7);
        handles.flush();
        handles.opened(R7);
        assertEquals(List.of(update(OWNER, 3, List.of(7L), NONE, NONE)), handles.flush());
    }

    @Test
    @DisplayName("G-01: closing a handle that is not open is refused with advice")
    void closedTooOften() {
        handles.opened(R7);
        handles.closed(R7);
        String message = assertThrows(IllegalStateException.class, () -> handles.closed(R7))
                .getMessage();
        assertTrue(message.contains("owner#1/7"), message);
        handles.flush();
        assertThrows(IllegalStateException.class, () -> handles.closed(R7));
    }

    @Test
    @DisplayName("G-03: hold and end of a message from the owner itself travel together")
    void arrivedFromTheOwner() {
        handles.opened(R7);
        handles.arrived(OWNER, 3, List.of(R7));
        assertEquals(List.of(update(OWNER, 1, List.of(7L), NONE, List.of(3L))), handles.flush());
        assertEquals(0, handles.waiting());
    }

    @Test
    @DisplayName("G-03: if the hold went ahead, the end waits until it is acknowledged")
    void flushBetweenOpenedAndArrived() {
        handles.opened(R7);
        handles.flush();
        handles.arrived(OWNER, 3, List.of(R7));
        assertEquals(List.of(), handles.flush());
        acknowledged(OWNER, 1);
        assertEquals(List.of(update(OWNER, 2, NONE, NONE, List.of(3L))), handles.flush());
    }

    @Test
    @DisplayName("G-03: a sender is told only when the owners of third-party resources have acknowledged the holds")
    void thirdPartyRule() {
        handles.opened(R7);
        handles.opened(T5);
        handles.arrived(OWNER, 3, List.of(R7, T5));
        assertEquals(
                List.of(update(OWNER, 1, List.of(7L), NONE, NONE), update(THIRD, 1, List.of(5L), NONE, NONE)),
                handles.flush());
        acknowledged(OWNER, 1);
        assertEquals(List.of(), handles.flush());
        assertEquals(1, handles.waiting());
        acknowledged(THIRD, 1);
        assertEquals(List.of(update(OWNER, 2, NONE, NONE, List.of(3L))), handles.flush());
        assertEquals(0, handles.waiting());
    }

    @Test
    @DisplayName(
            "G-03: an end that has to wait also waits for the sender's own resources, lest it overtakes their holds")
    void waitingEndDoesNotOvertakeHolds() {
        handles.opened(R7);
        handles.opened(T5);
        handles.arrived(OWNER, 3, List.of(R7, T5));
        handles.flush();
        acknowledged(THIRD, 1);
        assertEquals(List.of(), handles.flush());
        acknowledged(OWNER, 1);
        assertEquals(List.of(update(OWNER, 2, NONE, NONE, List.of(3L))), handles.flush());
    }

    @Test
    @DisplayName("G-03: if part of the holds went ahead, the end waits for all of them")
    void flushBetweenTwoOpened() {
        handles.opened(R7);
        handles.flush();
        handles.opened(R8);
        handles.arrived(OWNER, 3, List.of(R7, R8));
        assertEquals(List.of(update(OWNER, 2, List.of(8L), NONE, NONE)), handles.flush());
        acknowledged(OWNER, 1);
        assertEquals(List.of(), handles.flush());
        acknowledged(OWNER, 2);
        assertEquals(List.of(update(OWNER, 3, NONE, NONE, List.of(3L))), handles.flush());
    }

    @Test
    @DisplayName("G-03: what is passed on is told as lent, and known as that once the owner has acknowledged it")
    void lent() {
        handles.opened(R7);
        handles.flush();
        acknowledged(OWNER, 1);
        handles.opened(R7);
        handles.lent(R7);
        handles.lent(R7);
        assertFalse(handles.knowsLent(R7));
        assertEquals(
                List.of(new Addressed(OWNER, new Update(SELF, 2, NONE, NONE, NONE, List.of(7L)))), handles.flush());
        assertFalse(handles.knowsLent(R7));
        acknowledged(OWNER, 2);
        assertTrue(handles.knowsLent(R7));
        handles.returned(R7);
        assertEquals(List.of(), handles.flush(), "one message is still on its way");
        handles.returned(R7);
        handles.closed(R7);
        assertEquals(List.of(update(OWNER, 3, List.of(7L), NONE, NONE)), handles.flush());
        assertThrows(IllegalStateException.class, () -> handles.returned(R7));
        handles.closed(R7);
        assertEquals(List.of(update(OWNER, 4, NONE, List.of(7L), NONE)), handles.flush());
        assertThrows(IllegalStateException.class, () -> handles.lent(R7));
    }

    @Test
    @DisplayName("G-03: nobody has to know that something of this process, or of an owner that is gone, is passed on")
    void lentToNobody() {
        ResourceId own = new ResourceId(SELF, 1);
        handles.lent(own);
        assertTrue(handles.knowsLent(own));
        handles.returned(own);
        handles.opened(R7);
        handles.lent(R7);
        handles.gone(OWNER);
        assertTrue(handles.knowsLent(R7));
        handles.returned(R7);
        handles.closed(R7);
        assertEquals(List.of(), handles.flush());
    }

    @Test
    @DisplayName("G-03: nobody waits for a third-party resource that is held in one's own right already, or no more")
    void thirdPartyAlreadyHeldOrClosed() {
        handles.opened(T5);
        handles.flush();
        acknowledged(THIRD, 1);
        handles.opened(T5);
        handles.arrived(OWNER, 3, List.of(T5));
        ResourceId closed = new ResourceId(THIRD, 6);
        handles.opened(closed);
        handles.arrived(OWNER, 4, List.of(closed));
        handles.closed(closed);
        assertEquals(List.of(update(OWNER, 1, NONE, NONE, List.of(3L, 4L))), handles.flush());
    }

    @Test
    @DisplayName("G-03: a third-party owner that ends while it is waited for does not keep the sender waiting")
    void thirdPartyGone() {
        handles.opened(T5);
        handles.arrived(OWNER, 3, List.of(T5));
        handles.flush();
        handles.gone(THIRD);
        assertEquals(List.of(update(OWNER, 1, NONE, NONE, List.of(3L))), handles.flush());
    }

    @Test
    @DisplayName(
            "G-03: a sender is owed the end of its message until an Update has it, also while that waits for others")
    void owesEnds() {
        handles.opened(T5);
        handles.arrived(OWNER, 1, List.of(T5));
        assertTrue(handles.owesEnd(OWNER));
        handles.flush();
        assertTrue(handles.owesEnd(OWNER), "what the message names may live for the sender's sake alone");
        assertFalse(handles.owesEnd(THIRD));
        acknowledged(THIRD, 1);
        handles.flush();
        assertFalse(handles.owesEnd(OWNER));
        assertEquals(List.of(update(OWNER, 1, NONE, NONE, List.of(1L))), handles.unacknowledged(OWNER));
        handles.arrived(OWNER, 2, List.of());
        handles.gone(OWNER);
        assertFalse(handles.owesEnd(OWNER));
    }

    @Test
    @DisplayName("G-05: a process is sure of an owner that has acknowledged each of its open handles")
    void isSure() {
        assertTrue(handles.isSure(OWNER));
        handles.opened(R7);
        assertFalse(handles.isSure(OWNER), "not told");
        handles.flush();
        assertFalse(handles.isSure(OWNER), "told, and maybe lost");
        acknowledged(OWNER, 1);
        assertTrue(handles.isSure(OWNER));
        handles.opened(R8);
        handles.flush();
        assertFalse(handles.isSure(OWNER));
        handles.closed(R8);
        assertTrue(handles.isSure(OWNER), "what is not acknowledged is of no use any more");
        assertTrue(handles.isSure(THIRD));
    }

    @Test
    @DisplayName("G-03: a refused message ends without a hold")
    void refused() {
        handles.refused(OWNER, 3);
        assertEquals(List.of(update(OWNER, 1, NONE, NONE, List.of(3L))), handles.flush());
    }

    @Test
    @DisplayName("G-03: a process holds nothing of itself")
    void ownResources() {
        ResourceId own = new ResourceId(SELF, 1);
        handles.opened(own);
        handles.arrived(OWNER, 3, List.of(own));
        handles.closed(own);
        assertEquals(List.of(update(OWNER, 1, NONE, NONE, List.of(3L))), handles.flush());
        assertEquals(0, handles.size());
    }

    @Test
    @DisplayName("G-04: what is not acknowledged is kept in order, to be sent again")
    void keepsUnacknowledged() {
        handles.opened(R7);
        Addressed first = handles.flush().getFirst();
        handles.opened(R8);
        Addressed second = handles.flush().getFirst();
        assertEquals(List.of(first, second), handles.unacknowledged(OWNER));
        acknowledged(OWNER, 1);
        acknowledged(OWNER, 0);
        assertEquals(List.of(second), handles.unacknowledged(OWNER));
        assertEquals(List.of(), handles.unacknowledged(THIRD));
    }

    @Test
    @DisplayName("G-04: an acknowledgement of what was never sent, or meant for a former life, changes nothing")
    void strayAcknowledgements() {
        handles.opened(R7);
        handles.flush();
        handles.on(new Acknowledged(OWNER, new ProcessRef("self", 0), 1));
        handles.on(new Acknowledged(OWNER, new ProcessRef("self", 0), Acknowledged.FENCED));
        handles.on(new Acknowledged(THIRD, SELF, 1));
        assertEquals(1, handles.unacknowledgedUpdates());
        acknowledged(OWNER, 50);
        assertEquals(0, handles.unacknowledgedUpdates());
        handles.opened(R8);
        handles.arrived(THIRD, 1, List.of(R8));
        assertEquals(1, handles.flush().size());
        assertEquals(1, handles.waiting());
    }

    @Test
    @DisplayName(
            "G-05: an owner that has fenced this process is told nothing more, and its handles may still be closed")
    void fenced() {
        handles.opened(R7);
        handles.arrived(OWNER, 1, List.of(R7));
        handles.flush();
        handles.opened(R8);
        acknowledged(OWNER, Acknowledged.FENCED);
        assertTrue(handles.isGone(OWNER));
        handles.closed(R7);
        handles.opened(R7);
        handles.refused(OWNER, 2);
        assertEquals(List.of(), handles.flush());
        assertEquals(List.of(), handles.unacknowledged(OWNER));
        assertEquals(0, handles.count(R7));
        assertFalse(handles.isGone(THIRD));
    }

    @Test
    @DisplayName("G-05: the next life of an owner is another owner, with its own sequence")
    void nextLifeOfAnOwner() {
        handles.opened(R7);
        handles.flush();
        handles.gone(OWNER);
        ProcessRef next = new ProcessRef("owner", 2);
        handles.opened(new ResourceId(next, 7));
        assertEquals(List.of(update(next, 1, List.of(7L), NONE, NONE)), handles.flush());
    }
}
