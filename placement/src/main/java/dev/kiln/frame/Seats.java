package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.gc.Handles;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.ResourceId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this process holds of others: one {@link Seat} for each resource on which it has handles, and the {@link Handles} that
 * tell their owners. A seat is held from its first handle to its last, whether they follow a move or stay. All under
 * the lock of the {@link Books}.
 */
final class Seats {

    /** So many parties that are gone are remembered with their cause. */
    private static final int MAX_GONE = 1024;

    private final ProcessRef self;
    private final Handles handles;
    private final Map<ResourceId, Seat> open = new HashMap<>();
    private final Map<ProcessRef, Fate> fates = new HashMap<>();
    private final Map<ProcessRef, Fate> gone = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ProcessRef, Fate> eldest) {
            return size() > MAX_GONE;
        }
    };
    private @Nullable KilnException closed;

    Seats(ProcessRef self) {
        this.self = self;
        this.handles = new Handles(self);
    }

    /** What is told to the owners. */
    Handles handles() {
        return handles;
    }

    /** One more handle on it, which follows. */
    Seat opened(ResourceId id) {
        Seat seat = seat(id).last(); // of one that has moved, only the handles that stay are left
        seat.open(Tie.FOLLOWS);
        return seat;
    }

    /**
     * One more handle on where this copy is now, for a message that names it.
     *
     * @param tie one that does not follow
     */
    Seat named(Seat seat, Tie tie) {
        Seat at = seat(seat.last().id());
        at.open(tie);
        if (tie == Tie.LENT) {
            handles.lent(at.id());
        }
        return at;
    }

    private Seat seat(ResourceId id) {
        return open.computeIfAbsent(id, key -> {
            handles.opened(key);
            return new Seat(key, fate(key.owner()));
        });
    }

    /**
     * One handle less.
     *
     * @param tie how it was counted
     * @param freed takes what is to be released without the lock
     */
    void closed(Seat seat, Tie tie, List<Leaf> freed) {
        Seat at = tie.follows() ? seat.last() : seat;
        if (tie == Tie.LENT) {
            handles.returned(at.id());
        }
        if (at.close(tie)) {
            forget(at, freed);
        }
    }

    private void forget(Seat seat, List<Leaf> freed) {
        Table here = seat.here();
        if (here != null) {
            freed.add(here);
        } else if (open.remove(seat.id(), seat)) {
            handles.closed(seat.id());
        }
        if (seat.hasMoved()) {
            closed(seat, Tie.FOLLOWS, freed);
        }
    }

    /**
     * A copy has moved. The handles that follow are on {@code to} before they are no longer on {@code from}: at no time is
     * neither held. Without handles on {@code from}, nothing changes: whoever opens one later is told again.
     */
    void moved(ResourceId from, ResourceId to, List<Leaf> freed) {
        Seat old = open.get(from);
        if (old != null) {
            Seat next = seat(to);
            next.open(Tie.FOLLOWS); // it may be new: held while it is looked at
            moved(old, next.last(), freed);
            closed(next, Tie.FOLLOWS, freed);
        }
    }

    /** A copy has moved to this very process, as {@code table}. */
    void moved(ResourceId from, Table table, List<Leaf> freed) {
        Seat old = open.get(from);
        if (old != null) {
            table.retain();
            Seat next = new Seat(new ResourceId(self, from.number()), new Fate(), table);
            next.open(Tie.FOLLOWS);
            moved(old, next, freed);
            closed(next, Tie.FOLLOWS, freed);
        }
    }

    private void moved(Seat old, Seat next, List<Leaf> freed) {
        Seat at = old.last();
        boolean again = at != old && at.lost() == null; // told twice, or in vain: one move is enough
        if (again || next == at) {
            return;
        }
        at.moveTo(next); // where the place it had moved to is lost, that has moved on, so to say
        if (at.isUnused()) {
            forget(at, freed);
        }
    }

    private Fate fate(ProcessRef party) {
        Fate known = gone.get(party);
        if (known != null) {
            return known;
        }
        return closed != null ? new Fate(closed) : fates.computeIfAbsent(party, key -> new Fate());
    }

    /** A party has ended: all on it is lost. */
    void gone(ProcessRef party, KilnException cause) {
        Fate fate = fates.remove(party);
        if (fate == null) {
            fate = gone.getOrDefault(party, new Fate());
        }
        fate.gone(cause);
        gone.put(party, fate);
        handles.gone(party);
    }

    /** Everything is lost. */
    void close(KilnException cause) {
        closed = cause;
        fates.values().forEach(fate -> fate.gone(cause));
    }
}
