package dev.kiln.bench;

import dev.kiln.flight.FlightEndpoint;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.auth2.BearerCredentialWriter;
import org.apache.arrow.flight.grpc.CredentialCallOption;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Arrow's Flight client, which reads what an endpoint exposes. One thread. */
final class FlightPeer implements AutoCloseable {
    private final BufferAllocator allocator = new RootAllocator();
    private final FlightClient client;
    private final CallOption token;

    FlightPeer(FlightEndpoint endpoint) {
        client = FlightClient.builder(allocator, new Location(endpoint.location()))
                .build();
        token = new CredentialCallOption(new BearerCredentialWriter(endpoint.token()));
    }

    /** Reads a frame of {@link Columns} and adds it up as its batches come. */
    @SuppressWarnings("try") // an interrupt ends the benchmark anyway
    void sum(String name, long bytes) throws Exception {
        var sum = new Sum();
        try (FlightStream stream = client.getStream(new Ticket(name.getBytes(StandardCharsets.UTF_8)), token)) {
            while (stream.next()) {
                sum.accept(stream.getRoot());
            }
        }
        sum.check(bytes);
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        allocator.close();
    }
}
