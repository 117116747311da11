package dev.kiln.pool;

import dev.kiln.pool.spi.Backend;

/** The backends that need nothing but this machine. */
public final class Backends {
    private Backends() {}

    /**
     * Each runner is a process of this machine with this program's class path. The default. What closures print there goes to
     * the logger {@code dev.kiln.runner.output} at INFO, as {@code [runner call 7] line}; what is printed there outside of
     * calls, the JVM's messages too, as {@code [runner] line}.
     */
    public static Backend localProcesses() {
        return new LocalProcesses();
    }

    /**
     * Each runner is a few threads of this process: for tests and development modes. Everything is packed and unpacked as if
     * it crossed to another process; statics are shared, a runner cannot be killed with its closures, and what
     * closures print goes where the program's own output goes, since that is this process'.
     */
    public static Backend inProcess() {
        return new InProcess();
    }
}
