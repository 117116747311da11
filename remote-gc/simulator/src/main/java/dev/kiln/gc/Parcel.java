package dev.kiln.gc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message with contents, from one life of a process to one life of another. It is read once or never. */
final class Parcel {

    /** What it is for. */
    enum Purpose {
        /** Handles for the receiver's program. */
        GIVE,
        /** The data of {@link #subject}, which the receiver shall own from now on. */
        CARRY_MOVE,
        /** A copy of the data of {@link #subject}, which the receiver shall own. */
        CARRY_COPY,
        /** To the former owner of {@link #subject}: the resource here is where it is now. */
        MOVED,
        /** To the owner of {@link #subject}: the resource here has the same data. */
        COPIED,
        /** To a holder of {@link #subject}: take the resource here instead. */
        FORWARD
    }

    final ProcessRef sender;
    final ProcessRef receiver;
    final long transfer;
    final Purpose purpose;
    final @Nullable Resource subject;
    final List<List<Resource>> handles;
    final long dice;
    /** How many copies are between the two; the sender's link keeps one more until it has been read. */
    int inFlight;

    /** Whether it has been sent. */
    boolean left;

    boolean done;

    Parcel(
            ProcessRef sender,
            ProcessRef receiver,
            long transfer,
            Purpose purpose,
            @Nullable Resource subject,
            List<List<Resource>> handles,
            long dice) {
        this.sender = sender;
        this.receiver = receiver;
        this.transfer = transfer;
        this.purpose = purpose;
        this.subject = subject;
        this.handles = List.copyOf(handles);
        this.dice = dice;
    }

    List<ResourceId> ids() {
        return handles.stream()
                .flatMap(List::stream)
                .map(resource -> resource.id)
                .toList();
    }

    @Override
    public String toString() {
        String about = subject == null ? "" : " of " + subject;
        return "t" + transfer + " " + purpose + about + (handles.isEmpty() ? "" : " " + ids());
    }
}
