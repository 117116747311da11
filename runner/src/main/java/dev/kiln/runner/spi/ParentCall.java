package dev.kiln.runner.spi;

/** A call that runs here, for the calls that its work makes. Any thread. */
public interface ParentCall {

    /** Its number at the caller. */
    long call();

    /** Whether its work has not left it yet. */
    boolean running();

    /** Whether it was cancelled, ran out of time, or lost its caller. */
    boolean stopped();

    /**
     * Has something done when the call is stopped while its work runs, at once if it is stopped already.
     *
     * @param action must not block or run user code
     * @return takes it back; idempotent
     */
    Runnable whenStopped(Runnable action);

    /**
     * A thread of its work begins to wait: while any does, its slot is lent to others.
     *
     * @param nested the number here of the call that it waits for, 0 for no certain one
     */
    void waits(long nested);

    /** That thread goes on. */
    void goesOn(long nested);

    /** A call that its work made is over, and with that the caller has taken the slot back. */
    void settled(long nested);
}
