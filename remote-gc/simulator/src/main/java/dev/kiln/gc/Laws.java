package dev.kiln.gc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What must hold in a {@link World}. After every step: whatever a process that is sure of its leases names, or a message that it
 * may still read, is alive unless it went with its owner; the owners' index agrees with their books, and no table holds more
 * than what is alive accounts for. When all is quiet: what nobody names is freed, nothing waits, and no tombstone and no alias
 * is left.
 */
final class Laws {
    private final World world;

    Laws(World world) {
        this.world = world;
    }

    /** What the tables of a process hold is bounded by what is alive. */
    void checkTables(Party party) {
        Holdings holdings = party.rules.holdings;
        world.check(
                holdings.isConsistent(),
                Violation.Of.CONSISTENCY,
                () -> party.self + ": the index differs from the books");
        world.check(
                holdings.size() <= party.stock.size(),
                Violation.Of.MEMORY,
                () -> party.self + " has " + holdings.size() + " resources in its books, " + party.stock.size()
                        + " alive");
    }

    void checkNoUseAfterFree() {
        for (Party party : world.all()) {
            if (!party.program.names.isEmpty() && party.isValid()) {
                for (Name name : party.program.names) {
                    for (Resource resource : name.copies) {
                        checkUsable(party.self, resource);
                    }
                }
            }
        }
        for (Parcel parcel : world.parcels) {
            if (!parcel.done && mayBeRead(parcel) && mayLeave(parcel)) {
                Party receiver = world.party(parcel.receiver.name());
                if (receiver.isValid() && receiver.canTake(parcel.sender)) {
                    for (List<Resource> copies : parcel.handles) {
                        for (Resource resource : copies) {
                            if (receiver.canTake(resource.id.owner())) {
                                checkUsable(parcel, resource);
                            }
                        }
                    }
                }
            }
        }
    }

    private boolean mayBeRead(Parcel parcel) {
        Party sender = world.party(parcel.sender.name());
        boolean kept = sender.self.equals(parcel.sender) && sender.outbox.contains(parcel);
        return (kept || parcel.inFlight > 0) && world.lives(parcel.receiver);
    }

    /** What has not left yet is its sender's to send, and he sends nothing unless he is sure of his leases. */
    private boolean mayLeave(Parcel parcel) {
        return parcel.left || world.party(parcel.sender.name()).isValid();
    }

    private void checkUsable(Object by, Resource resource) {
        Party owner = world.party(resource.id.owner().name());
        if (!owner.self.equals(resource.id.owner()) || !owner.isAlive()) {
            return; // lost with its owner
        }
        world.check(!resource.freed, Violation.Of.USE_AFTER_FREE, () -> resource.id + " is freed and named by " + by);
        if (resource.movedTo != null && owner.isValid()) {
            checkUsable(by, resource.movedTo);
        }
    }

    /** Settled: what is alive is named, and the other way round. */
    boolean exactlyTheNamedLive() {
        world.parcels.removeIf(parcel -> parcel.done || !mayBeRead(parcel));
        if (!world.parcels.isEmpty() || !world.living().stream().allMatch(Party::isSettled)) {
            return false;
        }
        Set<Resource> named = new HashSet<>();
        world.living().forEach(party -> named.addAll(party.program.named()));
        for (Party party : world.living()) {
            boolean quiet = party.stock.pledgeCount() == 0
                    && party.stock.aliases() == 0
                    && party.rules.holdings.tombstones() == 0;
            for (Resource resource : party.stock.alive()) {
                quiet &= named.contains(resource);
            }
            if (!quiet) {
                return false;
            }
        }
        return true;
    }

    /** Nothing is named any more, and nothing remembers that it was. */
    boolean nothingIsLeft() {
        return exactlyTheNamedLive()
                && world.living().stream()
                        .allMatch(party -> party.stock.size() == 0
                                && party.rules.holdings.size() == 0
                                && party.rules.handles.size() == 0
                                && party.program.batches.size() == 0
                                && party.program.batches.memberCount() == 0);
    }

    /** What every process that lives has, for people. */
    String describe() {
        var text = new StringBuilder();
        for (Party party : world.living()) {
            Rules rulesOf = party.rules;
            Collection<Resource> alive = new ArrayList<>();
            party.stock.alive().forEach(alive::add);
            text.append("\n  ").append(party.self);
            text.append(": open ").append(rulesOf.handles.size());
            text.append(", waiting ").append(rulesOf.handles.waiting());
            text.append(", unacknowledged ").append(rulesOf.handles.unacknowledgedUpdates());
            text.append(", unread ").append(party.outbox);
            text.append(", pledges ").append(party.stock.pledgeCount());
            text.append(", tombstones ").append(rulesOf.holdings.tombstones());
            text.append(", batches ").append(party.program.batches.size());
            for (Resource resource : alive) {
                text.append("\n    ").append(resource.id).append(" by ");
                text.append(rulesOf.holdings.holders(resource.id.number()));
                text.append(", local ").append(resource.local);
                text.append(resource.movedTo == null ? "" : ", moved to " + resource.movedTo);
            }
        }
        return text.toString();
    }
}
