package dev.kiln.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Backends;
import dev.kiln.pool.Pool;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // Flight's clients may be interrupted when they are closed
class FlightEndpointBuilderTest {

    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path folder;

    private final Pool pool =
            Pool.named("flight-options").backend(Backends.inProcess()).open();

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    @DisplayName("F: an endpoint listens on this machine only, with a random token, unless told otherwise")
    void defaults() {
        try (FlightEndpoint one = FlightEndpoint.of(pool).open();
                FlightEndpoint other =
                        FlightEndpoint.of(pool).token("0123456789abcdef").open()) {
            assertTrue(one.location().toString().matches("grpc\\+tcp://127\\.0\\.0\\.1:\\d+"), one::toString);
            assertTrue(one.token().matches("[0-9a-f]{64}"), one::token);
            assertNotEquals(one.token(), other.token());
            assertEquals("0123456789abcdef", other.token());
            assertNotEquals(one.location().getPort(), other.location().getPort());
            assertFalse(one.toString().contains(one.token()));
        }
        assertThrows(
                IllegalArgumentException.class, () -> FlightEndpoint.of(pool).token("short"));
    }

    @Test
    @DisplayName("W-02: beyond this machine it insists on TLS, or on the word that it does not matter")
    void insistsOnTls() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> FlightEndpoint.of(pool).bind("0.0.0.0", 0).open());
        assertTrue(refused.getMessage().contains("tls(certificate, key)"), refused::getMessage);
        try (FlightEndpoint open =
                FlightEndpoint.of(pool).bind("0.0.0.0", 0).unencrypted().open()) {
            assertNotEquals("0.0.0.0", open.location().getHost());
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> FlightEndpoint.of(pool).bind("no such host.", 0).open());
    }

    @Test
    @DisplayName("F: a port that is taken is told with the address")
    void portTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            UncheckedIOException refused = assertThrows(UncheckedIOException.class, () -> FlightEndpoint.of(pool)
                    .bind("127.0.0.1", taken.getLocalPort())
                    .open());
            assertTrue(refused.getMessage().contains("127.0.0.1:" + taken.getLocalPort()), refused::getMessage);
        }
    }

    @Test
    @DisplayName("F, W-02: with TLS a client that knows the certificate reads, one that does not is refused")
    void tls() throws Exception {
        Path store = keys();
        Path certificate = folder.resolve("certificate.pem");
        Path key = folder.resolve("key.pem");
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        Files.writeString(
                certificate, pem("CERTIFICATE", keys.getCertificate("kiln").getEncoded()));
        Files.writeString(key, pem("PRIVATE KEY", keys.getKey("kiln", PASSWORD).getEncoded()));
        try (FlightEndpoint endpoint = FlightEndpoint.of(pool)
                        .bind("localhost", 0)
                        .tls(certificate, key)
                        .open();
                BufferAllocator allocator = new RootAllocator()) {
            endpoint.expose("x", Frame.columns(Map.of("x", new int[] {1, 2})));
            assertEquals("grpc+tls", endpoint.location().getScheme());
            var headers = new FlightCallHeaders();
            headers.insert("authorization", "Bearer " + endpoint.token());
            var token = new HeaderCallOption(headers);
            Location location = new Location(endpoint.location());
            try (var trusted = new FileInputStream(certificate.toFile());
                    FlightClient client = FlightClient.builder(allocator, location)
                            .useTls()
                            .trustedCertificates(trusted)
                            .build()) {
                assertEquals(
                        2, client.getInfo(FlightDescriptor.path("x"), token).getRecords());
            }
            try (FlightClient stranger =
                    FlightClient.builder(allocator, location).useTls().build()) {
                assertThrows(RuntimeException.class, () -> stranger.getInfo(FlightDescriptor.path("x"), token));
            }
        }
    }

    private Path keys() throws IOException, InterruptedException {
        Path store = folder.resolve("keys.p12");
        Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        List<String> command = new ArrayList<>(List.of(tool.toString()));
        command.addAll(
                List.of("-genkeypair -alias kiln -keyalg EC -groupname secp256r1 -dname CN=localhost".split(" ")));
        command.addAll(List.of("-ext", "SAN=dns:localhost", "-validity", "2", "-storepass", new String(PASSWORD)));
        command.addAll(List.of("-keystore", store.toString()));
        Process made = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool").toFile())
                .start();
        assertEquals(0, made.waitFor(), () -> "keytool failed, see its output");
        return store;
    }

    private static String pem(String what, byte[] bytes) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + what + "-----\n";
    }
}
