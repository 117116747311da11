package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.gc.ProcessRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves what others hold here to other parties, before this one ends: see docs/adr/0007.
 *
 * <p>Another party keeps the table, under a name of its own; whoever holds it here is told that name, by a message that passes
 * an ordinary handle on, and lets go of the table here when it has the other one. Requests that still come here are passed on
 * meanwhile. {@link #round} is called by one thread until nothing is held here any more: new data may come, a new place may be
 * lost, and somebody may have been told too early, since a message that names the table here was still on its way to it.
 */
final class Removal implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(FrameSpace.class.getName());

    /** So many tables at most are moved by one request. */
    private static final int TOGETHER = 500;

    /** Who still holds something here after that time is told again. */
    private static final long TELL_AGAIN_NANOS = Duration.ofMillis(500).toNanos();

    /** So long a round waits for those that it tells. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final FrameSpace space;
    private final Books books;
    private final Client client;
    private final Copies copies;
    private final LongSupplier nanos;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Who is being told, or was; one thread. */
    private final Map<ProcessRef, Telling> tellings = new HashMap<>();

    private record Telling(Future<?> done, long sinceNanos) {}

    Removal(FrameSpace space, Books books, Client client, Copies copies, LongSupplier nanos) {
        this.space = space;
        this.books = books;
        this.client = client;
        this.copies = copies;
        this.nanos = nanos;
    }

    /**
     * Moves what has not moved yet, and tells who has to know.
     *
     * @param targets who may be asked to keep it, best first
     */
    Stranded round(List<ProcessRef> targets) {
        books.leave();
        Map<Long, Table> unmoved = books.unmoved();
        try {
            Stranded stranded = move(new ArrayList<>(unmoved.entrySet()), new ArrayList<>(targets))
                    .and(books.residentValues());
            tell();
            return stranded;
        } finally {
            unmoved.values().forEach(Leaf::release);
        }
    }

    /** The small ones first, so that as many as possible find room. */
    private Stranded move(List<Map.Entry<Long, Table>> tables, List<ProcessRef> targets) {
        tables.sort(Comparator.comparingLong(entry -> entry.getValue().bytes()));
        @Nullable RuntimeException refusal = null;
        int from = 0;
        int together = TOGETHER;
        while (from < tables.size()) {
            if (targets.isEmpty()) {
                List<Map.Entry<Long, Table>> left = tables.subList(from, tables.size());
                return new Stranded(
                        left.size(),
                        left.stream()
                                .mapToLong(entry -> entry.getValue().bytes())
                                .sum(),
                        refusal == null ? "there is no other runner" : String.valueOf(refusal.getMessage()));
            }
            List<Map.Entry<Long, Table>> some = tables.subList(from, Math.min(from + together, tables.size()));
            try {
                List<RemoteTable> kept = copies.keep(
                        targets.getFirst(),
                        some.stream().map(Map.Entry::getValue).toList());
                for (int i = 0; i < kept.size(); i++) {
                    books.moved(some.get(i).getKey(), kept.get(i));
                }
                from += some.size();
            } catch (QueryInterrupted e) {
                throw e;
            } catch (RuntimeException e) { // it has no room for these, or is gone, or cannot read them: another one
                refusal = e;
                if (e instanceof FrameRefused && some.size() > 1) {
                    together = some.size() / 2; // there may be room for some of these
                } else {
                    targets.removeFirst();
                    together = TOGETHER;
                }
            }
        }
        return new Stranded(0, 0, "");
    }

    private void tell() {
        long now = nanos.getAsLong();
        List<Future<?>> begun = new ArrayList<>();
        books.notices().forEach((holder, notice) -> {
            Telling last = tellings.get(holder);
            if (last != null && (!last.done.isDone() || now - last.sinceNanos < TELL_AGAIN_NANOS)) {
                notice.release();
            } else {
                Future<?> done = threads.submit(() -> tell(holder, notice));
                tellings.put(holder, new Telling(done, now));
                begun.add(done);
            }
        });
        await(begun);
    }

    private void tell(ProcessRef holder, Forwarding.Notice notice) {
        List<Frame> places = notice.places().stream().map(Frame::adopt).toList(); // with the notice's references
        try {
            // Not work, which ends when it is answered, but a message with a transfer of its own: the handles in it are
            // held from here until the holder's own holds have arrived where the data is now.
            Parcel parcel = space.pack(new FrameRequest.Moved(notice.numbers(), places), Packing.Way.PLACED, 0, holder);
            client.ask(holder, parcel);
        } catch (KilnException e) {
            return; // it is gone, or this party ends: who still holds something then is told again, or has lost it
        } catch (RuntimeException e) { // the others are to be told all the same, and this one again
            LOG.log(System.Logger.Level.WARNING, holder + " did not take that its frames have moved", e);
        } finally {
            places.forEach(Frame::close);
        }
    }

    private static void await(List<Future<?>> begun) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        for (Future<?> one : begun) {
            try {
                one.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                return; // it goes on, and the next round does not tell that holder once more
            } catch (ExecutionException e) {
                throw new IllegalStateException("a holder could not be told that its frames have moved", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new QueryInterrupted("interrupted while frames were moved", e);
            }
        }
    }

    /** Ends what is under way. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
