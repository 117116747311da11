package dev.kiln.pool;

/** What closures run on. At most maxConcurrency of them run at once on a runner, whichever it is. */
public enum ClosureThreads {
    /**
     * Platform threads, which are kept for the next call for a while. For closures that compute or call native code: the
     * system shares the processors among all of them. The default.
     */
    PLATFORM,
    /**
     * A virtual thread for each call. For many closures that mostly wait. Closures that compute leave their processor only
     * when they wait: as many of them as there are processors keep all others from running, though not from being cancelled
     * or running out of time.
     */
    VIRTUAL
}
