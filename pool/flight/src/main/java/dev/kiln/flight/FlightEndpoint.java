package dev.kiln.flight;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Pool;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Serves frames to programs that are no part of a pool, by Arrow Flight: to pyarrow, polars, ADBC, or any Flight client.
 *
 * <pre>{@code
 * try (FlightEndpoint endpoint = FlightEndpoint.of(pool).open()) {
 *     endpoint.expose("late", flights.filter("delay > 60"));
 *     System.out.println(endpoint.location() + " " + endpoint.token());
 *     …
 * }
 * }</pre>
 *
 * <pre>{@code
 * # pyarrow
 * client = flight.connect("grpc+tcp://127.0.0.1:40123")
 * options = flight.FlightCallOptions(headers=[(b"authorization", b"Bearer " + token)])
 * table = client.do_get(flight.Ticket(b"late"), options).read_all()
 * }</pre>
 *
 * <p>A frame is named by a descriptor with a path of one element; its ticket is the name in UTF-8. {@code ListFlights},
 * {@code GetFlightInfo}, {@code GetSchema} and {@code DoGet} are answered, nothing is taken in. Every call carries the token,
 * as {@code authorization: Bearer …}, or as the password of a {@code Basic} one, whose answer then has the other.
 *
 * <p>The data stays where it is. A stream reads it from its owner in pieces of some megabytes, as fast as its client takes
 * them, and at most two pieces and what the connection has not sent yet are in this process. While a stream runs it holds the
 * frame. If the owner dies, the stream ends with {@code UNAVAILABLE}.
 *
 * <p>This process needs {@code --add-opens=java.base/java.nio=ALL-UNNAMED}, which Arrow's Flight asks for. Any thread.
 */
public final class FlightEndpoint implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 5;

    private final FlightServer server;
    private final Exposed exposed;
    private final ExecutorService calls;
    private final ExecutorService streams;
    private final BufferAllocator allocator;
    private final String token;

    FlightEndpoint(
            FlightServer server,
            Exposed exposed,
            ExecutorService calls,
            ExecutorService streams,
            BufferAllocator allocator,
            String token) {
        this.server = server;
        this.exposed = exposed;
        this.calls = calls;
        this.streams = streams;
        this.allocator = allocator;
        this.token = token;
    }

    /** Begins an endpoint for frames of this pool; frames of this process and of other open pools can be exposed, too. */
    public static FlightEndpointBuilder of(Pool pool) {
        return new FlightEndpointBuilder(pool.name());
    }

    /** Where it listens, such as {@code grpc+tcp://127.0.0.1:40123}. */
    public URI location() {
        URI bound = server.getLocation().getUri();
        return isWildcard(bound.getHost())
                ? URI.create(bound.getScheme() + "://" + hostName() + ":" + bound.getPort())
                : bound;
    }

    private static boolean isWildcard(String host) {
        return host.equals("0.0.0.0") || host.equals("[::]");
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** What a call must carry. */
    public String token() {
        return token;
    }

    /**
     * Lets clients read a frame. A lazy one is computed first, where its data is. The endpoint has a handle of its own: the
     * given one may be closed.
     *
     * @param name what clients call it, not empty
     * @throws IllegalArgumentException if another frame has this name here
     */
    public void expose(String name, Frame frame) {
        exposed.add(name, frame);
    }

    /** No stream of this frame begins any more; those that run go on. Nothing if there is no such frame. */
    public void withdraw(String name) {
        exposed.remove(name);
    }

    /** What the exposed frames are called. */
    public Set<String> names() {
        return exposed.names();
    }

    /** Ends the endpoint: running streams are cut off, and it lets go of its frames. Idempotent. */
    @Override
    public void close() {
        server.shutdown();
        streams.shutdownNow(); // their clients are told
        try {
            server.close(); // cuts off what still runs after some seconds
            boolean _ = streams.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        calls.shutdown(); // after the server, which has still to say that its calls are over
        exposed.clear();
        allocator.close();
    }

    @Override
    public String toString() {
        return "FlightEndpoint[" + location() + "]";
    }
}
