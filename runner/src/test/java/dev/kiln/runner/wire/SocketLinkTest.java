package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
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
    private final Queue<Link.Listener> expected = new ConcurrentLinkedQueue<>();
    private UnixDomainSocketAddress address;

    @BeforeEach
    void listen() throws IOException {
        address = UnixDomainSocketAddress.of(folder.resolve("home"));
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(address);
        caller.accept(server, () -> {
            Link.Listener listener = expected.poll();
            if (listener == null) {
                throw new IllegalStateException("nobody is expected");
            }
            return listener;
        });
    }

    @Override
    void connect(Link.Listener first, Link.Listener second) throws IOException {
        expected.add(first);
        runner.link(SocketChannel.open(address), second);
    }

    /** A peer without a link: it reads and writes bytes when the test says so. */
    private SocketChannel rawPeerOf(Link.Listener listener) throws IOException {
        expected.add(listener);
        return SocketChannel.open(address);
    }

    @Override
    void stop() {
        caller.close();
        runner.close();
    }

    private static ByteBuffer chunk(Message message) {
        byte[] bytes = Samples.wire(message);
        return ByteBuffer.allocate(ChunkReader.HEADER_BYTES + bytes.length)
                .putInt(bytes.length)
                .putInt(1)
                .put((byte) 1)
                .put(bytes)
                .flip();
    }

    private static List<Message> read(SocketChannel peer, int count) throws IOException {
        List<Message> messages = new ArrayList<>();
        var reader = new ChunkReader(Integer.MAX_VALUE - 64, bytes -> messages.add(MessageCodec.decode(bytes)));
        var buffer = ByteBuffer.allocate(100_000);
        while (messages.size() < count && peer.read(buffer.clear()) >= 0) {
            reader.feed(buffer.flip());
        }
        return messages;
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
    @DisplayName("W-04: garbage closes the link that brought it and no other")
    void garbageClosesTheLinkThatBroughtItAndNoOther() throws Exception {
        var good = new Recorder();
        var goodPeer = new Recorder();
        connect(good, goodPeer);
        good.link();
        var bad = new Recorder(false);
        try (SocketChannel peer = rawPeerOf(bad)) {
            peer.write(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            assertTrue(
                    bad.closedBecause().startsWith("closed here: the other side sent a chunk header of length "),
                    bad.closedBecause());
            assertEquals(-1, peer.read(ByteBuffer.allocate(1)));
        }
        var unknown = new Recorder(false);
        try (SocketChannel peer = rawPeerOf(unknown)) {
            peer.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 1, 0, 0, 0, 1, 1, 99}));
            assertEquals("closed here: the other side sent unknown message type 99", unknown.closedBecause());
        }
        goodPeer.link().send(new Heartbeat());
        assertEquals(new Heartbeat(), good.next());
        assertFalse(good.isClosed());
    }

    @Test
    @DisplayName("W-04: before it is authenticated a peer may send a greeting's size and no more")
    void aStrangerMaySendAGreetingAndNoMore() throws Exception {
        var host = new Recorder(false);
        var stranger = new Recorder(false);
        connect(host, stranger);
        stranger.link().send(new Rejected("x".repeat(10_000)));
        host.next();
        stranger.link().send(new Execute(1, 1, Samples.AUTHOR, true, 0, Map.of(), new byte[SocketLink.GREETING_BYTES]));
        assertEquals(
                "closed here: the other side sent a message of at least 65578 bytes where 65536 are allowed",
                host.closedBecause());
        stranger.closedBecause();
        assertFalse(host.hasMore());
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
        peer.write(chunk(new Cancel(1, 1)));
        awaitPatiently(reading);
        peer.write(chunk(new Cancel(2, 1)));
        peer.close();
        recorder.link().send(new Heartbeat()); // fails: the peer is gone
        recorder.link().send(new Heartbeat());
        assertTrue(recorder.link().flushed());
        goOn.countDown();
        assertEquals(List.of(new Cancel(1, 1), new Cancel(2, 1)), recorder.next(2));
        assertTrue(recorder.closedBecause().startsWith("writing failed: "), recorder.closedBecause());
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
            peer.write(chunk(new Cancel(2, 1)));
            assertEquals(new Cancel(2, 1), talkative.next());
        }
    }

    @Test
    void aLinkIsNotFlushedWhileTheOtherSideDoesNotRead() throws Exception {
        var recorder = new Recorder();
        try (SocketChannel peer = rawPeerOf(recorder)) {
            recorder.link().send(new Execute(1, 1, Samples.AUTHOR, true, 0, Map.of(), new byte[8_000_000]));
            assertFalse(recorder.link().flushed());
            read(peer, 1);
            assertTrue(recorder.link().flushed());
        }
    }

    @Test
    void aLoopThatClosesTellsAllItsLinks() throws Exception {
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
            assertEquals("closed here", recorder.closedBecause());
        }
        for (Recorder recorder : there) {
            assertEquals("the other side closed it", recorder.closedBecause());
        }
        assertThrows(IOException.class, () -> SocketChannel.open(address));
    }

    @Test
    void aLoopThatHasEndedRefusesChannelsAndClosesThem() throws Exception {
        runner.close();
        SocketChannel channel = rawPeerOf(new Recorder());
        assertThrows(ClosedSelectorException.class, () -> runner.link(channel, new Recorder()));
        assertFalse(channel.isOpen());
    }

    @Test
    void aConnectionThatNobodyTakesIsClosedAndTheLoopGoesOn() throws Exception {
        try (SocketChannel unexpected = SocketChannel.open(address)) {
            assertEquals(-1, unexpected.read(ByteBuffer.allocate(1)));
        }
        var recorder = new Recorder();
        try (SocketChannel peer = rawPeerOf(recorder)) {
            peer.write(chunk(new Heartbeat()));
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
            peer.write(chunk(new Heartbeat()));
            assertEquals("closed here", recorder.closedBecause());
        }
        recorder.assertOrder();
    }
}
