package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.frame.spi.Peers;
import dev.kiln.gc.Applied;
import dev.kiln.gc.Holdings;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.Update;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who holds what here: {@link Holdings}, and the data behind their numbers. What is held of others: {@link Elsewhere}.
 *
 * <p>Any thread. One lock guards everything; data is released, and peers are told, outside of it.
 */
final class Books {

    /** So many leases what an ended party had passed on lingers: see {@link Holdings}. */
    private static final int ESTATE_LEASES = 2;

    private final ProcessRef self;
    private final Peers peers;
    private final LongSupplier nanos;

    private final Object lock = new Object();
    private final Holdings holdings;
    private final Forwarding forwarding = new Forwarding();

    private final Residents residents = new Residents();

    /** What work that is on its way offers to be fetched; the references are the parcels'. */
    private final Map<Long, Table> offers = new HashMap<>();

    private long lastNumber;
    private @Nullable KilnException closed;

    /** @param nanos a monotonic clock */
    Books(ProcessRef self, Duration lease, Peers peers, LongSupplier nanos) {
        this.self = self;
        this.peers = peers;
        this.nanos = nanos;
        this.holdings = new Holdings(self, lease, lease.multipliedBy(ESTATE_LEASES));
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
            Leaf moved = forwarding.placeOf(number);
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

    /**
     * A table that others hold here.
     *
     * @param holders who hold it, or are about to receive it
     */
    record Held(long number, Table table, Set<ProcessRef> holders) {}

    /** All of them, each with a reference for the caller. */
    List<Held> held() {
        synchronized (lock) {
            Map<Long, Set<ProcessRef>> holders = holdings.holders();
            List<Held> held = new ArrayList<>();
            residents.tables().forEach((number, table) -> {
                table.retain();
                held.add(new Held(number, table, holders.getOrDefault(number, Set.of())));
            });
            return held;
        }
    }

    long residentCount() {
        synchronized (lock) {
            return residents.size();
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

    // ---- when this party is about to end

    /** From now on nothing is to stay here. */
    void leave() {
        synchronized (lock) {
            forwarding.leave();
        }
    }

    boolean leaving() {
        synchronized (lock) {
            return forwarding.leaving();
        }
    }

    /** The tables that others hold here and that have not moved, each with a reference for the caller. */
    Map<Long, Table> unmoved() {
        synchronized (lock) {
            Map<Long, Table> unmoved = new LinkedHashMap<>();
            residents.tables().forEach((number, table) -> {
                if (forwarding.placeOf(number) == null) {
                    table.retain();
                    unmoved.put(number, table);
                }
            });
            return unmoved;
        }
    }

    /** How many values others hold here. */
    long residentValues() {
        synchronized (lock) {
            return residents.values();
        }
    }

    /** The table with this number is at that place, too. Takes over the reference. */
    void moved(long number, RemoteTable place) {
        @Nullable RemoteTable unneeded;
        synchronized (lock) {
            unneeded = residents.contains(number) ? forwarding.moved(number, place) : place;
        }
        if (unneeded != null) {
            unneeded.release();
        }
    }

    /** Who is to be told of what has moved; the references are the caller's. */
    Map<ProcessRef, Forwarding.Notice> notices() {
        synchronized (lock) {
            return forwarding.notices(holdings);
        }
    }

    // ---- messages

    void on(Update update) {
        Applied applied;
        List<Asset> freed;
        synchronized (lock) {
            applied = holdings.on(update, nanos.getAsLong());
            freed = remove(applied.freed());
        }
        peers.tell(update.holder(), applied.reply());
        freed.forEach(Asset::release);
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

    /** What only that party held is released. */
    void gone(ProcessRef party) {
        List<Asset> freed;
        synchronized (lock) {
            residents.tables().values().forEach(table -> table.storage().unpin(party));
            freed = remove(holdings.gone(party, nanos.getAsLong()));
        }
        freed.forEach(Asset::release);
    }

    Set<ProcessRef> holders() {
        synchronized (lock) {
            return holdings.parties();
        }
    }

    /** Takes out what nobody holds any more; the caller gets the references, to release them without the lock. */
    private List<Asset> remove(Collection<Long> freed) {
        List<Asset> assets = new ArrayList<>();
        for (Long number : freed) {
            Asset asset = residents.remove(number);
            if (asset != null) {
                assets.add(asset);
                Leaf place = forwarding.freed(number);
                if (place != null) {
                    assets.add(place);
                }
            }
        }
        return assets;
    }

    /** Ends everything: what stayed here is released. Idempotent, the first cause stays. */
    void close(KilnException cause) {
        List<Asset> freed;
        synchronized (lock) {
            if (closed != null) {
                return;
            }
            closed = cause;
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
