package dev.kiln.flight;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameLost;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.apache.arrow.flight.BackpressureStrategy;
import org.apache.arrow.flight.BackpressureStrategy.WaitResult;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a frame's rows to one client: the next piece is fetched from the owner while the one before is sent, and none
 * beyond that. On a thread of its own.
 */
final class FrameStream implements Runnable {

    /** What one message is to have: enough that its costs do not count, little enough for two in memory. */
    private static final long PIECE_BYTES = 8L << 20;

    /** Slices that begin at a multiple of this are views of bitmaps, not copies. */
    private static final long ALIGNED_ROWS = 1024;

    private final Exposed.Item item;
    private final ServerStreamListener listener;
    private final BackpressureStrategy backpressure;
    private final ExecutorService threads;
    private final BufferAllocator allocator;
    private final long piece;

    /** @param item with a handle that is closed at the end */
    FrameStream(
            Exposed.Item item,
            ServerStreamListener listener,
            BackpressureStrategy backpressure,
            ExecutorService threads,
            BufferAllocator allocator) {
        this.item = item;
        this.listener = listener;
        this.backpressure = backpressure;
        this.threads = threads;
        this.allocator = allocator;
        this.piece = pieceRows(item.rows(), item.bytes());
    }

    /** How many rows a message gets. */
    static long pieceRows(long rows, long bytes) {
        double bytesPerRow = Math.max(1.0 / Byte.SIZE, (double) bytes / Math.max(1, rows));
        long fit = (long) Math.min(PIECE_BYTES / bytesPerRow, Integer.MAX_VALUE - ALIGNED_ROWS);
        return fit < ALIGNED_ROWS ? Math.max(1, fit) : fit / ALIGNED_ROWS * ALIGNED_ROWS;
    }

    @Override
    public void run() {
        try (Frame frame = item.frame();
                VectorSchemaRoot sent = VectorSchemaRoot.create(item.schema(), allocator)) {
            listener.start(sent);
            if (send(frame, new VectorLoader(sent))) {
                listener.completed();
            }
        } catch (InterruptedException e) {
            listener.error(CallStatus.UNAVAILABLE
                    .withDescription("the endpoint is closed")
                    .toRuntimeException());
        } catch (RuntimeException | Error e) {
            listener.error(status(e));
        }
    }

    /** Whether all has been sent; else the client has gone. */
    private boolean send(Frame frame, VectorLoader loader) throws InterruptedException {
        @Nullable Future<VectorSchemaRoot> next = fetch(frame, 0);
        try {
            for (long from = 0; next != null; from += piece) {
                Future<VectorSchemaRoot> current = next;
                next = null;
                try (VectorSchemaRoot rows = arrived(current)) {
                    next = fetch(frame, from + piece);
                    if (!awaitClient()) {
                        return false;
                    }
                    try (ArrowRecordBatch batch = new VectorUnloader(rows).getRecordBatch()) {
                        loader.load(batch);
                    }
                }
                listener.putNext();
            }
            return true;
        } finally {
            if (next != null) {
                drop(next);
            }
        }
    }

    /** Waits until the client takes more; false if it has gone. */
    private boolean awaitClient() throws InterruptedException {
        if (backpressure.waitForListener(0) == WaitResult.READY) {
            return true;
        }
        if (!listener.isCancelled()) {
            throw new InterruptedException(); // nothing else ends the waiting
        }
        return false;
    }

    /** Null if there are no more rows. */
    private @Nullable Future<VectorSchemaRoot> fetch(Frame frame, long from) {
        return from >= item.rows()
                ? null
                : threads.submit(() -> {
                    try (Frame slice = frame.slice(from, piece)) {
                        return slice.toArrow(allocator);
                    }
                });
    }

    private static VectorSchemaRoot arrived(Future<VectorSchemaRoot> rows) throws InterruptedException {
        try {
            return rows.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new IllegalStateException(e);
            }
        } catch (InterruptedException e) {
            drop(rows);
            throw e;
        }
    }

    /** Nobody will send it: it is closed when it is there, which an interrupt does not hasten. */
    private static void drop(Future<VectorSchemaRoot> rows) {
        boolean interrupted = Thread.interrupted();
        try {
            rows.get().close();
        } catch (ExecutionException | InterruptedException e) {
            // there is nothing to close
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private RuntimeException status(Throwable failure) {
        CallStatus status = failure instanceof FrameLost ? CallStatus.UNAVAILABLE : CallStatus.INTERNAL;
        return status.withDescription("frame '" + item.name() + "': " + failure.getMessage())
                .withCause(failure)
                .toRuntimeException();
    }
}
