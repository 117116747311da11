package dev.kiln.system;

import dev.kiln.pool.Backends;
import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootOrder;
import dev.kiln.pool.spi.BootProblem;
import dev.kiln.pool.spi.Door;
import dev.kiln.pool.spi.Machine;
import java.time.Duration;

/** Processes of this machine with another setting than their own. */
record Altered(Backend processes, boolean sharesMemory, Duration lease) implements Backend {

    static Altered of(FaultyNetwork.Kind kind) {
        Backend processes =
                switch (kind) {
                    case UNIX -> Backends.localProcesses();
                    case TLS -> Backends.localProcessesOverTcp();
                };
        return new Altered(processes, processes.sharesMemory(), processes.lease());
    }

    /** They see nothing of each other's memory, as those of several machines. */
    Altered unshared() {
        return new Altered(processes, false, lease);
    }

    /** They know sooner, or later, that one of them is silent. */
    Altered leased(Duration other) {
        return new Altered(processes, sharesMemory, other);
    }

    @Override
    public String name() {
        return processes.name() + (sharesMemory ? "" : ", without shared memory") + ", lease " + lease;
    }

    @Override
    public void open(String pool, Door door) throws BootProblem {
        processes.open(pool, door);
    }

    @Override
    public Machine boot(BootOrder order) throws BootProblem {
        return processes.boot(order);
    }

    @Override
    public void close() {
        processes.close();
    }
}
