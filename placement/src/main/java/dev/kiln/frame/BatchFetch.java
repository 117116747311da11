package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a table that is fetched over the link, in order; at most {@value #WINDOW} requests are under way at any
 * time. The sender keeps the table until the message that offers it has been read, so it cannot go away meanwhile. One
 * thread; its requests run on virtual threads of its own.
 */
final class BatchFetch implements Iterator<Pieces>, AutoCloseable {

    static final int WINDOW = 8;

    private final Client client;
    private final ProcessRef owner;
    private final long number;
    private final Iterator<Entry.Piece> pieces;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ArrayDeque<Future<Pieces>> underWay = new ArrayDeque<>();

    /** The data of an offer, with one reference: mapped where that is possible, else fetched. */
    static Table table(FrameSpace space, ProcessRef sender, Entry.Offer offer) {
        Table mapped = mapped(offer);
        if (mapped != null) {
            return mapped;
        }
        try (var batches = new BatchFetch(space.client(), sender, offer)) {
            return Receiving.table(MessageReader.schema(offer.facts().schema()), batches);
        }
    }

    /** The same if it can be mapped, else null. */
    static @Nullable Table mapped(Entry.Offer offer) {
        if (offer.image() == null) {
            return null;
        }
        try {
            Table mapped = Table.map(offer.image());
            Traffic.mapped(mapped.bytes());
            return mapped;
        } catch (CannotMap e) {
            // not on one host after all, or not allowed: the sender keeps the data, so it can come over the link
            return null;
        }
    }

    BatchFetch(Client client, ProcessRef owner, Entry.Offer offer) {
        this.client = client;
        this.owner = owner;
        this.number = offer.number();
        this.pieces = offer.pieces().iterator();
    }

    @Override
    public boolean hasNext() {
        while (underWay.size() < WINDOW && pieces.hasNext()) {
            Entry.Piece piece = pieces.next();
            var pull = new FrameRequest.Pull(number, piece.batch(), piece.from(), piece.rows());
            underWay.add(threads.submit(() -> client.pull(owner, pull)));
        }
        return !underWay.isEmpty();
    }

    @Override
    public Pieces next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        try {
            Pieces message = underWay.remove().get();
            Traffic.copied(message.remaining());
            return message;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueryInterrupted("interrupted while a frame was fetched from " + owner, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("a frame could not be fetched from " + owner, e.getCause());
        }
    }

    /** Interrupts what is under way, and waits for its end. */
    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}
