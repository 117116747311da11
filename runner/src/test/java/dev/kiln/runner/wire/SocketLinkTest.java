package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.Message.Cancel;
import dev.kiln.runner.wire.Message.Execute;
import dev.kiln.runner.wire.Message.Heartbeat;
import dev.kiln.runner.wire.Message.Rejected;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("W-02: a link over a Unix domain socket")
class SocketLinkTest extends LinkContract {
    @TempDir
    private Path folder;

    private final LinkLoop caller = new LinkLoop("test-caller");
    private final LinkLoop runner = new LinkLoop("test-runner");
    private final Meeting rawMeeting = new Meeting();
    private int addresses;
    private int rawPeers;

    @Override
    Carrier.Dialer dialer(Carrier.Host host) throws IOException {
        return runner.dialer(listen(host));
    }

    private UnixDomainSocketAddress listen(Carrier.Host host) throws IOException {
        var address = UnixDomainSocketAddress.of(folder.resolve("home-" + addresses++));
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(address);
        caller.accept(server, host);
        return address;
    }

    /** A peer without a link: it reads and writes bytes when the test says so. It has greeted. */
    private SocketChannel rawPeerOf(Link.Listener listener) throws IOException {
        var visitor = new ProcessRef("raw-" + rawPeers++, 1);
        rawMeeting.expect(visitor, listener);
        SocketChannel peer = SocketChannel.open(listen(rawMeeting));
        peer.write(chunk(ChunkReader.GREETING, 0, Meeting.resume(visitor, 0)));
        return peer;
    }

    @Override
    void stop() {
        caller.close();
        runner.close();
    }

    private static ByteBuffer chunk(long number, Message message) {
        return chunk(ChunkReader.LAST, number, message);
    }

    private static ByteBuffer chunk(byte kind, long number, Message message) {
        byte[] bytes = Samples.wire(message);
        ByteBuffer chunk = ByteBuffer.allocate(ChunkReader.HEADER_BYTES + bytes.length);
        ChunkReader.putHeader(chunk, bytes.length, 1, kind, number, 0);
        return chunk.put(bytes).flip();
    }

    /** What a raw peer reads, without the greeting. */
    private static List<Message> read(SocketChannel peer, int count) throws IOException {
        var inbound = new Inbound();
        var buffer = ByteBuffer.allocate(100_000);
        while (inbound.messages.size() < count + 1 && peer.read(buffer.clear()) >= 0) {
            inbound.feed(buffer.flip());
        }
        return inbound.messages.subList(1, inbound.messages.size());
    }

    @Test
    @DisplayName("C-13: a small message overtakes a large one that waits for the socket")
    void aSmallMessageOvertakesALargeOne() throws Exception {
        var recorder = new Recorder();
        try (SocketChannel peer = rawPeerOf(recorder)) {
            recorder.link().send(new Execute(1, 1, Samples.AUTHOR, true, 0, Map.of(), new byte[8_000_000]));
            recorder.link().send(new Cancel(1, 1));
            List<Message> messages = read(peer, 2);
            assertEquals(new Cancel(1, 1), messages.getFirst());
            assertEquals(8_000_000, ((Execute) messages.getLast()).work().length);
        }
    }

    @Test
    @DisplayName("W-04: garbage closes the connection that brought it and no other")
    void garbageClosesTheConnectionThatBroughtItAndNoOther() throws Exception {
        var good = new Recorder();
        var goodPeer = new Recorder();
        connect(good, goodPeer);
        good.link();
        UnixDomainSocketAddress address = listen(rawMeeting);
        for (ByteBuffer garbage : List.of(
                ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: nowhere\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
                chunk(1, new Heartbeat()),
                chunk(ChunkReader.GREETING, 0, new Heartbeat()),
                chunk(ChunkReader.GREETING, 0, new Rejected("x".repeat(70_000))))) {
            try (SocketChannel peer = SocketChannel.open(address)) {
                peer.write(garbage);
                assertEquals(-1, peer.read(ByteBuffer.allocate(1)));
            }
        }
        goodPeer.link().send(new Heartbeat());
        assertEquals(new Heartbeat(), good.next());
        assertFalse(good.isClosed());
    }

    @Test
    @DisplayName("W-01: an unknown message closes the link for good, a chunk out of order only its connection")
    void anUnknownMessageClosesTheLink() throws Exception {
        var recorder = new Recorder();
        try (SocketChannel peer = rawPeerOf(recorder)) {
            recorder.link();
            peer.write(chunk(2, new Heartbeat()));
            assertEquals("closed here: the other side sent chunk 2 after chunk 0", recorder.nextInterruption());
            assertFalse(recorder.isClosed());
        }
        var unknown = new Recorder();
        try (SocketChannel peer = rawPeerOf(unknown)) {
            ByteBuffer bytes = chunk(1, new Heartbeat());
            peer.write(bytes.put(bytes.limit() - 1, (byte) 99));
            assertEquals("closed here: the other side sent unknown message type 99", unknown.closedBecause());
        }
    }

