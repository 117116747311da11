package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message.Cancel;
import dev.kiln.runner.wire.Message.Execute;
import dev.kiln.runner.wire.Message.Rejected;
import dev.kiln.runner.wire.Message.Resumed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One end of a session, the other end played by hand. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SessionTest {
    private static final ProcessRef VISITOR = new ProcessRef("visitor", 1);

    private final Meeting meeting = new Meeting();
    private final Recorder recorder = new Recorder();
    private final Session session = meeting.expect(VISITOR, recorder);

    /** The other end of one connection. */
    private final class Peer implements Carrier {
        final Inbound inbound = new Inbound();
        final Carrier.Events events = meeting.connected(this);
        int roomBytes = Integer.MAX_VALUE;
        boolean closed;

        @Override
        public boolean write(ByteBuffer[] bytes) throws IOException {
            if (closed) {
                throw new IOException("closed");
            }
            boolean all = true;
            for (ByteBuffer part : bytes) {
                int length = Math.min(roomBytes, part.remaining());
                inbound.feed(part.slice(part.position(), length));
                part.position(part.position() + length);
                roomBytes -= length;
                all &= !part.hasRemaining();
            }
            return all && roomBytes > 0;
        }

        @Override
        public void close() {
            closed = true;
        }

        void greet(long received) {
            say(ChunkReader.GREETING, 0, 0, Meeting.resume(VISITOR, received));
        }

        /** Says a message in one chunk. */
        void say(long number, long received, Message message) {
            say(ChunkReader.LAST, number, received, message);
        }

        private void say(byte kind, long number, long received, Message message) {
            byte[] bytes = Samples.wire(message);
            ByteBuffer chunk = ByteBuffer.allocate(ChunkReader.HEADER_BYTES + bytes.length);
            ChunkReader.putHeader(chunk, bytes.length, (int) number, kind, number, received);
            events.received(chunk.put(bytes).flip());
        }

        void acknowledge(long received) {
            events.received(ChunkReaderTest.header(0, 0, ChunkReader.ACK, 0, received));
        }

        void lose() {
            closed = true;
            events.closed("lost");
        }

        /** What was said to it after the greeting. */
        List<Message> heard() {
            return inbound.messages.subList(1, inbound.messages.size());
        }
    }

    private Peer greeted(long received) {
        var peer = new Peer();
        peer.inbound.received = received;
        peer.greet(received);
        return peer;
    }

    private static List<Message> cancels(int from, int to) {
        List<Message> cancels = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            cancels.add(new Cancel(i, 1));
        }
        return cancels;
    }

    @AfterEach
    void checkTheOrderOfCalls() {
        recorder.assertOrder();
    }

    @Test
    @DisplayName("C-14: what was not acknowledged is sent again, under its number; the rest is not")
    void whatWasNotAcknowledgedIsSentAgain() throws Exception {
        Peer first = greeted(0);
        cancels(1, 5).forEach(session::send);
        assertEquals(cancels(1, 5), first.heard());
        first.acknowledge(2);
        first.lose();
        cancels(6, 7).forEach(session::send);
        Peer second = greeted(3); // the third had arrived, only its acknowledgement had not
        assertEquals(cancels(4, 7), second.heard());
        assertEquals("lost", recorder.nextInterruption());
        assertEquals(1, recorder.resumptions());
    }

    @Test
    @DisplayName("C-14: what arrives twice is received once, and each side says how much has arrived")
    void whatArrivesTwiceIsReceivedOnce() throws Exception {
        Peer first = greeted(0);
        first.say(1, 0, new Cancel(1, 1));
        first.say(1, 0, new Cancel(1, 1));
        first.say(2, 0, new Cancel(2, 1));
        first.lose();
        Peer second = greeted(0);
        assertEquals(2, ((Resumed) second.inbound.messages.getFirst()).received());
        second.say(1, 0, new Cancel(1, 1));
        second.say(2, 0, new Cancel(2, 1));
        second.say(3, 0, new Cancel(3, 1));
        assertEquals(cancels(1, 3), recorder.next(3));
        assertFalse(recorder.hasMore());
        session.send(new Cancel(9, 1));
        assertEquals(3, second.inbound.acknowledged, "told along with what is sent");
    }

    @Test
    @DisplayName("C-14: a gap, or an acknowledgement of what was never sent, ends the connection and not the session")
    void aGapEndsTheConnectionAndNotTheSession() throws Exception {
        Peer first = greeted(0);
        assertThrows(ProtocolViolation.class, () -> first.say(2, 0, new Cancel(2, 1)));
        first.lose();
        Peer second = greeted(0);
        assertThrows(ProtocolViolation.class, () -> second.say(1, 1, new Cancel(1, 1)));
        second.lose();
        assertFalse(session.isOver());
        Peer third = greeted(0);
        third.say(2, 0, new Cancel(2, 1));
        assertEquals(cancels(1, 2), recorder.next(2));
    }

    @Test
    @DisplayName("C-14: a message that is half read when the connection is lost goes on with the next")
    void aHalfReadMessageGoesOn() throws Exception {
        byte[] bytes = Samples.wire(new Execute(1, 1, Samples.AUTHOR, true, 0, Map.of(), new byte[2_000]));
        Peer first = greeted(0);
        first.events.received(part(bytes, 0, 1_000, ChunkReader.PART, 1));
        ByteBuffer torn = part(bytes, 1_000, bytes.length, ChunkReader.LAST, 2);
        first.events.received(torn.limit(300));
        first.lose();
        Peer second = greeted(0);
        second.events.received(part(bytes, 1_000, bytes.length, ChunkReader.LAST, 2));
        assertEquals(2_000, ((Execute) recorder.next()).work().length);
    }

    private static ByteBuffer part(byte[] bytes, int from, int to, byte kind, long number) {
        ByteBuffer chunk = ByteBuffer.allocate(ChunkReader.HEADER_BYTES + to - from);
        ChunkReader.putHeader(chunk, to - from, 1, kind, number, 0);
        return chunk.put(bytes, from, to - from).flip();
    }

    @Test
    @DisplayName("C-14: at most 64 MiB are on their way; then messages wait until some are acknowledged")
    void atMostSoMuchIsOnItsWay() {
        Peer peer = greeted(0);
        byte[] work = new byte[1_000_000];
        for (int i = 0; i < 100; i++) {
            session.send(new Execute(i, 1, Samples.AUTHOR, true, 0, Map.of(), work));
        }
        session.send(new Cancel(1, 1));
        assertTrue(session.unacknowledgedBytes() <= Outbox.WINDOW_BYTES);
        assertTrue(session.unacknowledgedBytes() > Outbox.WINDOW_BYTES - ChunkReader.MAX_CHUNK_BYTES);
        assertTrue(peer.heard().size() < 101);
        while (peer.heard().size() < 101) {
            long before = peer.inbound.received;
            peer.acknowledge(before);
            assertTrue(peer.inbound.received > before, "an acknowledgement lets more go");
            assertTrue(session.unacknowledgedBytes() <= Outbox.WINDOW_BYTES);
        }
        assertFalse(session.flushed());
        peer.acknowledge(peer.inbound.received);
        assertTrue(session.flushed());
    }

    @Test
    void aFullCarrierIsWrittenToAgainWhenItIsWritable() {
        Peer peer = greeted(0);
        peer.roomBytes = 100_000;
        session.send(new Execute(1, 1, Samples.AUTHOR, true, 0, Map.of(), new byte[300_000]));
        session.send(new Cancel(2, 1));
        assertEquals(0, peer.roomBytes);
        peer.roomBytes = Integer.MAX_VALUE;
        peer.events.writable();
        assertEquals(new Cancel(2, 1), peer.heard().getFirst());
        assertEquals(300_000, ((Execute) peer.heard().getLast()).work().length);
    }

    @Test
    @DisplayName("C-14: another connection takes the place of one that is half open, whose late events change nothing")
    void anotherConnectionTakesThePlaceOfOneThatIsHalfOpen() throws Exception {
        Peer first = greeted(0);
        session.send(new Cancel(1, 1));
        Peer second = greeted(0);
        assertTrue(first.closed);
        assertEquals(cancels(1, 1), second.heard());
        first.say(1, 0, new Cancel(100, 1));
        first.events.writable();
        first.lose();
        second.say(1, 1, new Cancel(2, 1));
        assertEquals(new Cancel(2, 1), recorder.next());
        assertFalse(recorder.hasMore() || session.isInterrupted() || second.closed);
        assertEquals("the other side made another connection", recorder.nextInterruption());
    }

    @Test
    @DisplayName(
            "C-14: a connection that asks for what was acknowledged before is refused, and the present one goes on")
    void anOldConnectionThatIsReplayedIsRefused() {
        Peer first = greeted(0);
        cancels(1, 3).forEach(session::send);
        first.acknowledge(3);
        for (long received : new long[] {0, 2, 4, Long.MAX_VALUE}) {
            Peer replayed = greeted(received);
            assertTrue(replayed.inbound.messages.getFirst() instanceof Rejected);
            assertTrue(replayed.closed);
        }
        assertFalse(first.closed || session.isInterrupted());
        session.send(new Cancel(4, 1));
        assertEquals(cancels(1, 4), first.heard());
    }

    @Test
    @DisplayName("C-14: a session that is over is not taken up again")
    void aSessionThatIsOverIsNotTakenUpAgain() throws Exception {
        Peer first = greeted(0);
        session.close();
        assertTrue(first.inbound.ended && first.closed);
        assertEquals("closed here", recorder.closedBecause());
        assertTrue(greeted(0).inbound.messages.getFirst() instanceof Rejected);
        session.send(new Cancel(1, 1));
        assertTrue(session.flushed());
    }

    @Test
    @DisplayName("C-14: large transfers are acknowledged on the way, small messages every 64 at the latest")
    void acknowledgementsComeInTime() {
        Peer peer = greeted(0);
        for (int i = 1; i <= 63; i++) {
            peer.say(i, 0, new Cancel(i, 1));
        }
        assertEquals(0, peer.inbound.acknowledged);
        peer.say(64, 0, new Cancel(64, 1));
        assertEquals(64, peer.inbound.acknowledged);
        peer.say(65, 0, new Execute(1, 1, Samples.AUTHOR, true, 0, Map.of(), new byte[100_000]));
        peer.say(66, 0, new Execute(2, 1, Samples.AUTHOR, true, 0, Map.of(), new byte[100_000]));
        peer.say(67, 0, new Execute(3, 1, Samples.AUTHOR, true, 0, Map.of(), new byte[100_000]));
        assertEquals(67, peer.inbound.acknowledged);
        peer.say(68, 0, new Cancel(1, 1));
        peer.events.received(ChunkReaderTest.header(0, 0, ChunkReader.ASK, 0, 0));
        assertEquals(68, peer.inbound.acknowledged, "asked for");
    }

    @Test
    @DisplayName("G-05: the youngest beat that is acknowledged counts from when it was sent")
    void theYoungestAcknowledgedBeatCountsFromWhenItWasSent() {
        Peer first = greeted(0);
        session.beat(100);
        session.send(new Cancel(1, 1));
        session.beat(200);
        assertEquals(0, session.heardBeatNanos(), "the greeting");
        first.acknowledge(2);
        assertEquals(100, session.heardBeatNanos());
        first.lose();
        session.beat(300); // waits
        Peer second = greeted(3);
        assertEquals(200, session.heardBeatNanos(), "acknowledged by the greeting");
        second.acknowledge(4);
        assertEquals(300, session.heardBeatNanos());
    }

    @Test
    @DisplayName("G-05: a part of a large message that is acknowledged counts like a beat")
    void aPartOfALargeMessageThatIsAcknowledgedCountsLikeABeat() {
        Peer peer = greeted(0);
        long before = System.nanoTime();
        session.send(new Execute(1, 1, Samples.AUTHOR, true, 0, Map.of(), new byte[1_000_000]));
        peer.acknowledge(1);
        assertTrue(session.heardBeatNanos() - before >= 0 && session.heardBeatNanos() - System.nanoTime() <= 0);
    }

    @Test
    @DisplayName("C-13: more large messages at once than may be half read are sent all the same, in their order")
    void moreLargeMessagesThanMayBeHalfReadAreSentAllTheSame() {
        byte[] work = new byte[ChunkReader.MAX_CHUNK_BYTES];
        int messages = Outbox.MAX_BEGUN + 500;
        for (int i = 0; i < messages; i++) {
            session.send(new Execute(i, 1, Samples.AUTHOR, true, 0, Map.of(), work));
        }
        Peer peer = greeted(0);
        while (peer.heard().size() < messages) {
            peer.acknowledge(peer.inbound.received);
        }
        for (int i = 0; i < messages; i++) {
            assertEquals(i, ((Execute) peer.heard().get(i)).call());
        }
    }
}
