package dev.kiln.gc;

import java.util.List;

/** The simulator's message that names resources, from one life of a process to one life of another. Read at most once. */
final class Parcel {
    final ProcessRef sender;
    final ProcessRef receiver;
    final long transfer;
    final List<SimResource> named;
    /** How many copies are between the two; the sender's link keeps one more until it has been read. */
    int inFlight;

    boolean done;

    Parcel(ProcessRef sender, ProcessRef receiver, long transfer, List<SimResource> named) {
        this.sender = sender;
        this.receiver = receiver;
        this.transfer = transfer;
        this.named = List.copyOf(named);
    }

    List<ResourceId> ids() {
        return named.stream().map(resource -> resource.id).toList();
    }

    @Override
    public String toString() {
        return "t" + transfer + " of " + sender + " " + ids();
    }
}
