package dev.kiln.bench;

import dev.kiln.runner.RemoteCallable;
import java.rmi.Remote;

/** What runs a lambda in another JVM by RMI. */
interface Computer extends Remote {

    /** Runs it there. RMI adds its own RemoteException, which Exception covers. */
    <T> T run(RemoteCallable<T> work) throws Exception;
}
