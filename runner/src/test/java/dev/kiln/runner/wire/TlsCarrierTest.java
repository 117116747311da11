package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisplayName("W-02: a connection over TCP with TLS 1.3")
class TlsCarrierTest {
    private static final TlsKeys KEYS = TlsKeys.make();
    private static final int PATIENCE_SECONDS = 60;

    private final BlockingQueue<End> accepted = new LinkedBlockingQueue<>();
    private TlsServer server;
    private TlsDialer dialer;

    /** One end: collects what it is told. */
    private static class End implements Carrier.Events {
        final Carrier carrier;
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream(); // guarded by itself
        final Semaphore arrived = new Semaphore(0);
        final Semaphore writable = new Semaphore(0);
        final CompletableFuture<String> closed = new CompletableFuture<>();
        volatile Runnable onReceived = () -> {};

        End(Carrier carrier) {
            this.carrier = carrier;
        }

        @Override
        public void received(ByteBuffer part) {
            assertFalse(closed.isDone());
            onReceived.run();
            byte[] copy = new byte[part.remaining()];
            part.get(copy);
            synchronized (bytes) {
                bytes.writeBytes(copy);
            }
            arrived.release(copy.length);
        }

        @Override
        public void writable() {
            writable.release();
        }

        @Override
        public void closed(String reason) {
            assertTrue(closed.complete(reason), "closed is told once");
        }

        byte[] next(int count) throws InterruptedException {
            assertTrue(
                    arrived.tryAcquire(count, PATIENCE_SECONDS, TimeUnit.SECONDS),
                    () -> arrived.availablePermits() + " of " + count + " bytes, closed: " + closed.getNow("no"));
            synchronized (bytes) {
                return bytes.toByteArray();
            }
        }

        String closedBecause() throws Exception {
            return closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        /** Writes all of it, waiting where the carrier is full. @return how often it was */
        int send(byte[] all) throws Exception {
            int full = 0;
            ByteBuffer[] buffers = {
                ByteBuffer.wrap(all, 0, all.length / 2),
                ByteBuffer.wrap(all, all.length / 2, all.length - all.length / 2)
            };
            while (!carrier.write(buffers)) {
                full++;
                assertTrue(writable.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
            }
            return full;
        }
    }

    @BeforeEach
    void listen() throws IOException {
        server = TlsServer.listen(
                "test-caller", KEYS, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), carrier -> {
                    var end = new End(carrier);
                    accepted.add(end);
                    return end;
                });
        dialer = new TlsDialer("test-runner", KEYS, server.address());
    }

    @AfterEach
    void stop() {
        dialer.close();
        server.close();
    }

    private End dial() throws IOException {
        var ends = new ArrayBlockingQueue<End>(1);
        dialer.dial(carrier -> {
            var end = new End(carrier);
            ends.add(end);
            return end;
        });
        return ends.remove();
    }

