package dev.kiln.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import dev.kiln.pool.Backends;
import dev.kiln.pool.Pool;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.grpc.CredentialCallOption;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Arrow Java's own client at the endpoint of a pool. */
@SuppressWarnings("try") // Flight's streams may be interrupted when they are closed
class FlightEndpointTest {

    private final Pool pool = Pool.named("flight").backend(Backends.inProcess()).open();
    private final FlightEndpoint endpoint = FlightEndpoint.of(pool).open();
    private final BufferAllocator allocator = new RootAllocator();
    private FlightClient client;

    @BeforeEach
    void connect() {
        client = FlightClient.builder(allocator, new Location(endpoint.location()))
                .build();
    }

    @AfterEach
    void close() throws InterruptedException {
        client.close();
        endpoint.close();
        endpoint.close();
        pool.close();
        allocator.close();
    }

    private static CallOption bearer(String token) {
        CallHeaders headers = new FlightCallHeaders();
        headers.insert("authorization", "Bearer " + token);
        return new HeaderCallOption(headers);
    }

    private CallOption token() {
        return bearer(endpoint.token());
    }

    private static Frame numbers(long count) {
        return Frame.columns(Map.of("x", LongStream.range(0, count).toArray()));
    }

    private static Ticket ticket(String name) {
        return new Ticket(name.getBytes(StandardCharsets.UTF_8));
    }

    private List<List<Object>> read(String name) throws Exception {
        List<List<Object>> rows = new ArrayList<>();
        try (FlightStream stream = client.getStream(ticket(name), token())) {
            while (stream.next()) {
                VectorSchemaRoot root = stream.getRoot();
                for (int row = 0; row < root.getRowCount(); row++) {
                    int at = row;
                    rows.add(root.getFieldVectors().stream()
                            .map(vector -> vector.isNull(at)
                                    ? null
                                    : (Object) vector.getObject(at).toString())
                            .toList());
                }
            }
        }
        return rows;
    }

    @Test
    @DisplayName("F: an outside client lists frames, asks about one, and reads it from the runner that has it")
    void serves() throws Exception {
        Frame remote = pool.call(() ->
                Frame.columns(Map.of("name", Arrays.asList("a", null, "c"))).mutate("n = length(name)"));
        assertTrue(remote.isRemote());
        endpoint.expose("names", remote);
        endpoint.expose("numbers", numbers(5).filter("x >= 3"));
        remote.close();
        assertEquals(Set.of("names", "numbers"), endpoint.names());

        List<FlightInfo> listed = StreamSupport.stream(
                        client.listFlights(Criteria.ALL, token()).spliterator(), false)
                .toList();
        assertEquals(
                List.of(List.of("names"), List.of("numbers")),
                listed.stream().map(info -> info.getDescriptor().getPath()).toList());

        FlightInfo info = client.getInfo(FlightDescriptor.path("names"), token());
        assertEquals(3, info.getRecords());
        assertTrue(info.getBytes() > 0);
        assertEquals(
                List.of("name", "n"),
                info.getSchemaOptional().orElseThrow().getFields().stream()
                        .map(Field::getName)
                        .toList());
        assertEquals(
                info.getSchemaOptional().orElseThrow(),
                client.getSchema(FlightDescriptor.path("names"), token()).getSchema());
        assertEquals(
                List.of(ticket("names")),
                info.getEndpoints().stream().map(e -> e.getTicket()).toList());
        assertEquals(
                List.of(Arrays.asList("a", "1"), Arrays.asList(null, null), Arrays.asList("c", "1")), read("names"));
        assertEquals(List.of(List.of("3"), List.of("4")), read("numbers"));
    }

    @Test
    @DisplayName("F: a frame comes in several messages, in order, and one without rows comes with its schema")
    void streamsPieces() throws Exception {
        endpoint.expose("many", pool.put(numbers(3_000_000)));
        endpoint.expose("none", numbers(3).filter("x > 5"));
        long expected = 0;
        int messages = 0;
        try (FlightStream stream = client.getStream(ticket("many"), token())) {
            while (stream.next()) {
                var x = (org.apache.arrow.vector.BigIntVector) stream.getRoot().getVector("x");
                for (int i = 0; i < x.getValueCount(); i++) {
                    assertEquals(expected++, x.get(i));
                }
                messages++;
            }
        }
        assertEquals(3_000_000, expected);
        assertTrue(messages > 3, messages + " messages");
        try (FlightStream stream = client.getStream(ticket("none"), token())) {
            assertFalse(stream.next());
            assertEquals(
                    List.of("x"),
                    stream.getSchema().getFields().stream().map(Field::getName).toList());
        }
    }

