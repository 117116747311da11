package dev.kiln.pool;

import dev.kiln.KilnException;
import dev.kiln.frame.FrameSpace;
import dev.kiln.gc.ProcessRef;
import dev.kiln.runner.wire.CallTerms;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How calls get under way: through the pool's books where it was opened, over the link from a runner. Any thread.
 */
interface CallPath {

    /** The pool's name. */
    String pool();

    /** The runner that this is, if it is one. */
    Optional<ProcessRef> self();

    /** By which work is packed and outcomes are read. */
    FrameSpace space();

    /**
     * Packs work and starts a call.
     *
     * @throws dev.kiln.frame.NotTransferable if a part of it cannot cross; nothing was started then
     * @throws PoolClosed if there is no pool any more
     */
    OpenCall begin(Object work, CallOptions how, CallTerms.Kind kind);

    /** Takes a call from those that are open; whoever does decides how it ends. False if it is over. */
    boolean take(OpenCall call);

    /** A call that was taken is no longer wanted where it waits or runs. */
    void withdraw(OpenCall call);

    /** The outcome of a call is about to be read: what the call printed stands in the log after this. */
    default void beforeReading() {}

    /** A call has failed, as its caller is told, or would be if it asked. */
    default void failed(OpenCall call, KilnException failure) {}

    /**
     * The objects that are placed by calls that go this way.
     *
     * @throws IllegalStateException on a runner
     */
    PlacedObjects objects();

    /**
     * This thread is about to wait, until the result is closed.
     *
     * @param call what for, null for no certain call
     */
    Wait waiting(@Nullable OpenCall call);

    /** A thread waits. */
    interface Wait extends AutoCloseable {
        /** It is over. */
        @Override
        void close();
    }
}
