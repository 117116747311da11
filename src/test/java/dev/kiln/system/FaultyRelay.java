package dev.kiln.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Passes on what comes to one place to another one, with the faults of networks. It understands nothing of what passes. */
final class FaultyRelay implements AutoCloseable {
    private final ServerSocketChannel listening;
    private final SocketAddress target;
    private final Queue<Way> ways = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger answersToLose = new AtomicInteger();
    private final AtomicLong passed = new AtomicLong();
    private volatile long stallsAfter = Long.MAX_VALUE;
    private volatile boolean parted;

    private FaultyRelay(ServerSocketChannel listening, SocketAddress target) {
        this.listening = listening;
        this.target = target;
        Thread.ofVirtual().name("test-network").start(this::accept);
    }

    /** @param at a socket's path, or port 0 for any that is free */
    static FaultyRelay between(SocketAddress at, SocketAddress target) throws IOException {
        ServerSocketChannel listening = at instanceof UnixDomainSocketAddress
                ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                : ServerSocketChannel.open();
        return new FaultyRelay(listening.bind(at), target);
    }

    SocketAddress address() throws IOException {
        return listening.getLocalAddress();
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

    /** Who dials next reaches nobody, and the connections that there are end. */
    void part() {
        parted = true;
        cut();
    }

    void heal() {
        parted = false;
    }

    /** Cuts each of the next connections when the side that was dialled first says something. */
    void loseAnswers(int count) {
        answersToLose.set(count);
    }

    /** Falls silent, with all connections that there are then, when so many bytes in all were passed on. */
    void stallAfter(long bytes) {
        stallsAfter = bytes;
    }

    /** How many bytes were passed on, in either direction. */
    long passed() {
        return passed.get();
    }

    /** How many connections were made and passed on. */
    int connections() {
        return connections.get();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel dialled = listening.accept();
                if (parted) {
                    dialled.close();
                } else {
                    boolean losesAnswer = answersToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
                    var way = new Way(dialled, SocketChannel.open(target));
                    connections.incrementAndGet();
                    ways.add(way);
                    if (parted) { // meanwhile: then either of the two threads finds it
                        cut();
                    }
                    Thread.ofVirtual().start(() -> pump(way, way.dialled, way.target, false));
                    Thread.ofVirtual().start(() -> pump(way, way.target, way.dialled, losesAnswer));
                }
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void pump(Way way, SocketChannel from, SocketChannel to, boolean loses) {
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        try {
            while (from.read(buffer.clear()) >= 0 && !loses) {
                buffer.flip();
                if (passed.addAndGet(buffer.remaining()) > stallsAfter) {
                    stallsAfter = Long.MAX_VALUE; // once
                    silence();
                }
                while (!way.silent && buffer.hasRemaining()) {
                    int _ = to.write(buffer);
                }
            }
        } catch (IOException e) {
            // Cut.
        }
        if (!way.silent) { // a silent network does not pass on either that somebody has hung up
            way.cut();
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }

    /** One connection. */
    private static final class Way {
        final SocketChannel dialled;
        final SocketChannel target;
        volatile boolean silent;

        Way(SocketChannel dialled, SocketChannel target) {
            this.dialled = dialled;
            this.target = target;
        }

        void cut() {
            try (dialled) {
                target.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
