package dev.kiln.gc;

import dev.kiln.gc.Parcel.Purpose;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated process owns, and what it keeps open for messages on their way. A resource that has moved is an alias: the
 * process has a handle on its new place, its <em>leaf</em>, for as long as somebody holds the alias, and tells each of those
 * where it is. It keeps its own copy of the data as long: an alias whose leaf is lost is the resource again.
 */
final class Stock {
    private final Party party;
    private final Map<Long, Resource> own = new HashMap<>();
    private final Map<Long, Pledge> pledges = new HashMap<>();
    private long numbers;

    /**
     * A handle that keeps a third party's resource alive until the message that names it has been read.
     *
     * @param open whether the handle is open still, as it should be
     */
    private record Pledge(Resource resource, Parcel parcel, boolean open) {}

    Stock(Party party) {
        this.party = party;
    }

    Resource create() {
        var resource = new Resource(new ResourceId(party.self, ++numbers));
        own.put(resource.id.number(), resource);
        return resource;
    }

    /** Where a resource is that has moved away from here; else itself. */
    Resource resolve(Resource resource) {
        Resource moved = resource.id.owner().equals(party.self) ? resource.movedTo : null;
        return moved == null ? resource : resolve(moved);
    }

    boolean isMine(Resource resource) {
        return resource.id.owner().equals(party.self);
    }

    /** One more handle of the program's. */
    void open(Resource resource) {
        if (isMine(resource)) {
            resource.local++;
        } else {
            party.rules.opened(resource.id);
            party.flushSoon();
        }
    }

    void close(Resource resource) {
        if (isMine(resource)) {
            resource.local--;
            freeIfUnheld(resource);
        } else {
            party.rules.closed(resource.id);
            party.flushSoon();
        }
    }

    /** Holds what a new message names until its receiver has told that it was read; to be called before it is sent. */
    Parcel parcel(
            ProcessRef receiver, Purpose purpose, @Nullable Resource subject, List<List<Resource>> handles, long dice) {
        List<List<Resource>> there = handles.stream()
                .map(copies -> copies.stream().map(this::resolve).toList())
                .toList();
        var parcel = new Parcel(party.self, receiver, ++numbers, purpose, subject, there, dice);
        for (Resource resource : there.stream().flatMap(List::stream).toList()) {
            if (isMine(resource)) {
                party.rules.placed(resource.id.number(), receiver, parcel.transfer, party.clock());
            } else {
                party.rules.opened(resource.id);
                party.rules.lent(resource.id);
                long number = ++numbers;
                pledges.put(number, new Pledge(resource, parcel, true));
                party.rules.placed(number, receiver, parcel.transfer, party.clock());
            }
        }
        return parcel;
    }

    /** Nobody elsewhere holds these numbers any more. */
    void freed(List<Long> freed) {
        for (Long number : freed) {
            Pledge pledge = pledges.remove(number);
            Resource resource = own.get(number);
            if (pledge != null) {
                if (pledge.open) {
                    giveBack(pledge);
                    party.flushSoon();
                }
            } else if (resource != null) {
                freeIfUnheld(resource);
            }
        }
    }

    private void giveBack(Pledge pledge) {
        party.rules.returned(pledge.resource.id);
        party.rules.closed(pledge.resource.id);
    }

    /** Whether the owners of what a message names know that it is lent, so that it may leave. */
    boolean mayLeave(Parcel parcel) {
        return parcel.ids().stream().allMatch(id -> id.owner().equals(party.self) || party.rules.mayLeave(id));
    }

    void freeIfUnheld(Resource resource) {
        if (resource.local == 0 && !resource.freed && !party.rules.holdings.isHeld(resource.id.number())) {
            party.note(() -> "frees " + resource.id);
            resource.freed = true;
            own.remove(resource.id.number());
            if (resource.movedTo != null) {
                close(resource.movedTo);
            }
        }
    }

    /** The data has been taken over: this process has a handle there, and forwards from now on. */
    void moved(Resource resource, Resource to) {
        if (resource.freed || resource.movedTo != null) {
            return; // let go of meanwhile, or moved elsewhere first
        }
        party.note(() -> "forwards " + resource.id + " to " + to.id);
        open(to);
        resource.movedTo = to;
        for (ProcessRef holder : party.rules.holdings.holders(resource.id.number())) {
            forward(resource, holder);
        }
        party.program.swap(resource, to);
        freeIfUnheld(resource);
    }

    /** What has moved there is lost there, and still here for those who have not been told. */
    void lose(ProcessRef owner) {
        for (Resource resource : own.values()) {
            if (resource.movedTo != null && resource.movedTo.id.owner().equals(owner)) {
                party.note(() -> "has " + resource.id + " itself, since " + owner + " has ended");
                resource.movedTo = null; // the handle went with its owner
            }
        }
    }

    /** Whoever holds an alias is told where the data is. */
    void held(ProcessRef holder, List<Long> numbers) {
        for (Long number : numbers) {
            Resource resource = own.get(number);
            if (resource != null && resource.movedTo != null) {
                forward(resource, holder);
            }
        }
    }

    /** Whoever still holds an alias, and has no message about it on its way: it was not to be reached, or did not take it. */
    void remind() {
        for (Resource resource :
                own.values().stream().filter(each -> each.movedTo != null).toList()) {
            for (ProcessRef holder : party.rules.holdings.holders(resource.id.number())) {
                if (!isTold(resource, holder)) {
                    forward(resource, holder);
                }
            }
        }
    }

    private boolean isTold(Resource resource, ProcessRef holder) {
        return Stream.concat(party.outbox.unread(), pledges.values().stream().map(Pledge::parcel))
                .anyMatch(parcel -> parcel.purpose == Purpose.FORWARD
                        && resource.equals(parcel.subject)
                        && parcel.receiver.equals(holder));
    }

    private void forward(Resource resource, ProcessRef holder) {
        if (holder.equals(party.peer(holder.name()))) {
            party.post(parcel(holder, Purpose.FORWARD, resource, List.of(List.of(resource)), 0));
        }
    }

    /** Closes the handles that keep the contents of messages alive, of these numbers. */
    void closeEarly(Iterable<Long> numbers) {
        for (Long number : numbers) {
            Pledge pledge = pledges.get(number);
            if (pledge != null && pledge.open) {
                giveBack(pledge);
                pledges.put(number, new Pledge(pledge.resource, pledge.parcel, false));
            }
        }
    }

    /** The numbers under which these resources are kept open for messages. */
    List<Long> pledged(List<Name> names) {
        List<Long> numbersOf = new ArrayList<>();
        pledges.forEach((number, pledge) -> {
            if (names.stream().anyMatch(name -> name.copies.contains(pledge.resource))) {
                numbersOf.add(number);
            }
        });
        return numbersOf;
    }

    boolean dependsOn(ProcessRef owner) {
        return pledges.values().stream()
                        .anyMatch(pledge -> pledge.resource.id.owner().equals(owner))
                || own.values().stream()
                        .anyMatch(resource -> resource.movedTo != null
                                && resource.movedTo.id.owner().equals(owner));
    }

    /** What it owns and has not freed, aliases included. */
    Iterable<Resource> alive() {
        return own.values();
    }

    int size() {
        return own.size() + pledges.size();
    }

    int pledgeCount() {
        return pledges.size();
    }

    /** How many resources live on elsewhere and are still asked for here. */
    long aliases() {
        return own.values().stream().filter(each -> each.movedTo != null).count();
    }
}
