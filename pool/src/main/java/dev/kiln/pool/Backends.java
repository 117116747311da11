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
        return new LocalProcesses("local processes", Entrance::socket);
    }

    /**
     * As {@link #localProcesses}, but the runners come by TCP with TLS 1.3 over the loopback address, as those of other
     * machines do: for systems without Unix domain sockets, and to try what a network does. Opening the first such pool of a
     * program takes most of a second, its runners greet about a second later than the others, and a small call takes half as
     * long again. Where this JVM was started without {@code --sun-misc-unsafe-memory-access=allow}, it prints a warning about
     * Netty.
     */
    public static Backend localProcessesOverTcp() {
        return new LocalProcesses("local processes over TCP", Entrance::tcp);
    }

    /**
     * Each runner is a few threads of this process: for tests and development modes. Everything is packed and unpacked as if
     * it crossed to another process; statics are shared, a runner cannot be killed with its closures, and what
     * closures print goes where the program's own output goes: {@code System.out} is the program's, and test frameworks,
     * IDEs and loggers replace and keep it, so a stream of ours there would see some of it and could not be taken away again.
     * Closures on virtual threads share the processors with the links here: those that compute hold all of them up.
     */
    public static Backend inProcess() {
        return new InProcess();
    }
}
