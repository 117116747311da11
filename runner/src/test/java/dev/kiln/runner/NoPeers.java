package dev.kiln.runner;

import dev.kiln.frame.spi.Peers;
import dev.kiln.gc.GcMessage;
import dev.kiln.gc.ProcessRef;

/** For frame spaces of tests in which no frame is asked for anything. */
record NoPeers() implements Peers {
    @Override
    public byte[] ask(ProcessRef owner, byte[] request) {
        throw new IllegalStateException("nobody is asked here");
    }

    @Override
    public void tell(ProcessRef to, GcMessage message) {}
}