    @Test
    @DisplayName("R-04: what the other side sent before it went is read although nothing can be sent to it any more")
    void whatWasSentBeforeTheEndIsReadAlthoughNothingCanBeSent() throws Exception {
        var reading = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var recorder = new Recorder() {
            @Override
            public void received(Link link, Message message) {
                super.received(link, message);
                if (message.equals(new Cancel(1, 1))) {
                    reading.countDown();
                    awaitPatiently(goOn);
                }
            }
        };
        SocketChannel peer = rawPeerOf(recorder);
        peer.write(chunk(1, new Cancel(1, 1)));
        awaitPatiently(reading);
        peer.write(chunk(2, new Cancel(2, 1)));
        peer.close();
        recorder.link().send(new Heartbeat()); // fails: the peer is gone
        recorder.link().send(new Heartbeat());
        goOn.countDown();
        assertEquals(List.of(new Cancel(1, 1), new Cancel(2, 1)), recorder.next(2));
        String reason = recorder.nextInterruption();
        assertTrue(reason.startsWith("writing failed: "), reason);
        recorder.assertOrder();
    }

    private static void awaitPatiently(CountDownLatch latch) {
        try {
            assertTrue(latch.await(Recorder.PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsSentFromOpenedArrivesHoweverMuchItIs() throws Exception {
        var talkative = new Recorder() {
            @Override
            public void opened(Link link) {
                super.opened(link);
                link.send(new Execute(1, 1, Samples.AUTHOR, true, 0, Map.of(), new byte[4_000_000]));
            }
        };
        try (SocketChannel peer = rawPeerOf(talkative)) {
            talkative.link();
            assertEquals(4_000_000, ((Execute) read(peer, 1).getFirst()).work().length);
            peer.write(chunk(1, new Cancel(2, 1)));
            assertEquals(new Cancel(2, 1), talkative.next());
        }
    }

    @Test
    @DisplayName("C-14: a link is flushed when the other side has acknowledged, and asks for that once")
    void aLinkIsFlushedWhenTheOtherSideHasAcknowledged() throws Exception {
        var recorder = new Recorder();
        try (SocketChannel peer = rawPeerOf(recorder)) {
            Link link = recorder.link();
            link.send(new Execute(1, 1, Samples.AUTHOR, true, 0, Map.of(), new byte[1_000_000]));
            assertFalse(link.flushed());
            var inbound = new Inbound();
            var buffer = ByteBuffer.allocate(100_000);
            while (inbound.asks == 0) {
                assertTrue(peer.read(buffer.clear()) > 0);
                inbound.feed(buffer.flip());
                assertFalse(link.flushed());
            }
            peer.write(ChunkReaderTest.header(0, 0, ChunkReader.ACK, 0, inbound.received));
            while (!link.flushed()) {
                Thread.onSpinWait();
            }
            assertEquals(1, inbound.asks);
        }
    }

    @Test
    void aLoopThatClosesInterruptsAllItsLinks() throws Exception {
        List<Recorder> here = new ArrayList<>();
        List<Recorder> there = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            here.add(new Recorder());
            there.add(new Recorder());
            connect(here.getLast(), there.getLast());
            here.getLast().link();
        }
        caller.close();
        caller.close();
        for (Recorder recorder : here) {
            assertEquals("closed here", recorder.nextInterruption());
        }
        for (Recorder recorder : there) {
            assertEquals("the other side closed it", recorder.nextInterruption());
        }
    }

    @Test
    void aLoopThatHasEndedRefusesChannelsAndClosesThem() throws Exception {
        SocketChannel channel = SocketChannel.open(listen(rawMeeting));
        runner.close();
        assertThrows(ClosedSelectorException.class, () -> runner.carry(channel, rawMeeting));
        assertFalse(channel.isOpen());
    }

    @Test
    void aConnectionThatNobodyTakesIsClosedAndTheLoopGoesOn() throws Exception {
        UnixDomainSocketAddress address = listen(carrier -> {
            throw new IllegalStateException("nobody is expected");
        });
        try (SocketChannel unexpected = SocketChannel.open(address)) {
            assertEquals(-1, unexpected.read(ByteBuffer.allocate(1)));
        }
        var recorder = new Recorder();
        try (SocketChannel peer = rawPeerOf(recorder)) {
            peer.write(chunk(1, new Heartbeat()));
            assertEquals(new Heartbeat(), recorder.next());
        }
    }

    @Test
    void aLoopMayBeClosedByItsOwnListeners() throws Exception {
        var recorder = new Recorder() {
            @Override
            public void received(Link link, Message message) {
                super.received(link, message);
                caller.close();
            }
        };
        try (SocketChannel peer = rawPeerOf(recorder)) {
            peer.write(chunk(1, new Heartbeat()));
            assertEquals("closed here", recorder.nextInterruption());
        }
        recorder.assertOrder();
    }
}
