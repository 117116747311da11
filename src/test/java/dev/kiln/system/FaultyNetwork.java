package dev.kiln.system;

import dev.kiln.pool.Detour;
import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootOrder;
import dev.kiln.pool.spi.BootProblem;
import dev.kiln.pool.spi.Door;
import dev.kiln.pool.spi.Machine;
import dev.kiln.runner.RunnerExit;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Local processes whose connections go through a relay in the place of the caller's, with the faults of networks. */
final class FaultyNetwork implements Backend {

    /** What connections are made of; the relay understands nothing of what passes. */
    enum Kind {
        UNIX,
        TLS
    }

    private final Backend processes;
    private final Duration lease;
    private int answersToLose;
    private volatile boolean unreachable;
    private volatile FaultyRelay relay;

    FaultyNetwork(Kind kind, Duration lease) {
        this.processes = switch (kind) {
            case UNIX -> Detour.overSockets(this::through);
            case TLS -> Detour.overTcp(this::through);
        };
        this.lease = lease;
    }

    /** Closes all connections; new ones can be made. */
    void cut() {
        relay.cut();
    }

    /** The connections that there are stay open and pass nothing on any more; new ones do. */
    void silence() {
        relay.silence();
    }

    /** From here on nobody reaches anybody. */
    void part() {
        relay.part();
    }

    void heal() {
        relay.heal();
    }

    /** Cuts each of the first connections when the caller first says something: a greeting has come, its answer is lost. */
    void loseAnswers(int count) {
        answersToLose = count;
    }

    /** From here on the machines do not tell how they end, and are not killed. */
    void loseTheMachines() {
        unreachable = true;
    }

    /** How many connections were made and passed on. */
    int connections() {
        return relay.connections();
    }

    @Override
    public String name() {
        return "local processes behind a faulty network";
    }

    @Override
    public Duration lease() {
        return lease;
    }

    @Override
    public void open(String pool, Door door) throws BootProblem {
        processes.open(pool, door);
    }

    private SocketAddress through(SocketAddress home, SocketAddress free) throws IOException {
        relay = FaultyRelay.between(free, home);
        relay.loseAnswers(answersToLose);
        return relay.address();
    }

    @Override
    public Machine boot(BootOrder order) throws BootProblem {
        Machine machine = processes.boot(order);
        return new Machine() {
            @Override
            public OptionalLong pid() {
                return machine.pid();
            }

            @Override
            public CompletionStage<RunnerExit> ended() {
                return machine.ended()
                        .thenCompose(how ->
                                unreachable ? new CompletableFuture<>() : CompletableFuture.completedFuture(how));
            }

            @Override
            public void kill() {
                if (!unreachable) {
                    machine.kill();
                }
            }
        };
    }

    @Override
    public boolean sharesMemory() {
        return true;
    }

    @Override
    public void close() {
        relay.close();
        processes.close();
    }
}
