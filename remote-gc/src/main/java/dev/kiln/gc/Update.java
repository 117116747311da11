package dev.kiln.gc;

import java.util.List;

/**
 * From a holder to one owner: what changed since the Update before. The owner applies all of it or none, what is held
 * before what is released before what ended.
 *
 * @param holder who speaks
 * @param sequence 1 for the first Update of this holder to this owner, then one more each time
 * @param held resources of that owner on which the holder now has handles
 * @param released resources of that owner on which it has none any more
 * @param ended transfers from that owner to this holder which were read or refused: their transit holds end
 * @param lent resources of that owner on which the holder has handles, and which a message of its own names for a third
 *     process: held, and what is held so lingers for a while if the holder ends. One that is {@code held} later is lent no more
 */
public record Update(
        ProcessRef holder, long sequence, List<Long> held, List<Long> released, List<Long> ended, List<Long> lent)
        implements GcMessage {
    public Update {
        if (sequence < 1) {
            throw new IllegalArgumentException("the sequence of an Update must be >= 1, was " + sequence);
        }
        held = List.copyOf(held);
        released = List.copyOf(released);
        ended = List.copyOf(ended);
        lent = List.copyOf(lent);
    }

    /** Without anything that is lent. */
    public Update(ProcessRef holder, long sequence, List<Long> held, List<Long> released, List<Long> ended) {
        this(holder, sequence, held, released, ended, List.of());
    }
}
