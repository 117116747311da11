package dev.kiln.gc;

import dev.kiln.gc.Coverage.HolderEvent;
import dev.kiln.gc.Coverage.OwnerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The protocol as a simulated process uses it: the machines that are published, with what they meet counted. Tests that show
 * what the simulator finds override one of these methods each.
 */
class Rules {
    /**
     * How many leases what an ended process had lent lingers. Its receiver may trust it for nearly one lease more, read then,
     * and trust its own lease with the owner for another one before its hold has arrived.
     */
    static final int ESTATE_LEASES = 2;

    final Holdings holdings;
    final Handles handles;
    private final Coverage coverage;

    Rules(ProcessRef self, boolean thirdParties, Coverage coverage) {
        Duration estate = Duration.ofNanos(thirdParties ? (long) ESTATE_LEASES * Party.LEASE : 0);
        this.holdings = new Holdings(self, Duration.ofNanos(Party.LEASE), estate);
        this.handles = new Handles(self);
        this.coverage = coverage;
    }

    /** Makes those of one process. */
    interface Maker {
        Rules of(ProcessRef self, boolean thirdParties, Coverage coverage);
    }

    // ---- the owner's side

    void placed(long resource, ProcessRef receiver, long transfer, long now) {
        coverage.saw(holdings.standing(receiver), OwnerEvent.PLACED);
        holdings.placed(resource, receiver, transfer, now);
    }

    Applied on(Update update, long now) {
        Standing before = holdings.standing(update.holder());
        long upTo = holdings.upTo(update.holder());
        Applied applied = holdings.on(update, now);
        OwnerEvent event = update.sequence() == upTo + 1 ? OwnerEvent.UPDATE_NEXT : OwnerEvent.UPDATE_AHEAD;
        coverage.saw(before, applied.outcome() == Applied.Outcome.DUPLICATE ? OwnerEvent.UPDATE_AGAIN : event);
        return applied;
    }

    /** A heartbeat; false if this life of the holder is over, which it is to be told. */
    boolean heard(ProcessRef holder, long now) {
        coverage.saw(holdings.standing(holder), OwnerEvent.HEARTBEAT);
        boolean over = holdings.isFenced(holder);
        holdings.heard(holder, now);
        return !over;
    }

    List<Long> ended(ProcessRef holder, long now) {
        coverage.saw(holdings.standing(holder), OwnerEvent.EVIDENCE_OF_END);
        return holdings.gone(holder, now);
    }

    List<Long> expire(long now) {
        List<ProcessRef> known = holdings.known();
        List<Standing> before = known.stream().map(holdings::standing).toList();
        List<Long> freed = holdings.expire(now);
        for (int i = 0; i < known.size(); i++) {
            if (holdings.standing(known.get(i)) != before.get(i)) {
                coverage.saw(before.get(i), OwnerEvent.TIME_OVER);
            }
        }
        return freed;
    }

    /** As whose what comes from a process is taken. */
    ProcessRef speaker(ProcessRef from, @Nullable ProcessRef known) {
        return from;
    }

    // ---- the holder's side

    void opened(ResourceId id) {
        saw(id.owner(), HolderEvent.OPENED);
        handles.opened(id);
    }

    void closed(ResourceId id) {
        saw(id.owner(), HolderEvent.CLOSED);
        handles.closed(id);
    }

    /** A message is going to name it for somebody else; it is open. */
    void lent(ResourceId id) {
        handles.lent(id);
    }

    /** That message has ended; it is closed next. */
    void returned(ResourceId id) {
        handles.returned(id);
    }

    /** Whether a message that names this may leave. */
    boolean mayLeave(ResourceId id) {
        return handles.knowsLent(id);
    }

    /** Whether a message is read although its sender is over, or the lease with it is: its holds may be, too. */
    boolean takesFromTheFenced() {
        return false;
    }

    void arrived(ProcessRef sender, long transfer, Collection<ResourceId> named) {
        saw(sender, HolderEvent.ARRIVED);
        handles.arrived(sender, transfer, named);
    }

    void refused(ProcessRef sender, long transfer) {
        saw(sender, HolderEvent.REFUSED);
        handles.refused(sender, transfer);
    }

    /** Whether a lease with this process protects anything that the machines know of. */
    boolean dependsOn(ProcessRef peer) {
        return handles.owesEnd(peer) || !handles.unacknowledged(peer).isEmpty();
    }

    /** Whether a lease with this owner, once it has run out, may be renewed. */
    boolean mayRenew(ProcessRef owner) {
        return handles.isSure(owner);
    }

    List<Addressed> flush(List<ProcessRef> owners) {
        owners.forEach(owner -> saw(owner, HolderEvent.FLUSHED));
        return handles.flush();
    }

    void on(Acknowledged ack) {
        int before = handles.unacknowledged(ack.owner()).size();
        HolderStanding standing = handles.standing(ack.owner());
        handles.on(ack);
        boolean news = handles.unacknowledged(ack.owner()).size() < before;
        coverage.saw(
                standing,
                ack.fenced() ? HolderEvent.FENCED : news ? HolderEvent.ACKNOWLEDGED : HolderEvent.ACKNOWLEDGED_AGAIN);
    }

    List<Addressed> unacknowledged(ProcessRef owner) {
        saw(owner, HolderEvent.RECONNECTED);
        return handles.unacknowledged(owner);
    }

    void ownerEnded(ProcessRef owner) {
        saw(owner, HolderEvent.OWNER_ENDED);
        handles.gone(owner);
    }

    /** The handles that keep a message's contents alive which are closed with a batch: none. */
    Collection<Long> closedWithABatch(List<Name> members, Collection<Long> pledges) {
        return new ArrayList<>();
    }

    private void saw(ProcessRef owner, HolderEvent event) {
        coverage.saw(handles.standing(owner), event);
    }
}
