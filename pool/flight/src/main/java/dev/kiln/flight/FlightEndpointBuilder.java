package dev.kiln.flight;

import io.grpc.netty.NettyServerBuilder;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/** How an endpoint is reached, until it is opened. One thread. */
public final class FlightEndpointBuilder {

    private static final int TOKEN_BYTES = 32;
    private static final int SHORTEST_TOKEN = 16;

    /** So often a client that says nothing is asked whether it is there: else its streams would hold frames for ever. */
    private static final long KEEP_ALIVE_SECONDS = 30;

    private final String pool;
    private String host = "127.0.0.1";
    private int port;
    private String token = random();
    private @Nullable File certificate;
    private @Nullable File key;
    private boolean unencrypted;

    FlightEndpointBuilder(String pool) {
        this.pool = pool;
    }

    /**
     * Where to listen; {@code 127.0.0.1} and any free port unless said otherwise.
     *
     * @param host an address of this machine, {@code 0.0.0.0} for all; not one that others can reach without {@link #tls}
     * @param port 0 for any free one
     */
    public FlightEndpointBuilder bind(String host, int port) {
        this.host = host;
        this.port = port;
        return this;
    }

    /**
     * TLS.
     *
     * @param certificate a file with the chain, PEM
     * @param key a file with the private key, PKCS#8, PEM
     */
    public FlightEndpointBuilder tls(Path certificate, Path key) {
        this.certificate = certificate.toFile();
        this.key = key.toFile();
        return this;
    }

    /** No TLS even where others can reach it: token and data are in the clear, unless something in front encrypts. */
    public FlightEndpointBuilder unencrypted() {
        this.unencrypted = true;
        return this;
    }

    /** The token, of at least 16 characters, instead of a random one. */
    public FlightEndpointBuilder token(String token) {
        if (token.length() < SHORTEST_TOKEN) {
            throw new IllegalArgumentException(
                    "token must have at least " + SHORTEST_TOKEN + " characters, had " + token.length());
        }
        this.token = token;
        return this;
    }

    /**
     * Opens it.
     *
     * @throws IllegalArgumentException if others could reach it without TLS, and that was not said
     * @throws IllegalStateException if this JVM lacks an option that Flight needs, or the class path has other libraries than
     *     those that it needs
     * @throws UncheckedIOException if it cannot listen there, or the files of {@link #tls} cannot be read
     */
    public FlightEndpoint open() {
        requireTlsBeyondThisMachine();
        BufferAllocator allocator = new RootAllocator();
        ExecutorService calls = threads("-call-");
        ExecutorService streams = threads("-stream-");
        try {
            requireOption(allocator);
            Exposed exposed = new Exposed();
            FlightServer server = server(allocator, calls, streams, exposed).start();
            return new FlightEndpoint(server, exposed, calls, streams, allocator, token);
        } catch (IOException e) {
            end(allocator, calls, streams);
            throw new UncheckedIOException("no Flight endpoint at " + host + ":" + port + ": " + e.getMessage(), e);
        } catch (LinkageError e) {
            end(allocator, calls, streams);
            throw new IllegalStateException(
                    "Flight does not find the libraries that it was built with: the class path needs protobuf-java 4.33.4 or"
                            + " newer, and gRPC 1.78 or newer; a platform BOM may have pinned older ones",
                    e);
        } catch (RuntimeException | Error e) {
            end(allocator, calls, streams);
            throw e;
        }
    }

    private ExecutorService threads(String use) {
        return Executors.newCachedThreadPool(Thread.ofPlatform()
                .daemon()
                .name("kiln-flight-" + pool + use, 1)
                .factory());
    }

    private FlightServer server(
            BufferAllocator allocator, ExecutorService calls, ExecutorService streams, Exposed exposed)
            throws IOException {
        File chain = certificate;
        boolean tls = chain != null;
        Consumer<NettyServerBuilder> keepAlive = netty -> netty.keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
        FlightServer.Builder builder = FlightServer.builder()
                .allocator(allocator)
                .location(tls ? Location.forGrpcTls(host, port) : Location.forGrpcInsecure(host, port))
                .producer(new FrameProducer(exposed, streams, allocator))
                .executor(calls)
                .headerAuthenticator(new TokenCheck(token))
                .transportHint("grpc.builderConsumer", keepAlive);
        if (tls) {
            builder.useTls(chain, key);
        }
        return builder.build();
    }

    private void requireTlsBeyondThisMachine() {
        try {
            if (certificate == null
                    && !unencrypted
                    && !InetAddress.getByName(host).isLoopbackAddress()) {
                throw new IllegalArgumentException("others can reach " + host + ", and without TLS they could read the"
                        + " token and the data: say tls(certificate, key), or unencrypted() if that does not matter");
            }
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("host must be an address of this machine, was '" + host + "'", e);
        }
    }

    /** Fails now, rather than in the first stream. */
    private static void requireOption(BufferAllocator allocator) {
        try (ArrowBuf buffer = allocator.buffer(8)) {
            buffer.nioBuffer(0, 8);
        } catch (UnsupportedOperationException | LinkageError e) {
            throw new IllegalStateException(
                    "a Flight endpoint needs a JVM with --add-opens=java.base/java.nio=ALL-UNNAMED: start this program with"
                            + " it, or open the endpoint in one that has it",
                    e);
        }
    }

    private static void end(BufferAllocator allocator, ExecutorService calls, ExecutorService streams) {
        calls.shutdownNow();
        streams.shutdownNow();
        allocator.close();
    }

    private static String random() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
