package dev.kiln.runner.wire;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One connection to another process: bytes in order both ways, until it is cut. It knows nothing of messages; a session
 * lives over one carrier after the other.
 */
public interface Carrier {

    /**
     * Writes what it can take without blocking; what remains in the buffers was not taken. Never by two threads at once, and
     * not again after {@code false} until {@link Events#writable}. The bytes of the buffers may be read after the return
     * only if they were copied: the buffers are the caller's.
     *
     * @return whether it took everything and takes more; after {@code false}, even if nothing remains,
     *     {@link Events#writable} or {@link Events#closed} follows
     * @throws IOException if it can write no more; what it received may still be unread, so {@link Events#closed} follows
     *     only when that is read to its end, or after {@link #close}
     */
    boolean write(ByteBuffer[] bytes) throws IOException;

    /** Cuts the connection: {@link Events#closed} follows. Any thread, never blocks, idempotent. */
    void close();

    /**
     * What a carrier tells, one call at a time and never from within {@link #write} or {@link #close}, so that those may be
     * called under a lock that the events take. None of them blocks. A carrier whose events throw is closed.
     */
    interface Events {

        /**
         * Bytes have come.
         *
         * @param bytes valid only during the call, which reads all of them
         * @throws ProtocolViolation if no honest peer sends these; the carrier closes itself
         */
        void received(ByteBuffer bytes);

        /** The carrier takes bytes again, after {@link #write} gave {@code false}. */
        void writable();

        /**
         * It is cut, and all that it had received was told; the last call, once.
         *
         * @param reason one line, for people: "closed here" after {@link #close}, "the other side closed it", or what failed
         */
        void closed(String reason);
    }

    /** Who takes new connections of a listening socket, or the one that it has dialled. */
    @FunctionalInterface
    interface Host {

        /**
         * A connection is open. It may be written to at once; its events begin after the return.
         *
         * @throws RuntimeException to refuse it: the carrier is closed, without an event
         */
        Events connected(Carrier carrier);
    }

    /** Opens connections to one place. */
    @FunctionalInterface
    interface Dialer {

        /**
         * Dials; blocks until the host has the connection.
         *
         * @throws IOException if there is nobody, or it is not who was expected
         */
        void dial(Host host) throws IOException;
    }
}
