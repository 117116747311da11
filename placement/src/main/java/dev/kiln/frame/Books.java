package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.frame.spi.Peers;
import dev.kiln.gc.Acknowledged;
import dev.kiln.gc.Addressed;
import dev.kiln.gc.Applied;
import dev.kiln.gc.GcMessage;
import dev.kiln.gc.Handles;
import dev.kiln.gc.Holdings;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.ResourceId;
import dev.kiln.gc.Update;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who holds what here, and what is held elsewhere: {@link Holdings} and {@link Handles}, and the data behind their numbers.
 *
 * <p>Any thread. One lock guards everything; data is released, and peers are told, outside of it.
 */
final class Books {

    /** Updates that were not acknowledged for so long are told again: a link may have lost them. */
    private static final long RESEND_NANOS = Duration.ofSeconds(2).toNanos();

    private final ProcessRef self;
    private final Peers peers;
    private final LongSupplier nanos;

    /** Taken before {@link #lock}, so that what one flush takes out is told before what the next one does. */
    private final Object outbox = new Object();

    private final Object lock = new Object();
    private final Holdings holdings;
    private final Seats seats;
    private final Handles handles;
    private final Forwarding moves = new Forwarding();

    private final Residents residents = new Residents();

    /** What work that is on its way offers to be fetched; the references are the parcels'. */
    private final Map<Long, Table> offers = new HashMap<>();

    private final Map<ProcessRef, Long> toldAtNanos = new HashMap<>();

    private long lastNumber;
    private @Nullable KilnException closed;

    /** @param nanos a monotonic clock */
    Books(ProcessRef self, Duration lease, Peers peers, LongSupplier nanos) {
        this.self = self;
        this.peers = peers;
        this.nanos = nanos;
        this.holdings = new Holdings(self, lease);
        this.seats = new Seats(self);
        this.handles = seats.handles();
    }

    // ---- what others hold here

    /**
     * Registers what a message to {@code receiver} names; to be called before it is sent.
     *
     * @param stays tables and values that stay here
     * @param passing other assets that must live until the message has been read: handles that are passed on, data that
     *     is fetched. Each gets a number of its own, which is freed when the message has been read, whatever became of it
     *     (see {@link Holdings}, "Passing a handle on")
     * @return the numbers, of {@code stays}, then of {@code passing}, then that of the message
     */
    List<Long> place(List<? extends Asset> stays, List<? extends Asset> passing, ProcessRef receiver) {
        synchronized (lock) {
            refuseWhenClosed();
            long now = nanos.getAsLong();
            long transfer = ++lastNumber;
            List<Long> given = new ArrayList<>();
            for (Asset asset : stays) {
                Long number = residents.numberOf(asset);
                if (number == null) {
                    number = ++lastNumber;
                    residents.stay(number, asset);
                }
                given.add(number);
            }
            for (Asset asset : passing) {
                long number = ++lastNumber;
                residents.keep(number, asset);
                given.add(number);
            }
            for (Long number : given) {
                holdings.placed(number, receiver, transfer, now);
            }
            given.add(transfer);
            return given;
        }
    }

    /** Lets whoever reads a piece of work fetch these tables until {@link #withdraw}; the references stay the caller's. */
    List<Long> offer(List<Table> tables) {
        synchronized (lock) {
            refuseWhenClosed();
            List<Long> given = new ArrayList<>();
            for (Table table : tables) {
                offers.put(++lastNumber, table);
                given.add(lastNumber);
            }
            return given;
        }
    }

    void withdraw(Collection<Long> offered) {
        synchronized (lock) {
            offers.keySet().removeAll(offered);
        }
    }

    /** The table with this number, with a reference for the caller; null if nobody holds it any more. */
    @Nullable
    Table take(long number) {
        synchronized (lock) {
            Table table = residents.get(number) instanceof Table resident ? resident : offers.get(number);
            if (table != null) {
                table.retain();
            }
            return table;
        }
    }

    /** The same for what may have moved away: then a handle on where it is now. */
    @Nullable
    Leaf find(long number) {
        synchronized (lock) {
            Leaf moved = moves.placeOf(number);
            if (moved == null) {
                return take(number);
            }
            moved.retain();
            return moved;
        }
    }

    /** The value with this number, with a reference for the caller; null if nobody holds it any more. */
    @Nullable
    LocalValue takeValue(long number) {
        synchronized (lock) {
            LocalValue value = residents.get(number) instanceof LocalValue resident ? resident : null;
            if (value != null) {
                value.retain();
            }
            return value;
        }
    }

    /** The values that others held here until they let go of them. */
    LeftValues left() {
        return residents.left();
    }

    long residentCount() {
        synchronized (lock) {
            return residents.size();
        }
    }

    int heldElsewhere() {
        synchronized (lock) {
            return handles.size();
        }
    }

    boolean isResident(long number) {
        synchronized (lock) {
            return residents.contains(number);
        }
    }

    long residentBytes() {
        synchronized (lock) {
            return residents.bytes();
        }
    }

