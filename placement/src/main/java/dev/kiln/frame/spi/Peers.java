package dev.kiln.frame.spi;

import dev.kiln.KilnException;
import dev.kiln.gc.GcMessage;
import dev.kiln.gc.ProcessRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one party of a pool reaches the others. Implemented by whoever owns the links; called from any thread, also from
 * several at once for one party.
 *
 * <p><b>Order.</b> What one party tells another, directly or through a relay, and the calls, results, requests and
 * replies that it sends to the same party or relay afterwards, arrive in that order. A relay forwards in the order of
 * arrival before it lets its own process see later messages of that link. Holds depend on it: a runner tells the owner of
 * a frame that it holds it before it sends the result that lets the caller drop the frame.
 */
public interface Peers {

    /**
     * Sends a frame request to the space of another party, that is to its {@code FrameSpace.serve}, and waits for the
     * answer. Interruption and the deadline of the call in hand cancel the request there and end the waiting here. An
     * answer that comes after the waiting has ended is handed to {@code FrameSpace.refuse}.
     *
     * @param owner the party that is asked
     * @param request as made by a frame space
     * @return the answer's bytes
     * @throws KilnException if there is no answer: a {@code FrameLost} if, and only if, there will be none since the party is
     *     gone, another one if the time is over or the wait was interrupted
     */
    byte[] ask(ProcessRef owner, byte[] request);

    /**
     * The same for a request that names nothing which is held, and whose answer names nothing either: a part of data that the
     * asker keeps alive otherwise. It may go another way, overtake anything, and be made more than once.
     *
     * @return the answer, to be closed
     */
    default Reply pull(ProcessRef owner, byte[] request) {
        return Reply.of(ask(owner, request));
    }

    /**
     * Whether data had better be offered to that party, to {@link #pull} it, than be sent along with what it is told: it comes
     * a shorter way then.
     *
     * @param reader null for any but this one
     */
    default boolean pullsStraight(@Nullable ProcessRef reader) {
        return false;
    }

    /**
     * Hands over a message of the hold protocol. Never blocks and never throws because a party is gone: what cannot be
     * delivered is dropped, since evidence of death or the lease settles it.
     *
     * @param to the party
     * @param message what to tell it
     */
    void tell(ProcessRef to, GcMessage message);

    /**
     * Returns when this space has taken all messages of the hold protocol that came before the question that this thread
     * answers, on the same link.
     */
    default void caughtUp() {}

    /** The other parties that may keep copies of data, best first; empty where {@link #directory} knows them. */
    default List<ProcessRef> hosts() {
        return List.of();
    }

    /** The party that knows who may keep copies of data; null for this one. */
    default @Nullable ProcessRef directory() {
        return null;
    }
}
