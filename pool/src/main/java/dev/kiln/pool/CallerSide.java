package dev.kiln.pool;

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

    void close();
}
