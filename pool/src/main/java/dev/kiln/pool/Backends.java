package dev.kiln.pool;

import dev.kiln.pool.spi.Backend;

/** The backends that need nothing but this machine. */
public final class Backends {
    private Backends() {}

    /** Each runner is a process of this machine with this program's class path. The default. */
    public static Backend localProcesses() {
        return new LocalProcesses();
    }

    /**
     * Each runner is a few threads of this process: for tests and development modes. Everything is packed and unpacked as if
     * it crossed to another process; statics are shared, and a runner cannot be killed with its closures.
     */
    public static Backend inProcess() {
        return new InProcess();
    }
}
