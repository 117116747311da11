package dev.kiln.runner.spi;

import java.util.Map;

/**
 * Something about a call that is bound to the thread that makes it, such as its trace, and is to be bound to the thread on
 * which its closure runs. Register implementations in {@code META-INF/services/dev.kiln.runner.spi.CallContext}; the trace
 * context of OpenTelemetry and the MDC of SLF4J travel without one, if they are on the class path.
 *
 * <p>Entries are for a trace's identifiers, a tenant, a user: all that travel with one call may be 64 entries of together
 * 32 KiB. What does not fit stays behind, with one line in the log; the trace goes first, then the MDC, then the others by
 * name.
 */
public interface CallContext {

    /** Tells the entries of this one from those of others; the same in the caller's program and on its runners. */
    String name();

    /**
     * What is bound to this thread, as it is to travel with the call that this thread makes now. Called for each call: it
     * should take no more than a microsecond. One that throws is logged, and nothing of it travels.
     */
    Map<String, String> capture();

    /**
     * Binds captured entries to this thread, on which the call's closure is about to run. Not called if there are none.
     *
     * @return restores what was bound before, on the same thread, when the closure has ended
     */
    AutoCloseable restore(Map<String, String> entries);
}
