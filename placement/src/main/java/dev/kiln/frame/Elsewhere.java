package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.frame.spi.Peers;
import dev.kiln.gc.Acknowledged;
import dev.kiln.gc.Addressed;
import dev.kiln.gc.Handles;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.ResourceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What this party holds of others: its handles, and what their owners are told of them.
 *
 * <p>Any thread. One lock guards everything; data is released, and peers are told, outside of it.
 */
final class Elsewhere {

    /** Updates that were not acknowledged for so long are told again: a link may have lost them. */
    private static final long RESEND_NANOS = Duration.ofSeconds(2).toNanos();

    private final Peers peers;
    private final LongSupplier nanos;

    /** Taken before {@link #lock}, so that what one flush takes out is told before what the next one does. */
    private final Object outbox = new Object();

    private final Object lock = new Object();
    private final Seats seats;
    private final Handles handles;
    private final Map<ProcessRef, Long> toldAtNanos = new HashMap<>();
    private boolean closed;

    /** @param nanos a monotonic clock */
    Elsewhere(ProcessRef self, Peers peers, LongSupplier nanos) {
        this.peers = peers;
        this.nanos = nanos;
        this.seats = new Seats(self);
        this.handles = seats.handles();
    }

    /** A handle has been read, on copies at these places: it is counted at each. Its end is to be told by {@link #closed}. */
    List<Seat> opened(List<ResourceId> ids) {
        synchronized (lock) {
            List<Seat> opened = new ArrayList<>(ids.size());
            for (ResourceId id : ids) {
                opened.add(seats.opened(id));
            }
            return opened;
        }
    }

    /**
     * A handle is about to be named in a message: what names it there, with a reference for the caller. It stays on the places
     * where the copies are now, so that they answer for the data until the message has been read. The data itself if a copy has
     * come here.
     *
     * @param tie one that does not follow
     */
    Leaf named(RemoteTable handle, Tie tie) {
        synchronized (lock) {
            Table here = handle.here();
            if (here != null) {
                here.retain();
                return here;
            }
            List<Seat> named = new ArrayList<>();
            for (Seat place : handle.places()) {
                named.add(seats.named(place, tie));
            }
            return new RemoteTable(handle.space(), named, tie, handle.facts());
        }
    }

    /** The same for a value, which never moves. */
    RemoteValue named(RemoteValue handle, Tie tie) {
        synchronized (lock) {
            return new RemoteValue(handle.space(), seats.named(handle.seat(), tie), tie, handle.type());
        }
    }

    /** A handle on a value has been read: it is counted. Its end is to be told by {@link #closed(RemoteValue)}. */
    Seat opened(ResourceId value) {
        return opened(List.of(value)).getFirst();
    }

    void closed(RemoteValue handle) {
        closed(List.of(handle.seat()), handle.tie());
    }

    void closed(RemoteTable handle) {
        closed(handle.seats(), handle.tie());
    }

    private void closed(List<Seat> of, Tie tie) {
        List<Leaf> freed = new ArrayList<>(0);
        synchronized (lock) {
            for (Seat seat : of) {
                seats.closed(seat, tie, freed);
            }
        }
        freed.forEach(Asset::release);
    }

    /** The owner of {@code from} tells where it has moved: a handle on another party, or a table of this one's. */
    void moved(ResourceId from, Leaf place) {
        List<Leaf> freed = new ArrayList<>(0);
        synchronized (lock) {
            switch (place) {
                case RemoteTable handle -> seats.moved(from, handle.id(), freed);
                case Table table -> seats.moved(from, table, freed);
            }
        }
        freed.forEach(Asset::release);
    }

    /** On how many resources of others there is a handle here. */
    int size() {
        synchronized (lock) {
            return handles.size();
        }
    }

    void arrived(ProcessRef sender, long transfer, Collection<ResourceId> named) {
        synchronized (lock) {
            handles.arrived(sender, transfer, named);
        }
    }

    void refused(ProcessRef sender, long transfer) {
        synchronized (lock) {
            handles.refused(sender, transfer);
        }
    }

    // ---- messages

    /** Runs what closes handles, then tells each owner once, so that no other flush tells a part of it. */
    void together(Runnable closing) {
        synchronized (outbox) {
            closing.run();
            flush();
        }
    }

    /** Tells what has changed since the last time. */
    void flush() {
        // What is taken out first is told first: both under the outbox, none of it under the lock.
        synchronized (outbox) {
            List<Addressed> news = new ArrayList<>();
            synchronized (lock) {
                if (closed) {
                    return;
                }
                long now = nanos.getAsLong();
                addOverdue(news, now);
                for (Addressed addressed : handles.flush()) {
                    news.add(addressed);
                    toldAtNanos.put(addressed.to(), now);
                }
            }
            for (Addressed addressed : news) {
                peers.tell(addressed.to(), addressed.update());
            }
        }
    }

    private void addOverdue(List<Addressed> news, long now) {
        for (Iterator<Map.Entry<ProcessRef, Long>> each = toldAtNanos.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<ProcessRef, Long> told = each.next();
            if (now - told.getValue() > RESEND_NANOS) {
                List<Addressed> again = handles.unacknowledged(told.getKey());
                if (again.isEmpty()) {
                    each.remove();
                } else {
                    news.addAll(again);
                    told.setValue(now);
                }
            }
        }
    }

    void on(Acknowledged ack) {
        synchronized (lock) {
            handles.on(ack);
        }
    }

    void gone(ProcessRef party, KilnException cause) {
        synchronized (lock) {
            seats.gone(party, cause);
            toldAtNanos.remove(party);
        }
    }

    /** Every handle is lost with this cause; nothing is told any more. Idempotent, the first cause stays. */
    void close(KilnException cause) {
        synchronized (lock) {
            if (!closed) {
                closed = true;
                seats.close(cause);
            }
        }
    }
}
