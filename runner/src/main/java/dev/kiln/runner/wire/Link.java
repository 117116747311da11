package dev.kiln.runner.wire;

/**
 * An ordered, authenticated way to one other process. Messages arrive in the order in which they were sent, except that
 * one may overtake larger ones sent before it, though never a {@link Message.Gc}, which itself may overtake all that do not
 * fit one chunk.
 */
public interface Link extends AutoCloseable {

    /**
     * Sends a message. Any thread may call this; it never blocks. A message sent on a closed link is dropped: the listener
     * learns from {@link Listener#closed} that it was the last.
     */
    void send(Message message);

    /** Whether all that was sent has left this process, or was dropped with the link: closing it now loses none of it. */
    boolean flushed();

    /**
     * Closes the link, and drops what is not {@linkplain #flushed flushed}. The listener's {@code closed} follows, once.
     * Idempotent.
     */
    @Override
    void close();

    /** What a link tells its user, one call at a time, on the link's own thread: it must not block or run user code. */
    interface Listener {

        /** The link is open; the first call. */
        default void opened(Link link) {}

        void received(Link link, Message message);

        /**
         * The link is closed, by either side or by a failure; the last call.
         *
         * @param reason one line, for people
         */
        void closed(Link link, String reason);
    }
}
