package dev.kiln.pool;

import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootOrder;
import dev.kiln.pool.spi.BootProblem;
import dev.kiln.pool.spi.Door;
import dev.kiln.pool.spi.Machine;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Runners in this process that a test can kill. */
final class KillableRunners implements Backend {
    private final Backend inner = Backends.inProcess();
    private final Map<String, CompletableFuture<Machine>> machines = new ConcurrentHashMap<>();

    void kill(String runner) {
        machine(runner).join().kill(); // it may be up before it is known here
    }

    private CompletableFuture<Machine> machine(String runner) {
        return machines.computeIfAbsent(runner, id -> new CompletableFuture<>());
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public void open(String pool, Door door) throws BootProblem {
        inner.open(pool, door);
    }

    @Override
    public Machine boot(BootOrder order) throws BootProblem {
        Machine machine = inner.boot(order);
        machine(order.runner()).complete(machine);
        return machine;
    }

    @Override
    public boolean sharesMemory() {
        return inner.sharesMemory();
    }

    @Override
    public void close() {
        inner.close();
    }
}
