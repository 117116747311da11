package dev.kiln.gc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The holder's side: what this process holds of others.
 *
 * <pre>{@code
 * handles.opened(id);                                // for each handle in a message that was read
 * handles.arrived(sender, transfer, ids);            // then, once for the message
 * handles.closed(id);                                // any time later
 * handles.flush().forEach(this::send);               // every now and then, and before a result is sent
 * handles.on(acknowledged);
 * handles.unacknowledged(owner).forEach(this::send); // after a reconnect, or when an acknowledgement is overdue
 * }</pre>
 *
 * <p>Only the first handle on a resource and the end of the last one are told, and only what is left of them at the
 * next {@link #flush}: a hold and its release in between leave nothing, and neither does a release followed by another
 * opening. A hundred thousand closed handles are one Update per owner.
 *
 * <p><b>Third parties.</b> That a message has been read is told to its sender, whose transit holds then end, together
 * with the holds on the sender's own resources. If it also named resources of other owners, the sender keeps those
 * alive by its own handles, so it is told only when these owners have acknowledged this process's holds. It also waits
 * where a hold on one of the sender's own resources travels in an earlier Update, which a later one may overtake.
 *
 * <p><b>What the caller owes.</b> Links lose messages when they break, so everything unacknowledged goes out again after
 * a reconnect. An owner that stays silent for ever is to be declared {@link #gone} at some time, be it when the lease
 * there has run out: transfers that wait for it keep their senders' resources alive until then.
 *
 * <p>Resources of this very process need no hold: {@link #opened} and {@link #closed} ignore them, and {@link #arrived}
 * does not wait for them. So it is for owners that are {@link #gone}.
 *
 * <p>Not thread-safe.
 */
public final class Handles {
    /** So many ended owners are remembered, the oldest given up first. */
    private static final int MAX_GONE = 65_536;

    private final ProcessRef self;
    private final Map<ProcessRef, OwnerBook> books = new LinkedHashMap<>();
    private final Set<ProcessRef> gone = new LinkedHashSet<>();
    private final List<Arrival> arrivals = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();

    private record Arrival(ProcessRef sender, long transfer, List<ResourceId> named) {}

    /** @param awaited owner to the Update that it has to acknowledge before the transfer may end */
    private record Waiting(ProcessRef sender, long transfer, Map<ProcessRef, Long> awaited) {}

    /** @param self the holder, in whose name Updates are written */
    public Handles(ProcessRef self) {
        this.self = self;
    }

    /** One more local handle on this resource. */
    public void opened(ResourceId id) {
        if (isRemote(id)) {
            book(id.owner()).opened(id.number());
        }
    }

    /**
     * One local handle less.
     *
     * @throws IllegalStateException if none was open
     */
    public void closed(ResourceId id) {
        OwnerBook book = books.get(id.owner());
        if (book != null) {
            book.closed(id.number());
        }
    }

    /**
     * A message of this process to a third one is going to name this resource, on which a handle was {@link #opened} that stays
     * open until that has {@linkplain #returned ended}. The message may leave once the owner {@link #knowsLent}.
     */
    public void lent(ResourceId id) {
        if (isRemote(id)) {
            book(id.owner()).lent(id.number());
        }
    }

    /** That message has been read, or will not be; to be called before the handle is {@link #closed}. */
    public void returned(ResourceId id) {
        OwnerBook book = books.get(id.owner());
        if (book != null) {
            book.returned(id.number());
        }
    }

    /**
     * Whether the owner has acknowledged that this is lent, and so keeps it for the receiver for a while if this process ends.
     * Also true where nobody is to know: of resources of this process, and of owners that are gone.
     */
    public boolean knowsLent(ResourceId id) {
        OwnerBook book = isRemote(id) ? books.get(id.owner()) : null;
        return book == null || book.isKnownLent(id.number());
    }

    /**
     * A message was read, and its handles were opened before this call: it ends at its sender with one of the next
     * flushes.
     *
     * @param transfer the sender's number of the message
     * @param named every resource in it, also those whose handles have been closed again
     */
    public void arrived(ProcessRef sender, long transfer, Collection<ResourceId> named) {
        if (!gone.contains(sender)) {
            arrivals.add(new Arrival(sender, transfer, List.copyOf(named)));
        }
    }

    /** A message will not be read: it ends at its sender with the next flush. No handle of it may have been opened. */
    public void refused(ProcessRef sender, long transfer) {
        arrived(sender, transfer, List.of());
    }

    /** What the owners do not know yet, at most one Update for each; empty when nothing has changed. */
    public List<Addressed> flush() {
        books.values().forEach(OwnerBook::prepare);
        for (Arrival arrival : arrivals) {
            Map<ProcessRef, Long> awaited = awaited(arrival);
            waiting.add(new Waiting(arrival.sender(), arrival.transfer(), awaited));
        }
        arrivals.clear();
        waiting.removeIf(this::endIfDue);
        List<Addressed> news = new ArrayList<>();
        for (OwnerBook book : books.values()) {
            if (book.hasNews()) {
                news.add(new Addressed(book.owner(), book.next(self)));
            }
        }
        return news;
    }

    /**
     * An owner tells how far it has come. If it says that this incarnation is fenced, all is lost there, as with {@link
     * #gone}; see {@link Acknowledged#fenced}. Strays, for another life of this process or from an owner that is gone,
     * change nothing.
     */
    public void on(Acknowledged ack) {
        if (!ack.holder().equals(self)) {
            return;
        }
        if (ack.fenced()) {
            gone(ack.owner());
            return;
        }
        OwnerBook book = books.get(ack.owner());
        if (book != null) {
            book.acknowledged(ack.upTo());
        }
    }

    /** What this owner was told and has not acknowledged, the oldest first. Sending it again does no harm. */
    public List<Addressed> unacknowledged(ProcessRef owner) {
        OwnerBook book = books.get(owner);
        return book == null ? List.of() : book.unacknowledged();
    }

    /**
     * This owner has ended, or has fenced this process: every handle on its resources is lost, nothing more is sent to
     * it, and what waited for it does not wait any longer. Handles on it may still be closed.
     */
    public void gone(ProcessRef owner) {
        books.remove(owner);
        arrivals.removeIf(arrival -> arrival.sender().equals(owner));
        waiting.removeIf(transfer -> transfer.sender().equals(owner));
        gone.add(owner);
        if (gone.size() > MAX_GONE) {
            gone.remove(gone.iterator().next());
        }
    }

    /** Whether {@link #gone} was said of this owner, or it has fenced this process. */
    public boolean isGone(ProcessRef owner) {
        return gone.contains(owner);
    }

    /** How many local handles are open on this resource; 0 for those of this process and of owners that are gone. */
    public long count(ResourceId id) {
        OwnerBook book = books.get(id.owner());
        return book == null ? 0 : book.count(id.number());
    }

    /** On how many resources of others there is an open handle. */
    public int size() {
        return books.values().stream().mapToInt(OwnerBook::open).sum();
    }

    /**
     * Whether a message of this sender has been read whose end is not in an Update yet. Until it is, other owners may keep what
     * it names for the sender's sake alone: whoever is not sure of its lease with the sender is not sure of that, either.
     */
    public boolean owesEnd(ProcessRef sender) {
        return arrivals.stream().anyMatch(arrival -> arrival.sender().equals(sender))
                || waiting.stream().anyMatch(transfer -> transfer.sender().equals(sender));
    }

    /**
     * Whether the owner has acknowledged every hold of this process, so that it keeps them for as long as it hears of it. A lease
     * that runs out before is over for good: the owner watches nobody who holds nothing there, as far as it knows, so it
     * would renew the lease at any time.
     */
    public boolean isSure(ProcessRef owner) {
        OwnerBook book = books.get(owner);
        return book == null || book.isSure();
    }

    /** How many messages were read without their sender having been told. */
    public int waiting() {
        return arrivals.size() + waiting.size();
    }

    /** How many Updates no owner has acknowledged yet. */
    public int unacknowledgedUpdates() {
        return books.values().stream()
                .mapToInt(book -> book.unacknowledged().size())
                .sum();
    }

    /** How this holder stands to an owner. */
    HolderStanding standing(ProcessRef owner) {
        if (gone.contains(owner)) {
            return HolderStanding.LOST;
        }
        OwnerBook book = books.get(owner);
        if (book == null) {
            return HolderStanding.NOTHING;
        }
        boolean unsaid = book.hasUnsaid()
                || arrivals.stream().anyMatch(arrival -> arrival.sender().equals(owner));
        return unsaid ? HolderStanding.UNSAID : book.standing();
    }

    private boolean isRemote(ResourceId id) {
        return !id.owner().equals(self) && !gone.contains(id.owner());
    }

    private OwnerBook book(ProcessRef owner) {
        return books.computeIfAbsent(owner, OwnerBook::new);
    }

    /** Called between prepare() and next(): every open handle has been told by now, or is in the next Update. */
    private Map<ProcessRef, Long> awaited(Arrival arrival) {
        Map<ProcessRef, Long> awaited = new HashMap<>();
        boolean together = true;
        for (ResourceId id : arrival.named()) {
            OwnerBook book = books.get(id.owner());
            long sequence = book == null ? 0 : book.awaited(id.number());
            if (book != null && sequence > 0) {
                awaited.merge(id.owner(), sequence, Math::max);
                together &= id.owner().equals(arrival.sender()) && sequence == book.nextSequence();
            }
        }
        // All these holds and the end fit into one Update, which is applied as a whole. An end that travels in a later
        // Update than a hold has to wait for it, also if both go to the same owner: it may arrive first.
        return together ? Map.of() : awaited;
    }

    private boolean endIfDue(Waiting transfer) {
        boolean due = transfer.awaited().entrySet().stream().allMatch(entry -> {
            OwnerBook book = books.get(entry.getKey());
            return book == null || book.hasAcknowledged(entry.getValue());
        });
        if (due) {
            book(transfer.sender()).ended(transfer.transfer());
        }
        return due;
    }
}
