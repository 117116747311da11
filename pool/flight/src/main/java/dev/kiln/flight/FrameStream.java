package dev.kiln.flight;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameLost;
import org.apache.arrow.flight.BackpressureStrategy;
import org.apache.arrow.flight.BackpressureStrategy.WaitResult;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/**
 * One stream of a frame's rows to one client, one message for each batch as {@link Frame#forEachBatch} shows them: through shared memory
 * where the frame's runner is on this machine, else fetched a little ahead of what the client takes. On a thread of its own.
 */
final class FrameStream implements Runnable {
    private final Exposed.Item item;
    private final ServerStreamListener listener;
    private final BackpressureStrategy backpressure;
    private final BufferAllocator allocator;

    /** Ends the pass over a frame. */
    private static final class Ended extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final boolean byClient;

        Ended(boolean byClient) {
            super(null, null, false, false);
            this.byClient = byClient;
        }
    }

    /** @param item with a handle that is closed at the end */
    FrameStream(
            Exposed.Item item,
            ServerStreamListener listener,
            BackpressureStrategy backpressure,
            BufferAllocator allocator) {
        this.item = item;
        this.listener = listener;
        this.backpressure = backpressure;
        this.allocator = allocator;
    }

    @Override
    public void run() {
        try (Frame frame = item.frame();
                VectorSchemaRoot sent = VectorSchemaRoot.create(item.schema(), allocator)) {
            listener.start(sent);
            VectorLoader loader = new VectorLoader(sent);
            frame.forEachBatch(allocator, rows -> send(rows, loader));
            listener.completed();
        } catch (Ended e) {
            if (!e.byClient) {
                listener.error(CallStatus.UNAVAILABLE
                        .withDescription("the endpoint is closed")
                        .toRuntimeException());
            }
        } catch (RuntimeException | Error e) {
            listener.error(status(item.name(), e));
        }
    }

    private void send(VectorSchemaRoot rows, VectorLoader loader) {
        if (backpressure.waitForListener(0) != WaitResult.READY) {
            throw new Ended(listener.isCancelled()); // else nothing but the endpoint's end ends the waiting
        }
        try (ArrowRecordBatch batch = new VectorUnloader(rows).getRecordBatch()) {
            loader.load(batch);
        }
        listener.putNext();
    }

    /** What a client is told when a frame cannot be read. */
    static RuntimeException status(String name, Throwable failure) {
        CallStatus status = failure instanceof FrameLost ? CallStatus.UNAVAILABLE : CallStatus.INTERNAL;
        return status.withDescription("frame '" + name + "': " + failure.getMessage())
                .withCause(failure)
                .toRuntimeException();
    }
}
