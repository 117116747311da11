package dev.kiln.system;

import dev.kiln.pool.Backends;
import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootOrder;
import dev.kiln.pool.spi.BootProblem;
import dev.kiln.pool.spi.Door;
import dev.kiln.pool.spi.Machine;

/** Processes of this machine that see nothing of each other's memory, as those of several machines. */
record Unshared(Backend processes) implements Backend {

    static Unshared over(FaultyNetwork.Kind kind) {
        return new Unshared(
                switch (kind) {
                    case UNIX -> Backends.localProcesses();
                    case TLS -> Backends.localProcessesOverTcp();
                });
    }

    @Override
    public String name() {
        return processes.name() + ", without shared memory";
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
    public boolean sharesMemory() {
        return false;
    }

    @Override
    public void close() {
        processes.close();
    }
}
