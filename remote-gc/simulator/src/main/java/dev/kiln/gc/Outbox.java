package dev.kiln.gc;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What a process sends. Messages with contents are kept until they are known to be read, and go again over a new link; one that
 * passes on handles leaves when the owners know of it.
 */
final class Outbox {
    private final Party party;
    private final World world;
    private final List<Parcel> unread = new ArrayList<>();

    Outbox(Party party, World world) {
        this.party = party;
        this.world = world;
    }

    void tell(Addressed addressed) {
        Update update = addressed.update();
        world.net.sendMaybeTwice(
                party.self.name(),
                addressed.to().name(),
                () -> "Update " + update.sequence() + " of " + party.self + " held " + update.held() + " released "
                        + update.released() + " ended " + update.ended() + " lent " + update.lent(),
                () -> world.with(addressed.to(), to -> to.onUpdate(update)));
    }

    void answer(ProcessRef holder, Acknowledged ack) {
        world.net.sendMaybeTwice(
                party.self.name(),
                holder.name(),
                () -> ack.fenced() ? "Acknowledged: fenced" : "Acknowledged " + ack.upTo(),
                () -> world.with(holder, to -> to.onAcknowledged(ack)));
    }

    void post(Parcel parcel) {
        unread.add(parcel);
        transmit(parcel);
    }

    /** An owner has told how far it has come, or has ended: what has waited for that leaves. */
    void sendWhatMayLeave() {
        unread.stream().filter(parcel -> !parcel.left).toList().forEach(this::transmit);
    }

    private void transmit(Parcel parcel) {
        if (!parcel.left && !party.stock.mayLeave(parcel)) {
            return;
        }
        parcel.left = true;
        boolean sent = world.net.send(
                party.self.name(),
                parcel.receiver.name(),
                parcel::toString,
                () -> world.with(parcel.receiver, to -> {
                    to.onParcel(parcel);
                    parcel.inFlight--;
                }),
                () -> parcel.inFlight--);
        if (sent) {
            parcel.inFlight++;
        }
    }

    /** Sends again what this peer is not known to have read. */
    void again(ProcessRef peer) {
        unread.stream().filter(parcel -> parcel.receiver.equals(peer)).toList().forEach(this::transmit);
    }

    void read(Parcel parcel) {
        unread.remove(parcel);
    }

    /** These receivers will not read any more. */
    void giveUp(Predicate<ProcessRef> receivers) {
        unread.removeIf(parcel -> receivers.test(parcel.receiver));
    }

    Stream<Parcel> unread() {
        return unread.stream();
    }

    boolean contains(Parcel parcel) {
        return unread.contains(parcel);
    }

    /** Whether something to one of these receivers is not known to be read. */
    boolean awaits(Predicate<ProcessRef> receivers) {
        return unread.stream().anyMatch(parcel -> receivers.test(parcel.receiver));
    }

    @Override
    public String toString() {
        return unread.toString();
    }
}
