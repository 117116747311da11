package dev.kiln.pool;

import dev.kiln.frame.Frame;
import dev.kiln.frame.FrameInfo;
import java.util.List;

/** What stands behind a {@link Pool}: the pool itself where it was opened, a view of it on its runners. Any thread. */
sealed interface CallerSide permits Headquarters, NestedPool {

    /** The pool's name. */
    String name();

    /** Where its calls are made. */
    CallDesk desk();

    void resize(int min, int max);

    List<RunnerInfo> runners();

    PoolStats stats();

    List<FrameInfo> frames();

    /** Gives so many runners a copy of a frame, 0 for every runner. */
    Frame broadcast(Frame frame, int copies);

    /** The address by which other processes reach this one's batches. */
    String session();

    void close();
}
