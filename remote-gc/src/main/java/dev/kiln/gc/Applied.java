package dev.kiln.gc;

import java.util.List;

/**
 * What an {@link Update} led to at the owner.
 *
 * @param freed resources that nobody holds any more, each reported once
 * @param reply to be sent to the holder, whatever the outcome
 * @param outcome what was done with the Update
 * @param missing resources that it holds but that had been freed before. The holder has either let go of them since,
 *     which a later Update says, or has lost them: somebody passed the handle on and died before this hold arrived, with
 *     an estate too short for that
 */
public record Applied(List<Long> freed, Acknowledged reply, Outcome outcome, List<Long> missing) {
    public Applied {
        freed = List.copyOf(freed);
        missing = List.copyOf(missing);
    }

    /** What was done with an Update. Only {@link #DONE} changes anything. */
    public enum Outcome {
        /** Applied for the first time. */
        DONE,
        /** Applied earlier: it came twice. */
        DUPLICATE,
        /** Refused: it comes from an incarnation whose lease ran out, that died, or that a newer one followed. */
        FENCED,
        /**
         * Refused for now: too much has arrived ahead of an Update that is still missing. The holder keeps it, as it is
         * not acknowledged, and has to send everything unacknowledged again, the oldest first: the next one in
         * sequence is never refused.
         */
        BACK_PRESSURE
    }
}
