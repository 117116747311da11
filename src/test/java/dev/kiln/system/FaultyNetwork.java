package dev.kiln.system;

import dev.kiln.pool.Detour;
import dev.kiln.pool.spi.Backend;
import dev.kiln.pool.spi.BootOrder;
import dev.kiln.pool.spi.BootProblem;
import dev.kiln.pool.spi.Door;
import dev.kiln.pool.spi.Machine;
import dev.kiln.runner.RunnerExit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Local processes whose connections go through a relay in the place of the caller's, with the faults of networks. */
final class FaultyNetwork implements Backend {

    /** What connections are made of; the relay understands nothing of what passes. */
    enum Kind {
        UNIX,
        TLS
    }

    private final Backend processes;
    private final Duration lease;
    private final Queue<Way> ways = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger answersToLose = new AtomicInteger();
    private volatile boolean parted;
    private volatile boolean unreachable;
    private volatile ServerSocketChannel relay;

    FaultyNetwork(Kind kind, Duration lease) {
        this.processes = switch (kind) {
            case UNIX -> Detour.overSockets(this::through);
            case TLS -> Detour.overTcp(this::through);
        };
        this.lease = lease;
    }

    /** Closes all connections; new ones can be made. */
    void cut() {
        for (Way way = ways.poll(); way != null; way = ways.poll()) {
            way.cut();
        }
    }

    /** The connections that there are stay open and pass nothing on any more; new ones do. */
    void silence() {
        ways.forEach(way -> way.silent = true);
    }

    /** From here on nobody reaches anybody. */
    void part() {
        parted = true;
        cut();
    }

    void heal() {
        parted = false;
    }

    /** Cuts each of the next connections when the caller first says something: a greeting has come, its answer is lost. */
    void loseAnswers(int count) {
        answersToLose.set(count);
    }

    /** From here on the machines do not tell how they end, and are not killed. */
    void loseTheMachines() {
        unreachable = true;
    }

    /** How many connections were made and passed on. */
    int connections() {
        return connections.get();
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
        ServerSocketChannel listening = free instanceof UnixDomainSocketAddress
                ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                : ServerSocketChannel.open();
        relay = listening.bind(free);
        Thread.ofVirtual().name("test-network").start(() -> accept(listening, home));
        return listening.getLocalAddress();
    }

    private void accept(ServerSocketChannel listening, SocketAddress home) {
        try {
            while (true) {
                SocketChannel runner = listening.accept();
                if (parted) {
                    runner.close();
                } else {
                    boolean losesAnswer = answersToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
                    var way = new Way(runner, SocketChannel.open(home));
                    connections.incrementAndGet();
                    ways.add(way);
                    if (parted) { // meanwhile: then either of the two threads finds it
                        cut();
                    }
                    Thread.ofVirtual().start(() -> way.pump(way.runner, way.caller, false));
                    Thread.ofVirtual().start(() -> way.pump(way.caller, way.runner, losesAnswer));
                }
            }
        } catch (IOException e) {
            // Closed with the pool.
        }
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
        try {
            relay.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
        processes.close();
    }

    /** One connection. */
    private static final class Way {
        final SocketChannel runner;
        final SocketChannel caller;
        volatile boolean silent;

        Way(SocketChannel runner, SocketChannel caller) {
            this.runner = runner;
            this.caller = caller;
        }

        void pump(SocketChannel from, SocketChannel to, boolean loses) {
            ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
            try {
                while (from.read(buffer.clear()) >= 0 && !loses) {
                    buffer.flip();
                    while (!silent && buffer.hasRemaining()) {
                        int _ = to.write(buffer);
                    }
                }
            } catch (IOException e) {
                // Cut.
            }
            if (!silent) { // a silent network does not pass on either that somebody has hung up
                cut();
            }
        }

        void cut() {
            try (runner) {
                caller.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
