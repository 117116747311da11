package dev.kiln.runner;

import dev.kiln.frame.FrameSpace;
import dev.kiln.gc.ProcessRef;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What keeps a runner whose caller is gone, beside its own work: others that live, can be reached directly, and hold frames here.
 * Books thread.
 */
final class Orphan {
    /**
     * How long what only the caller held is kept, if there are direct links: whom it was passed on to may have told so by way of
     * the caller, and tells it again. Longer than an Update waits before that.
     */
    private static final Duration ESTATE = Duration.ofSeconds(5);

    private final FrameSpace space;
    private final Neighbours neighbours;
    private final ProcessRef caller;
    private @Nullable String reason;
    private long sinceNanos;
    private boolean estateOver;

    Orphan(FrameSpace space, Neighbours neighbours, ProcessRef caller) {
        this.space = space;
        this.neighbours = neighbours;
        this.caller = caller;
    }

    /** The caller is lost. */
    void begin(String why, long nowNanos) {
        reason = why;
        sinceNanos = nowNanos;
        look(nowNanos);
    }

    /** Ends the holds of those that are gone with the caller; at every tick. */
    void look(long nowNanos) {
        @Nullable String why = reason;
        if (why == null) {
            return;
        }
        if (!estateOver && (!neighbours.any() || nowNanos - sinceNanos > ESTATE.toNanos())) {
            estateOver = true;
            space.gone(caller, new PeerLost(why));
        }
        for (ProcessRef holder : space.holders()) {
            if (!holder.equals(caller) && !neighbours.know(holder)) {
                space.gone(holder, new PeerLost("it cannot be reached any more: " + why));
            }
        }
    }

    /** Another runner is lost, too. */
    void lost(ProcessRef peer, String why) {
        space.gone(peer, new PeerLost(why));
    }

    /** Whether somebody holds something here, as far as that is known. */
    boolean isNeeded() {
        return reason == null || space.residentCount() > 0;
    }
}
