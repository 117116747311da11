package dev.kiln.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.apache.arrow.flight.BackpressureStrategy;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One stream, without a network. */
class FrameStreamTest {

    private static final long PIECE = 1L << 20;
    private static final int VALUES = 16 << 20;

    private final BufferAllocator allocator = new RootAllocator();
    private final Exposed exposed = new Exposed();
    private final Client client = new Client();

    @AfterEach
    void close() {
        exposed.clear();
        assertEquals(0, allocator.getAllocatedMemory());
        allocator.close();
    }

    /** Takes what it is sent, and remembers how much was in memory meanwhile. */
    private final class Client implements ServerStreamListener, BackpressureStrategy {
        private VectorSchemaRoot root;
        private long rows;
        private long mostAllocated;
        private boolean completed;
        private final List<Throwable> errors = new ArrayList<>();
        private IntSupplier messagesTaken = () -> Integer.MAX_VALUE;
        private int messages;

        @Override
        public WaitResult waitForListener(long timeout) {
            return messages < messagesTaken.getAsInt() ? WaitResult.READY : WaitResult.CANCELLED;
        }

        @Override
        public void register(ServerStreamListener listener) {}

        @Override
        public boolean isCancelled() {
            return messages >= messagesTaken.getAsInt();
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {}

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void start(VectorSchemaRoot start, DictionaryProvider dictionaries, IpcOption option) {
            root = start;
        }

        @Override
        public void putNext() {
            rows += root.getRowCount();
            messages++;
            mostAllocated = Math.max(mostAllocated, allocator.getAllocatedMemory());
        }

        @Override
        public void putNext(ArrowBuf metadata) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void putMetadata(ArrowBuf metadata) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void error(Throwable failure) {
            errors.add(failure);
        }

        @Override
        public void completed() {
            completed = true;
        }
    }

    private void stream(Frame frame) {
        exposed.add("x", frame);
        new FrameStream(exposed.open("x"), client, client, allocator).run();
    }

    @Test
    @DisplayName("F: a stream of 128 MB has no more than two pieces of it in memory")
    void boundedMemory() {
        Frame frame = Frame.columns(Map.of("x", new long[VALUES]));
        stream(frame);
        assertTrue(client.completed);
        assertEquals(VALUES, client.rows);
        assertTrue(client.messages <= 2 * Math.ceilDiv(frame.byteSize(), PIECE), () -> client.messages + " messages");
        long limit = 2 * (PIECE + PIECE / 32);
        assertTrue(client.mostAllocated <= limit, () -> client.mostAllocated + " bytes of at most " + limit);
    }

    @Test
    @DisplayName("F: a client that leaves ends its stream, and nothing of it stays in memory")
    void clientLeaves() {
        client.messagesTaken = () -> 3;
        stream(Frame.columns(Map.of("x", new long[VALUES])));
        assertEquals(3, client.messages);
        assertTrue(!client.completed && client.errors.isEmpty());
    }

    @Test
    @DisplayName("F: what goes wrong with the frame is told to the client with the frame's name")
    void failure() {
        exposed.add("x", Frame.columns(Map.of("x", new long[10])));
        Exposed.Item item = exposed.open("x");
        item.frame().close();
        new FrameStream(item, client, client, allocator).run();
        FlightRuntimeException told = assertThrows(FlightRuntimeException.class, () -> {
            throw client.errors.getFirst();
        });
        assertEquals(FlightStatusCode.INTERNAL, told.status().code());
        assertTrue(told.getMessage().contains("frame 'x': this frame is closed"), told::getMessage);
    }
}
