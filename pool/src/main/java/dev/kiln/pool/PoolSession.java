package dev.kiln.pool;

import dev.kiln.runner.wire.Message.BatchEnd;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way into the program of an open pool from any other process of the same user on the same machine: an operator's console,
 * a script of the night, a program that a closure has started. Its batches, of whichever pools, are seen and ended there.
 *
 * <pre>{@code
 * System.out.println(pool.session());                              // in the program: an address, to be passed on
 *
 * PoolSession there = PoolSession.at(address);                     // in another process
 * there.batches().forEach(System.out::println);
 * there.cancel("nightly").ifPresent(was -> System.out.println("cancelled after " + was.elapsed()));
 * }</pre>
 *
 * <p>Each call is a connection of its own, so there is nothing to close; it waits for its answer, and is no longer than
 * the end of the batch takes. Thread-safe.
 */
public final class PoolSession {
    private final String address;

    private PoolSession(String address) {
        this.address = address;
    }

    /**
     * The session of this address. Nothing is connected yet.
     *
     * @param address of {@link Pool#session}
     */
    public static PoolSession at(String address) {
        PoolBuilder.require(!address.isBlank(), "address", "'" + address + "'", "what Pool.session() gave");
        return new PoolSession(address);
    }

    /**
     * The batches that are open there.
     *
     * @throws PoolClosed if the pool is closed, or its program has ended
     */
    public List<BatchStatus> batches() {
        return ask("", null);
    }

    /**
     * The numbers of one batch, empty if none of that id is open there.
     *
     * @throws PoolClosed if the pool is closed, or its program has ended
     */
    public Optional<BatchStatus> status(String batch) {
        return ask(checked(batch), null).stream().findFirst();
    }

    /**
     * Ends a batch, as {@link Batch#close} does.
     *
     * @return its last numbers, empty if none of that id was open there
     * @throws PoolClosed if the pool is closed, or its program has ended; the batch has ended or will
     */
    public Optional<BatchStatus> end(String batch) {
        return ask(checked(batch), BatchEnd.CLOSE).stream().findFirst();
    }

    /** The same, as {@link Batch#cancel} does. */
    public Optional<BatchStatus> cancel(String batch) {
        return ask(checked(batch), BatchEnd.CANCEL).stream().findFirst();
    }

    /** The same, as {@link Batch#delete} does. */
    public Optional<BatchStatus> delete(String batch) {
        return ask(checked(batch), BatchEnd.DELETE).stream().findFirst();
    }

    private static String checked(String batch) {
        PoolBuilder.require(!batch.isBlank(), "batch", "'" + batch + "'", "not blank");
        return batch;
    }

    private List<BatchStatus> ask(String batch, @Nullable BatchEnd end) {
        try (SocketChannel connection = SocketChannel.open(SessionWire.address(address))) {
            SessionWire.write(connection, new SessionWire.Wish(batch, end));
            return SessionWire.readAnswer(connection);
        } catch (IOException | UnsupportedOperationException e) {
            throw new PoolClosed(
                    "nobody answers at session " + address + ": " + e.getMessage()
                            + "; the pool is closed or its program has ended, or it belongs to another user",
                    e);
        }
    }

    @Override
    public String toString() {
        return "PoolSession[" + address + "]";
    }
}
