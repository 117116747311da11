package dev.kiln.frame.spi;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an answer in the pieces in which they came, lent to whoever reads it: with {@link #close} the memory may be
 * filled with something else. A reply that is never closed costs the collector that memory, and nothing else. One thread at
 * a time.
 */
public final class Reply implements AutoCloseable {
    private final List<ByteBuffer> pieces;
    private final byte @Nullable [] whole;
    private final AtomicReference<@Nullable Runnable> release;

    /**
     * @param pieces on the heap, one behind the other
     * @param release called once, when nobody reads them any more; any thread
     */
    public Reply(List<ByteBuffer> pieces, Runnable release) {
        this(pieces, null, release);
    }

    private Reply(List<ByteBuffer> pieces, byte @Nullable [] whole, Runnable release) {
        this.pieces = List.copyOf(pieces);
        this.whole = whole;
        this.release = new AtomicReference<>(release);
    }

    /** These bytes, not copied: do not change them. */
    public static Reply of(byte[] bytes) {
        return new Reply(List.of(ByteBuffer.wrap(bytes)), bytes, () -> {});
    }

    /** How many bytes. */
    public long length() {
        return pieces.stream().mapToLong(ByteBuffer::remaining).sum();
    }

    /** Views of the pieces, each with a position of its own; valid until it is closed. Do not change what is there. */
    public List<ByteBuffer> pieces() {
        checkOpen();
        return pieces.stream().map(ByteBuffer::duplicate).toList();
    }

    /**
     * All bytes in one array, which stays valid. Copied, unless it was {@linkplain #of made of one}.
     *
     * @throws ArithmeticException if there are more than an array holds
     */
    public byte[] toArray() {
        checkOpen();
        if (whole != null) {
            return whole;
        }
        byte[] all = new byte[Math.toIntExact(length())];
        int at = 0;
        for (ByteBuffer piece : pieces) {
            piece.get(piece.position(), all, at, piece.remaining());
            at += piece.remaining();
        }
        return all;
    }

    private void checkOpen() {
        if (release.get() == null) {
            throw new IllegalStateException("this reply was closed: what it was may be something else by now");
        }
    }

    /** Gives the memory back. Idempotent. */
    @Override
    public void close() {
        @Nullable Runnable once = release.getAndSet(null);
        if (once != null) {
            once.run();
        }
    }
}