    // ---- what is held elsewhere

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
     * where the copies are now, so that they answer for the data until the message has been read. The data itself if a copy
     * has come here.
     */
    Leaf pinned(RemoteTable handle) {
        synchronized (lock) {
            Table here = handle.here();
            if (here != null) {
                here.retain();
                return here;
            }
            List<Seat> pins = new ArrayList<>();
            for (Seat place : handle.places()) {
                pins.add(seats.pinned(place));
            }
            return new RemoteTable(handle.space(), pins, true, handle.facts());
        }
    }

    /** A handle on a value has been read: it is counted. Its end is to be told by {@link #closed(Seat)}. */
    Seat opened(ResourceId value) {
        return opened(List.of(value)).getFirst();
    }

    /** The end of a handle on a value, which follows. */
    void closed(Seat value) {
        closed(List.of(value), false);
    }

    void closed(RemoteTable handle) {
        closed(handle.seats(), handle.isPinned());
    }

    private void closed(List<Seat> of, boolean pinned) {
        List<Leaf> freed = new ArrayList<>(0);
        synchronized (lock) {
            for (Seat seat : of) {
                seats.closed(seat, pinned, freed);
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
    int handleCount() {
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

    // ---- when this party is about to end

    /** From now on nothing is to stay here. */
    void leave() {
        synchronized (lock) {
            moves.leave();
        }
    }

    boolean leaving() {
        synchronized (lock) {
            return moves.leaving();
        }
    }

    /** The tables that others hold here and that have not moved, each with a reference for the caller. */
    Map<Long, Table> unmoved() {
        synchronized (lock) {
            Map<Long, Table> unmoved = new LinkedHashMap<>();
            residents.tables().forEach((number, table) -> {
                if (moves.placeOf(number) == null) {
                    table.retain();
                    unmoved.put(number, table);
                }
            });
            return unmoved;
        }
    }

    /** The table with this number is at that place, too. Takes over the reference. */
    void moved(long number, RemoteTable place) {
        @Nullable RemoteTable unneeded;
        synchronized (lock) {
            unneeded = residents.contains(number) ? moves.moved(number, place) : place;
        }
        if (unneeded != null) {
            unneeded.release();
        }
    }

    /** Who is to be told of what has moved; the references are the caller's. */
    Map<ProcessRef, Forwarding.Notice> notices() {
        synchronized (lock) {
            return moves.notices(holdings);
        }
    }

    // ---- messages

    /** Tells what has changed since the last time. */
    void flush() {
        // What is taken out first is told first: both under the outbox, none of it under the lock.
        synchronized (outbox) {
            List<Addressed> news = new ArrayList<>();
            synchronized (lock) {
                if (closed != null) {
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

    void on(GcMessage message) {
        switch (message) {
            case Update update -> {
                Applied applied;
                List<Asset> freed;
                synchronized (lock) {
                    applied = holdings.on(update, nanos.getAsLong());
                    freed = remove(applied.freed());
                }
                peers.tell(update.holder(), applied.reply());
                freed.forEach(Asset::release);
            }
            case Acknowledged ack -> {
                if (ack.fenced() && ack.holder().equals(self)) {
                    // The owner has freed what this party held there, and will never hear it again in this life.
                    gone(ack.owner(), new FrameLost(ack.owner() + " has not heard of " + self + " for too long", null));
                } else {
                    synchronized (lock) {
                        handles.on(ack);
                    }
                }
            }
        }
    }

    /** Ends the holders that were silent for too long. */
    void expire() {
        List<Asset> freed;
        synchronized (lock) {
            freed = remove(holdings.expire(nanos.getAsLong()));
        }
        freed.forEach(Asset::release);
    }

    void heard(ProcessRef holder) {
        synchronized (lock) {
            holdings.heard(holder, nanos.getAsLong());
        }
    }

    void gone(ProcessRef party, KilnException cause) {
        List<Asset> freed;
        synchronized (lock) {
            seats.gone(party, cause);
            toldAtNanos.remove(party);
            freed = remove(holdings.gone(party));
        }
        freed.forEach(Asset::release);
    }

    /** Takes out what nobody holds any more; the caller gets the references, to release them without the lock. */
    private List<Asset> remove(Collection<Long> freed) {
        List<Asset> assets = new ArrayList<>();
        for (Long number : freed) {
            Asset asset = residents.remove(number);
            if (asset != null) {
                assets.add(asset);
                Leaf place = moves.freed(number);
                if (place != null) {
                    assets.add(place);
                }
            }
        }
        return assets;
    }

    /** Ends everything: handles are lost with this cause, what stayed here is released. Idempotent, the first cause stays. */
    void close(KilnException cause) {
        List<Asset> freed;
        synchronized (lock) {
            if (closed != null) {
                return;
            }
            closed = cause;
            seats.close(cause);
            freed = remove(residents.numbers());
            offers.clear();
        }
        freed.forEach(Asset::release);
    }

    private void refuseWhenClosed() {
        if (closed != null) {
            throw new FrameLost(self + " takes no part any more: " + closed.getMessage(), closed);
        }
    }
}
