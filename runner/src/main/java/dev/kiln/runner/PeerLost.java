package dev.kiln.runner;

import dev.kiln.KilnException;

/** Another party of the pool is gone, and with it what it owned. Seen on a runner as the cause of a lost frame. */
public final class PeerLost extends KilnException {
    private static final long serialVersionUID = 1L;

    public PeerLost(String message) {
        super(message);
    }
}