    private End accept() throws InterruptedException {
        End end = accepted.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertTrue(end != null, "nobody came");
        return end;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void bytesArriveInOrderInBothDirections() throws Exception {
        End near = dial();
        End far = accept();
        byte[] there = random(5_000_001);
        byte[] back = random(300_007);
        near.send(there);
        far.send(back);
        assertArrayEquals(there, far.next(there.length));
        assertArrayEquals(back, near.next(back.length));
    }

    @Test
    void whatWasTakenMayBeOverwrittenByItsOwner() throws Exception {
        End near = dial();
        End far = accept();
        byte[] bytes = random(10_000);
        byte[] reused = bytes.clone();
        near.send(reused);
        java.util.Arrays.fill(reused, (byte) 0);
        assertArrayEquals(bytes, far.next(bytes.length));
    }

    @Test
    @DisplayName(
            "C-14: who writes faster than the other side reads is stopped, with a bounded number of bytes on the way")
    void aFastWriterIsStopped() throws Exception {
        var goOn = new CountDownLatch(1);
        End fast = dial();
        End slow = accept();
        // It stops on its event loop, as no listener should: the sockets fill up, then the carrier.
        slow.onReceived = () -> Uninterrupted.await(goOn::await);
        byte[] much = random(32 * 1024 * 1024);
        ByteBuffer[] all = {ByteBuffer.wrap(much)};
        while (fast.carrier.write(all) || fast.writable.tryAcquire(1, TimeUnit.SECONDS)) {
            assertTrue(all[0].hasRemaining(), "everything was taken though nobody reads");
        }
        goOn.countDown();
        do {
            assertTrue(fast.writable.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } while (!fast.carrier.write(all));
        assertArrayEquals(much, slow.next(much.length));
    }

    @Test
    void whatWasWrittenBeforeTheCloseArrivesBeforeIt() throws Exception {
        End near = dial();
        End far = accept();
        byte[] bytes = random(TlsCarrier.MOST_UNSENT_BYTES - 1);
        near.send(bytes);
        near.carrier.close();
        near.carrier.close();
        assertEquals("closed here", near.closedBecause());
        assertArrayEquals(bytes, far.next(bytes.length));
        assertEquals("the other side closed it", far.closedBecause());
        assertThrows(IOException.class, () -> near.send(bytes));
    }

    @Test
    @DisplayName("R-04: what the other side sent before it went is read although nothing can be sent to it any more")
    void whatWasSentBeforeTheEndIsReadAlthoughNothingCanBeSent() throws Exception {
        var blocked = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        End blocker = dial();
        accept().onReceived = () -> {
            blocked.countDown();
            Uninterrupted.await(goOn::await);
        };
        byte[] lastWords = random(1_000);
        End end;
        try (var peer = (SSLSocket) TlsStrangersTest.context(KEYS)
                .getSocketFactory()
                .createSocket(server.address().getAddress(), server.address().getPort())) {
            peer.startHandshake();
            end = accept();
            end.send(random(10));
            assertArrayEquals(random(10), peer.getInputStream().readNBytes(10));
            blocker.send(random(1));
            assertTrue(blocked.await(PATIENCE_SECONDS, TimeUnit.SECONDS)); // nothing is read or written here any more
            peer.getOutputStream().write(lastWords);
            peer.getOutputStream().flush();
            peer.setSoLinger(true, 0); // it is gone at once, as with its process
        }
        end.send(random(10));
        end.send(random(10));
        goOn.countDown();
        assertArrayEquals(lastWords, end.next(lastWords.length));
        assertTrue(end.closedBecause().startsWith("writing failed: "), end.closedBecause());
    }

    @Test
    void whatWasWrittenBeforeThePartyEndsArrives() throws Exception {
        End near = dial();
        End far = accept();
        byte[] bytes = random(TlsCarrier.MOST_UNSENT_BYTES - 1);
        near.send(bytes);
        dialer.close();
        assertEquals("closed here", near.closedBecause());
        assertArrayEquals(bytes, far.next(bytes.length));
        assertThrows(IOException.class, this::dial);
    }

    @Test
    void aServerThatClosesTellsAllItsConnectionsAndFreesItsAddress() throws Exception {
        End near = dial();
        End other = dial();
        End far = accept();
        server.close();
        server.close();
        assertEquals("closed here", far.closedBecause());
        assertEquals("the other side closed it", near.closedBecause());
        assertEquals("the other side closed it", other.closedBecause());
        assertThrows(IOException.class, this::dial);
    }

    @Test
    void eventsThatThrowCloseTheirConnectionAndNoOther() throws Exception {
        End good = dial();
        End goodFar = accept();
        var failing = new ArrayBlockingQueue<End>(1);
        dialer.dial(carrier -> {
            failing.add(new End(carrier) {
                @Override
                public void received(ByteBuffer part) {
                    throw new ProtocolViolation("nonsense");
                }
            });
            return failing.peek();
        });
        End failingFar = accept();
        failingFar.send(random(10));
        assertEquals(
                "closed here: the other side sent nonsense", failing.remove().closedBecause());
        assertEquals("the other side closed it", failingFar.closedBecause());
        good.send(random(10));
        assertArrayEquals(random(10), goodFar.next(10));
    }

    @Test
    void aHostMayRefuseAConnection() throws Exception {
        assertThrows(
                IOException.class,
                () -> dialer.dial(carrier -> {
                    throw new IllegalStateException("not now");
                }));
        assertEquals("the other side closed it", accept().closedBecause());
    }

    @Test
    @DisplayName("P-28: no thread of a party is left when it is closed")
    void noThreadIsLeft() throws Exception {
        dial();
        accept();
        dialer.close();
        server.close();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            String name = thread.getName();
            if (name.equals("test-caller") || name.equals("test-runner") || name.startsWith("vert.x-")) {
                thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS)); // it may still be on its way out
                assertFalse(thread.isAlive(), name);
            }
        }
    }
}