    @Test
    @DisplayName("F: without the token, or with another one, no call is answered")
    void refusesStrangers() {
        endpoint.expose("x", numbers(1));
        for (CallOption[] options : new CallOption[][] {
            {}, {bearer("wrong")}, {bearer("")}, {new CredentialCallOption(_ -> {})}, {basic("user", "wrong")}
        }) {
            assertRefused(() -> client.listFlights(Criteria.ALL, options).forEach(_ -> {}));
            assertRefused(() -> client.getInfo(FlightDescriptor.path("x"), options));
            assertRefused(() -> client.getSchema(FlightDescriptor.path("x"), options));
            assertRefused(() -> {
                try (FlightStream stream = client.getStream(ticket("x"), options)) {
                    stream.next();
                }
            });
        }
    }

    private static CallOption basic(String user, String password) {
        CallHeaders headers = new FlightCallHeaders();
        headers.insert(
                "authorization",
                "Basic "
                        + java.util.Base64.getEncoder()
                                .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)));
        return new HeaderCallOption(headers);
    }

    private static void assertRefused(org.junit.jupiter.api.function.Executable call) {
        FlightRuntimeException refused = assertThrows(FlightRuntimeException.class, call);
        assertEquals(FlightStatusCode.UNAUTHENTICATED, refused.status().code(), refused::toString);
    }

    @Test
    @DisplayName("F: a client of Flight's own basic authentication gives the token as password")
    void basicAuthentication() {
        endpoint.expose("x", numbers(1));
        CredentialCallOption credential =
                client.authenticateBasicToken("anybody", endpoint.token()).orElseThrow();
        assertEquals(1, client.getInfo(FlightDescriptor.path("x"), credential).getRecords());
    }

    @Test
    @DisplayName("F: what is not exposed, or not any more, is NOT_FOUND; what is no name is INVALID_ARGUMENT")
    void unknown() {
        endpoint.expose("x", numbers(1));
        endpoint.withdraw("x");
        endpoint.withdraw("x");
        assertStatus(FlightStatusCode.NOT_FOUND, () -> client.getInfo(FlightDescriptor.path("x"), token()));
        assertStatus(FlightStatusCode.NOT_FOUND, () -> read("x"));
        assertStatus(FlightStatusCode.INVALID_ARGUMENT, () -> client.getInfo(FlightDescriptor.path("x", "y"), token()));
        assertStatus(
                FlightStatusCode.INVALID_ARGUMENT,
                () -> client.getInfo(FlightDescriptor.command("x".getBytes(StandardCharsets.UTF_8)), token()));
    }

    private static void assertStatus(FlightStatusCode code, org.junit.jupiter.api.function.Executable call) {
        FlightRuntimeException failure = assertThrows(FlightRuntimeException.class, call);
        assertEquals(code, failure.status().code(), failure::toString);
    }

    @Test
    @DisplayName("F: a name is given once, and a frame that cannot be exposed leaves nothing")
    void names() {
        endpoint.expose("x", numbers(1));
        IllegalArgumentException twice =
                assertThrows(IllegalArgumentException.class, () -> endpoint.expose("x", numbers(2)));
        assertTrue(twice.getMessage().contains("withdraw it first"), twice::getMessage);
        assertThrows(IllegalArgumentException.class, () -> endpoint.expose("", numbers(2)));
        Frame closed = numbers(1);
        closed.close();
        assertThrows(IllegalStateException.class, () -> endpoint.expose("closed", closed));
        assertEquals(Set.of("x"), endpoint.names());
    }

    @Test
    @DisplayName("F: a stream goes on when its frame is withdrawn, and a client that leaves lets go of it")
    void withdrawnInMidStream() throws Exception {
        Frame remote = pool.put(numbers(8_000_000));
        endpoint.expose("many", remote);
        remote.close();
        long rows = 0;
        try (FlightStream stream = client.getStream(ticket("many"), token())) {
            assertTrue(stream.next());
            rows += stream.getRoot().getRowCount();
            endpoint.withdraw("many");
            while (stream.next()) {
                rows += stream.getRoot().getRowCount();
            }
        }
        assertEquals(8_000_000, rows);
        endpoint.expose("again", pool.put(numbers(8_000_000)));
        try (FlightStream stream = client.getStream(ticket("again"), token())) {
            assertTrue(stream.next());
            stream.cancel("enough", null);
        }
        endpoint.withdraw("again");
        awaitNothingHeld();
    }

    private void awaitNothingHeld() {
        long end = System.nanoTime() + 30_000_000_000L;
        while (held() > 0 && System.nanoTime() < end) {
            System.gc(); // the handles of put's own structures
        }
        assertEquals(0, held());
    }

    private long held() {
        return pool.runners().stream()
                .mapToLong(runner -> runner.residentCount())
                .sum();
    }

    @Test
    @DisplayName("F: closing the endpoint cuts off a client that does not read")
    void closesUnderAClient() throws Exception {
        endpoint.expose("many", numbers(30_000_000));
        try (FlightStream stream = client.getStream(ticket("many"), token())) {
            assertTrue(stream.next());
            endpoint.close();
            assertThrows(FlightRuntimeException.class, () -> {
                while (stream.next()) {
                    assertTrue(stream.getRoot().getRowCount() > 0);
                }
            });
        }
    }
}
