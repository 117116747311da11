package dev.kiln.gc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A holder's book on one owner: its handles there, what to tell the owner next, and what the owner has not confirmed. */
final class OwnerBook {
    private final ProcessRef owner;
    private final Map<Long, Handle> handles = new HashMap<>();
    /** Handles whose count has left or reached zero since the last flush, each once. */
    private final List<Handle> changed = new ArrayList<>();

    private final List<Long> held = new ArrayList<>();
    private final List<Long> lent = new ArrayList<>();
    private final List<Long> released = new ArrayList<>();
    private final List<Long> ended = new ArrayList<>();
    private final ArrayDeque<Update> unacknowledged = new ArrayDeque<>();
    private long sequence;
    private long acknowledged;

    private static final class Handle {
        final Long number;
        int count;
        /** How many messages on their way to others name it. */
        int lent;
        /** The sequence of the first Update that lists it, 0 while the owner knows of no hold. */
        long told;
        /** That of the Update that lists it as lent, 0 while the owner knows of no such thing. */
        long lentTold;

        boolean changed;

        Handle(Long number) {
            this.number = number;
        }
    }

    OwnerBook(ProcessRef owner) {
        this.owner = owner;
    }

    void opened(Long number) {
        Handle handle = handles.computeIfAbsent(number, Handle::new);
        if (handle.count++ == 0) {
            mark(handle);
        }
    }

    void closed(Long number) {
        Handle handle = handles.get(number);
        if (handle == null || handle.count == 0) {
            throw new IllegalStateException("a handle on " + owner + "/" + number
                    + " was closed more often than opened; each opened handle is closed exactly once");
        }
        if (--handle.count == 0) {
            mark(handle);
        }
    }

    /** A message to somebody else is going to name it. It is open, and stays so for as long. */
    void lent(Long number) {
        Handle handle = handles.get(number);
        if (handle == null || handle.count == 0) {
            throw new IllegalStateException("there is no handle on " + owner + "/" + number + " to pass on");
        }
        if (handle.lent++ == 0) {
            mark(handle);
        }
    }

    /** The message has ended. */
    void returned(Long number) {
        Handle handle = handles.get(number);
        if (handle == null || handle.lent == 0) {
            throw new IllegalStateException(owner + "/" + number + " came back more often than it was lent");
        }
        if (--handle.lent == 0) {
            mark(handle);
        }
    }

    /** Whether the owner knows that it is lent. */
    boolean isKnownLent(Long number) {
        Handle handle = handles.get(number);
        return handle != null && handle.lentTold > 0 && hasAcknowledged(handle.lentTold);
    }

    void ended(Long transfer) {
        ended.add(transfer);
    }

    /** Sorts the changes since the last flush. Afterwards every open handle has been told, or is in the next Update. */
    void prepare() {
        for (Handle handle : changed) {
            handle.changed = false;
            if (handle.count == 0) {
                handles.remove(handle.number);
                if (handle.told > 0) {
                    released.add(handle.number);
                }
            } else if (handle.told == 0 || (handle.lent > 0) != (handle.lentTold > 0)) {
                handle.told = handle.told == 0 ? sequence + 1 : handle.told;
                handle.lentTold = handle.lent > 0 ? sequence + 1 : 0;
                (handle.lent > 0 ? lent : held).add(handle.number);
            }
        }
        changed.clear();
    }

    boolean hasNews() {
        return !(held.isEmpty() && lent.isEmpty() && released.isEmpty() && ended.isEmpty());
    }

    /** The next Update: what {@link #prepare} found, and the transfers that ended. Kept until it is acknowledged. */
    Update next(ProcessRef holder) {
        Update update = new Update(holder, ++sequence, held, released, ended, lent);
        held.clear();
        lent.clear();
        released.clear();
        ended.clear();
        unacknowledged.add(update);
        return update;
    }

    /**
     * Which Update the owner has to acknowledge before this process holds the resource in its own right.
     *
     * @return 0 for none: there is no handle, or the hold is acknowledged
     */
    long awaited(Long number) {
        Handle handle = handles.get(number);
        return handle == null || handle.count == 0 || handle.told <= acknowledged ? 0 : handle.told;
    }

    /** Whether the owner has acknowledged that each open handle is held. */
    boolean isSure() {
        return handles.values().stream()
                .noneMatch(handle -> handle.count > 0 && (handle.told == 0 || handle.told > acknowledged));
    }

    /** The sequence that {@link #next} will give. */
    long nextSequence() {
        return sequence + 1;
    }

    boolean hasAcknowledged(long sequence) {
        return sequence <= acknowledged;
    }

    void acknowledged(long upTo) {
        acknowledged = Math.max(acknowledged, Math.min(upTo, sequence));
        while (!unacknowledged.isEmpty()
                && hasAcknowledged(unacknowledged.element().sequence())) {
            unacknowledged.remove();
        }
    }

    List<Addressed> unacknowledged() {
        return unacknowledged.stream()
                .map(update -> new Addressed(owner, update))
                .toList();
    }

    ProcessRef owner() {
        return owner;
    }

    long count(Long number) {
        Handle handle = handles.get(number);
        return handle == null ? 0 : handle.count;
    }

    int open() {
        return Math.toIntExact(
                handles.values().stream().filter(handle -> handle.count > 0).count());
    }

    /** Whether the next flush has something to say. */
    boolean hasUnsaid() {
        return !changed.isEmpty() || hasNews();
    }

    HolderStanding standing() {
        if (!unacknowledged.isEmpty()) {
            return HolderStanding.SAID;
        }
        return handles.isEmpty() ? HolderStanding.NOTHING : HolderStanding.HOLDING;
    }

    private void mark(Handle handle) {
        if (!handle.changed) {
            handle.changed = true;
            changed.add(handle);
        }
    }
}
