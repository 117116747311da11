package dev.kiln.runner.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who comes to the port of a pool without its keys. The clients are those of the JDK, which share no code with ours. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TlsStrangersTest {
    private static final TlsKeys KEYS = TlsKeys.make();
    private static final TlsKeys OTHERS = TlsKeys.make();
    private static final int PATIENCE_OF_SERVER_SECONDS = 5;
    private static final int PATIENCE_MILLIS = 60_000;

    private final AtomicInteger taken = new AtomicInteger();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            log.add(record.getLevel() + " " + record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private TlsServer server;

    private static final class Echo implements Carrier.Events {
        private final Carrier carrier;

        Echo(Carrier carrier) {
            this.carrier = carrier;
        }

        @Override
        public void received(ByteBuffer bytes) {
            try {
                carrier.write(new ByteBuffer[] {bytes});
            } catch (IOException e) {
                carrier.close();
            }
        }

        @Override
        public void writable() {}

        @Override
        public void closed(String reason) {}
    }

    @BeforeEach
    void listen() throws IOException {
        Logger.getLogger("").addHandler(handler); // of all: what a library prints is a line too
        server = TlsServer.listen(
                "test-caller",
                KEYS,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                PATIENCE_OF_SERVER_SECONDS,
                carrier -> {
                    taken.incrementAndGet();
                    return new Echo(carrier);
                });
    }

    @AfterEach
    void stop() {
        server.close();
        Logger.getLogger("").removeHandler(handler);
    }

    private Socket connect() throws IOException {
        var socket = new Socket(server.address().getAddress(), server.address().getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** A client that trusts everybody, so that only the server can refuse. */
    static SSLContext context(@Nullable TlsKeys keys) throws Exception {
        KeyManager[] managers = {};
        if (keys != null) {
            Certificate certificate = CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(keys.certificate()));
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "it",
                    KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(keys.privateKey())),
                    new char[0],
                    new Certificate[] {certificate});
            var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            managers = factory.getKeyManagers();
        }
        var trusting = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers, new TrustManager[] {trusting}, new SecureRandom());
        return context;
    }

    private SSLSocket secure(@Nullable TlsKeys keys, String protocol) throws Exception {
        var socket = (SSLSocket) context(keys)
                .getSocketFactory()
                .createSocket(server.address().getAddress(), server.address().getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setEnabledProtocols(new String[] {protocol});
        return socket;
    }

    /** The server ends the connection, whatever is said, without an answer of the host. */
    private static void assertRefused(Socket socket) {
        assertThrows(IOException.class, () -> {
            OutputStream out = socket.getOutputStream();
            out.write("hello".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            int answer = socket.getInputStream().read();
            if (answer < 0) {
                throw new IOException("it was closed");
            }
        });
    }

    private void assertOneLine(String expected) throws Exception {
        assertTakesFriends(); // the event loop is past the stranger then
        assertEquals(1, log.size(), log::toString);
        assertTrue(log.getFirst().contains(expected), log::toString);
    }

    private void assertTakesFriends() throws Exception {
        int before = taken.get();
        try (SSLSocket friend = secure(KEYS, "TLSv1.3")) {
            assertEchoes(friend);
        }
        assertEquals(before + 1, taken.get());
    }

    private static void assertEchoes(Socket socket) throws IOException {
        socket.getOutputStream().write(42);
        socket.getOutputStream().flush();
        assertEquals(42, socket.getInputStream().read());
    }

    @Test
    @DisplayName("W-02: who does not speak TLS is refused, with one line in the log")
    void plaintext() throws Exception {
        try (Socket stranger = connect()) {
            stranger.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            try (InputStream in = stranger.getInputStream()) {
                in.readAllBytes(); // an alert, or nothing
            } catch (SocketException e) {
                // Closed with bytes of ours unread.
            }
        }
        assertOneLine("it does not speak TLS");
        assertEquals(1, taken.get());
    }

    @Test
    @DisplayName("W-02: a client without a certificate is refused, with one line in the log")
    void noCertificate() throws Exception {
        try (SSLSocket stranger = secure(null, "TLSv1.3")) {
            assertRefused(stranger);
        }
        assertOneLine("certificate");
        assertEquals(1, taken.get());
    }

    @Test
    @DisplayName("W-02: a client with a certificate of another pool is refused, with one line in the log")
    void otherCertificate() throws Exception {
        try (SSLSocket stranger = secure(OTHERS, "TLSv1.3")) {
            assertRefused(stranger);
        }
        assertOneLine("certif");
        assertEquals(1, taken.get());
    }

    @Test
    @DisplayName("W-02: a client with the certificate of the pool, but another key, is refused")
    void rightCertificateOtherKey() throws Exception {
        try (SSLSocket stranger = secure(new TlsKeys(OTHERS.privateKey(), KEYS.certificate()), "TLSv1.3")) {
            assertRefused(stranger);
        }
        assertTakesFriends();
        assertTrue(log.size() <= 1, log::toString);
        assertEquals(1, taken.get());
    }

    @Test
    @DisplayName("W-02: TLS 1.2 is refused, with one line in the log, whoever speaks it")
    void olderProtocol() throws Exception {
        try (SSLSocket stranger = secure(KEYS, "TLSv1.2")) {
            assertThrows(SSLException.class, stranger::startHandshake);
        }
        assertOneLine("TLS");
        assertEquals(1, taken.get());
    }

    @Test
    @DisplayName("W-02: a dialer refuses a server with other keys")
    void otherServer() throws Exception {
        try (var dialer = new TlsDialer("test-runner", OTHERS, server.address())) {
            IOException refused = assertThrows(IOException.class, () -> dialer.dial(carrier -> new Echo(carrier)));
            assertTrue(refused.getMessage().contains("certif"), refused.getMessage());
        }
        assertTakesFriends();
        assertTrue(log.size() <= 1, log::toString);
    }

    @Test
    @DisplayName(
            "W-02: 100 that are silent, or send a byte of a handshake now and then, keep nobody out, and are closed")
    void slowOnes() throws Exception {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Socket socket = connect();
            slow.add(socket);
            if (i % 2 == 0) {
                socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1}); // the first bytes of a client's hello
            }
        }
        assertTakesFriends();
        for (Socket socket : slow) {
            assertTrue(socket.getInputStream().readAllBytes().length < 64, "closed, perhaps after an alert");
            socket.close();
        }
        assertTakesFriends();
        assertEquals(2, taken.get());
        assertTrue(log.size() <= 10, log::toString);
    }

    @Test
    @DisplayName("W-04: handshakes with random damage are refused, and no byte of them reaches the host")
    void damagedHandshakes() throws Exception {
        byte[] hello = clientHello();
        var random = new Random(7);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = hello.clone();
            for (int times = random.nextInt(1, 5); times > 0; times--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try (Socket stranger = connect()) {
                stranger.getOutputStream().write(damaged, 0, random.nextInt(damaged.length));
            } catch (SocketException e) {
                // It was closed already.
            }
        }
        assertTakesFriends();
        assertEquals(1, taken.get());
    }

    /** What the JDK's client says first. */
    private static byte[] clientHello() throws Exception {
        try (var listening = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var client = (SSLSocket) context(KEYS)
                        .getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), listening.getLocalPort());
                Socket accepted = listening.accept()) {
            var handshake = CompletableFuture.runAsync(() -> {
                try {
                    client.startHandshake();
                } catch (IOException e) {
                    // Nobody answers it.
                }
            });
            byte[] header = accepted.getInputStream().readNBytes(5);
            byte[] body = accepted.getInputStream().readNBytes(((header[3] & 0xff) << 8) + (header[4] & 0xff));
            accepted.shutdownOutput();
            handshake.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            byte[] all = java.util.Arrays.copyOf(header, header.length + body.length);
            System.arraycopy(body, 0, all, header.length, body.length);
            assertFalse(all.length < 100);
            return all;
        }
    }
}
