package dev.kiln.flight;

import dev.kiln.KilnException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.apache.arrow.flight.BackpressureStrategy;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** Answers the calls of Flight, on threads of its server. Any thread. */
final class FrameProducer extends NoOpFlightProducer {

    private final Exposed exposed;
    private final ExecutorService streams;
    private final BufferAllocator allocator;

    FrameProducer(Exposed exposed, ExecutorService streams, BufferAllocator allocator) {
        this.exposed = exposed;
        this.streams = streams;
        this.allocator = allocator;
    }

    /** All of them: what a client may ask for by criteria is not said in the protocol. */
    @Override
    public void listFlights(CallContext context, Criteria criteria, StreamListener<FlightInfo> listener) {
        exposed.all().forEach(item -> listener.onNext(info(item)));
        listener.onCompleted();
    }

    @Override
    public FlightInfo getFlightInfo(CallContext context, FlightDescriptor descriptor) {
        if (descriptor.isCommand() || descriptor.getPath().size() != 1) {
            throw CallStatus.INVALID_ARGUMENT
                    .withDescription("a frame is named by a path of one element, was " + descriptor)
                    .toRuntimeException();
        }
        String name = descriptor.getPath().getFirst();
        return info(known(name, exposed.find(name)));
    }

    private static FlightInfo info(Exposed.Item item) {
        // no location: whoever has found this endpoint reads from it, whatever it is called from there
        var here = new org.apache.arrow.flight.FlightEndpoint(
                new Ticket(item.name().getBytes(StandardCharsets.UTF_8)));
        return new FlightInfo(
                item.schema(), FlightDescriptor.path(item.name()), List.of(here), item.bytes(), item.rows());
    }

    @Override
    public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
        String name = new String(ticket.getBytes(), StandardCharsets.UTF_8);
        // Registered on the call's own thread, where alone that is allowed. But on another thread it is waited for:
        // gRPC
        // queues the news that the client takes more behind whatever runs on this one.
        var backpressure = new BackpressureStrategy.CallbackBackpressureStrategy();
        backpressure.register(listener);
        Exposed.Item item = opened(name);
        try {
            streams.execute(new FrameStream(item, listener, backpressure, allocator));
        } catch (RuntimeException | Error e) {
            item.frame().close();
            throw e;
        }
    }

    private Exposed.Item opened(String name) {
        try {
            return known(name, exposed.open(name));
        } catch (KilnException e) { // it is lost, for instance
            throw FrameStream.status(name, e);
        }
    }

    private static Exposed.Item known(String name, Exposed.@Nullable Item item) {
        if (item == null) {
            throw CallStatus.NOT_FOUND
                    .withDescription("no frame is exposed as '" + name + "'")
                    .toRuntimeException();
        }
        return item;
    }
}
