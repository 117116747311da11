package dev.kiln.runner.wire;

/**
 * An ordered, authenticated way to one other process, which outlives the connections that carry it. Messages arrive once and
 * in the order in which they were sent, except that one may overtake larger ones sent before it, though never a
 * {@link Message.Gc}, which itself may overtake all that do not fit one chunk.
 */
public interface Link extends AutoCloseable {
    /**
     * Sends a message. Any thread may call this; it never blocks. While the link is interrupted, messages wait. A message
     * sent on a closed link is dropped: the listener learns from {@link Listener#closed} that it was the last.
     *
     * @throws IllegalArgumentException if the message is too long for one; the link goes on
     */
    void send(Message message);

    /**
     * Sends a sign of life.
     *
     * @param nowNanos when, of the sender's monotonic clock
     */
    void beat(long nowNanos);

    /**
     * When the youngest thing that the other side has acknowledged was sent, of the signs of life and the parts of large
     * messages; before that, when the greeting was sent that it has answered. By {@link System#nanoTime}.
     */
    long heardBeatNanos();

    /** When anything was last received, be it a part of a message. By {@link System#nanoTime}. */
    long heardNanos();

    /**
     * Whether the other side has acknowledged all that was sent, or it was dropped with the link: closing it now loses none
     * of it. Asking makes the other side acknowledge soon.
     */
    boolean flushed();

    /**
     * Gives up the present connection, which may be dead without looking it. The link goes on over the next one. Without a
     * connection, nothing happens.
     *
     * @param reason one line, for people
     */
    void cut(String reason);

    /** Whether it is closed for good: what is sent from now on is dropped. */
    boolean isOver();

    /**
     * Closes the link, and drops what is not {@linkplain #flushed flushed}. The listener's {@code closed} follows, once.
     * Idempotent.
     */
    @Override
    void close();

    /** What a link tells its user, one call at a time: it must not block or run user code. */
    interface Listener {

        /** The link is open; the first call. */
        default void opened(Link link) {}

        void received(Link link, Message message);

        /**
         * The connection is lost, after all that had arrived was received. The link waits for another one.
         *
         * @param reason one line, for people
         */
        default void interrupted(Link link, String reason) {}

        /** It goes on over another connection. */
        default void resumed(Link link) {}

        /**
         * The link is closed for good, by either side or since a message could not be handled; the last call.
         *
         * @param reason one line, for people
         */
        void closed(Link link, String reason);
    }
}
