package dev.kiln.bench;

import dev.kiln.pool.Backends;
import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootOrder;
import dev.kiln.pool.spi.BootProblem;
import dev.kiln.pool.spi.Door;
import dev.kiln.pool.spi.Machine;

/** Processes of this machine that share no memory with their caller, as if they were on another one. */
final class NotShared implements Backend {
    private final Backend processes = Backends.localProcesses();

    @Override
    public String name() {
        return processes.name() + " without shared memory";
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
