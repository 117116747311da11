package dev.kiln.runner;

import java.io.Serializable;

/** Work that runs on a runner and returns nothing. See {@link RemoteCallable}. */
@FunctionalInterface
public interface RemoteRunnable extends Serializable {

    /** Runs on the runner. */
    void run() throws Exception;
}
