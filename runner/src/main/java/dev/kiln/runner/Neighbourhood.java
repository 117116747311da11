package dev.kiln.runner;

import dev.kiln.runner.wire.Carrier;
import java.io.IOException;

/** The ways between the runners of a pool that do not lead through their caller. Any thread. */
public interface Neighbourhood {

    /** There are none: for runners that are in one process. */
    Neighbourhood NONE = new Neighbourhood() {
        @Override
        public boolean exists() {
            return false;
        }

        @Override
        public boolean oneMachine() {
            return true;
        }

        @Override
        public String open(Carrier.Host host) throws IOException {
            throw new IOException("this runner has no process of its own");
        }

        @Override
        public Carrier.Dialer dialer(String address) throws IOException {
            throw new IOException("this runner has no process of its own");
        }

        @Override
        public void close() {}
    };

    /** Whether there are any. */
    default boolean exists() {
        return true;
    }

    /** Whether they end at the edge of this machine, so that the others' pids mean something here. */
    boolean oneMachine();

    /**
     * Listens, until the process ends or this is closed; to be called once.
     *
     * @return where others are to dial, for their {@link #dialer}
     * @throws IOException if it cannot
     */
    String open(Carrier.Host host) throws IOException;

    /**
     * The way to another runner.
     *
     * @param address as {@link #open} gave it there
     * @throws IOException if it is no address
     */
    Carrier.Dialer dialer(String address) throws IOException;

    /** Removes what listening has left outside of the process. */
    void close();
}
