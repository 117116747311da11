package dev.kiln.pool;

import dev.kiln.frame.FrameSpace;
import dev.kiln.runner.ObjectWork.Invoke;
import org.jspecify.annotations.Nullable;

/** What the methods of a placed object's proxy are called on. Any thread. */
sealed interface ObjectTarget permits PlacedObject, ObjectView {

    /** The object's number, by which all sides know it. */
    long number();

    /** The interface by which it is called. */
    Class<?> type();

    /** The space whose messages it may travel in. */
    FrameSpace space();

    /**
     * Calls a method.
     *
     * @throws CallFailed if it threw, elsewhere
     * @throws Exception what it threw, if it ran here
     */
    @Nullable
    Object call(Invoke work) throws Exception;
}
