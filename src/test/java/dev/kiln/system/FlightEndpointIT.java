package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.flight.FlightEndpoint;
import dev.kiln.frame.Frame;
import dev.kiln.pool.Pool;
import dev.kiln.pool.RunnerInfo;
import dev.kiln.pool.spi.Backend;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.ObjLongConsumer;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Frames of runners that are real processes, read by a client that is in no pool. */
@ExtendWith(LeavesNothing.class)
@SuppressWarnings("try") // Flight's clients may be interrupted when they are closed
class FlightEndpointIT {

    private static final int ROWS = 16_000_000;

    private static Ticket ticket(String name) {
        return new Ticket(name.getBytes(StandardCharsets.UTF_8));
    }

    private static HeaderCallOption token(FlightEndpoint endpoint) {
        var headers = new FlightCallHeaders();
        headers.insert("authorization", "Bearer " + endpoint.token());
        return new HeaderCallOption(headers);
    }

    private static Frame numbers() {
        return Frame.readSql("select range as x from range(" + ROWS + ")");
    }

    @Test
    @DisplayName("F: frames of two runners are read through one endpoint, and stay where they are")
    void reads() throws Exception {
        try (Pool pool = Pool.named("flight-it").min(2).max(2).maxConcurrency(1).open();
                FlightEndpoint endpoint = FlightEndpoint.of(pool).open();
                BufferAllocator allocator = new RootAllocator();
                FlightClient client = FlightClient.builder(allocator, new Location(endpoint.location()))
                        .build()) {
            var one = pool.submit(FlightEndpointIT::numbers);
            var other = pool.submit(() -> numbers().filter("x % 2 = 0").compute());
            Map<String, Frame> frames = Map.of("one", one.join(), "other", other.join());
            assertEquals(
                    2, frames.values().stream().map(Frame::owner).distinct().count());
            frames.forEach(endpoint::expose);
            Frame.closeAll(frames);
            assertEquals((ROWS - 1L) * ROWS / 2, sum(client, endpoint, "one"));
            assertEquals((ROWS / 2 - 1L) * ROWS / 2, sum(client, endpoint, "other"));
            Eventually.soon(
                    "the slices that were sent are released", () -> held(pool).equals(List.of(1L, 1L)));
        }
    }

    private static List<Long> held(Pool pool) {
        return pool.runners().stream().map(RunnerInfo::residentCount).toList();
    }

    private static long sum(FlightClient client, FlightEndpoint endpoint, String name) throws Exception {
        long sum = 0;
        try (FlightStream stream = client.getStream(ticket(name), token(endpoint))) {
            while (stream.next()) {
                var x = (BigIntVector) stream.getRoot().getVector("x");
                for (int i = 0; i < x.getValueCount(); i++) {
                    sum += x.get(i);
                }
            }
        }
        return sum;
    }

    @Test
    @DisplayName(
            "F-10: after kill -9 of the owner in the middle of a stream that one goes on to its end, since its data is shared,"
                    + " and the next is UNAVAILABLE")
    void ownerDies() throws Exception {
        whenTheOwnerIsKilled(
                Altered.of(FaultyNetwork.Kind.UNIX), (rest, first) -> assertEquals(ROWS, first + count(rest)));
    }

    @Test
    @DisplayName("F-10: where memory is not shared it ends as UNAVAILABLE, and so does the next one")
    void ownerFarAwayDies() throws Exception {
        whenTheOwnerIsKilled(
                Altered.of(FaultyNetwork.Kind.UNIX).unshared(), (rest, first) -> assertUnavailable(() -> count(rest)));
    }

    /** @param judge of the rest of a stream, of which some rows have been read */
    private static void whenTheOwnerIsKilled(Backend backend, ObjLongConsumer<FlightStream> judge) throws Exception {
        try (Pool pool = Pool.named("flight-kill").max(1).backend(backend).open();
                FlightEndpoint endpoint = FlightEndpoint.of(pool).open();
                BufferAllocator allocator = new RootAllocator();
                FlightClient client = FlightClient.builder(allocator, new Location(endpoint.location()))
                        .build()) {
            Frame frame = pool.call(FlightEndpointIT::numbers);
            endpoint.expose("x", frame);
            try (FlightStream stream = client.getStream(ticket("x"), token(endpoint))) {
                assertTrue(stream.next());
                int first = stream.getRoot().getRowCount();
                Pid.killHard(pool.runners().getFirst().pid().orElseThrow());
                judge.accept(stream, first);
            }
            assertUnavailable(() -> sum(client, endpoint, "x"));
            assertEquals("pong", pool.call(() -> "pong"));
        }
    }

    private static long count(FlightStream stream) {
        long rows = 0;
        while (stream.next()) {
            rows += stream.getRoot().getRowCount();
        }
        return rows;
    }

    private static void assertUnavailable(org.junit.jupiter.api.function.Executable read) {
        FlightRuntimeException ended = assertThrows(FlightRuntimeException.class, read);
        assertEquals(FlightStatusCode.UNAVAILABLE, ended.status().code(), ended::toString);
        assertTrue(ended.getMessage().contains("frame 'x': "), ended::getMessage);
        assertTrue(ended.getMessage().contains("flight-kill-1"), ended::getMessage);
    }
}
