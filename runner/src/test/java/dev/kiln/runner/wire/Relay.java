package dev.kiln.runner.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** A way between two places with the faults of networks, over Unix domain sockets or TCP. */
final class Relay implements AutoCloseable {

    /**
     * What happens to one connection.
     *
     * @param cutAfterBytes of both directions together, wherever in a chunk that is
     * @param delayMicros the longest delay of what is passed on
     * @param duplicates how many of a hundred chunks are delivered again, at once or later; of what is encrypted, how many of a
     *     hundred pieces arrive twice or with a bit that has changed; such a connection is cut a little later, as its user
     *     would who hears nothing more, since a damaged length lets the receiver wait for what never comes
     */
    record Faults(long cutAfterBytes, int delayMicros, int duplicates, long seed) {
        static final Faults NONE = new Faults(Long.MAX_VALUE, 0, 0, 0);
    }

    private static final long DAMAGED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ServerSocketChannel server;
    private final SocketAddress target;
    private final boolean encrypted;
    private final Supplier<Faults> faults;
    private final Queue<Way> ways = new ConcurrentLinkedQueue<>();

    private Relay(ServerSocketChannel server, SocketAddress target, boolean encrypted, Supplier<Faults> faults) {
        this.server = server;
        this.target = target;
        this.encrypted = encrypted;
        this.faults = faults;
        Thread.ofVirtual().name("test-relay").start(this::accept);
    }

    static Relay at(Path socket, SocketAddress target, Supplier<Faults> faults) throws IOException {
        var address = UnixDomainSocketAddress.of(socket);
        return new Relay(
                ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX).bind(address), target, false, faults);
    }

    static Relay overTcp(SocketAddress target, Supplier<Faults> faults) throws IOException {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return new Relay(ServerSocketChannel.open().bind(any), target, false, faults);
    }

    /** Over TCP too, but it understands nothing of what passes. */
    static Relay overTls(SocketAddress target, Supplier<Faults> faults) throws IOException {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return new Relay(ServerSocketChannel.open().bind(any), target, true, faults);
    }

    SocketAddress address() throws IOException {
        return server.getLocalAddress();
    }

    /** How many connections were made. */
    int connections() {
        return ways.size();
    }

    /** From here on the connections that there are stay open and pass nothing on: half open, or a network that swallows. */
    void silence() {
        ways.forEach(way -> way.silent = true);
    }

    /** Closes the ends towards those who dialled; the other ends learn nothing of it. */
    void closeHalf() {
        for (Way way : ways) {
            way.silent = true;
            closeQuietly(way.dialled);
        }
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel dialled = server.accept();
                var way = new Way(dialled, SocketChannel.open(target), encrypted, faults.get());
                ways.add(way);
                way.begin();
            }
        } catch (IOException e) {
            close();
        }
    }

    @Override
    public void close() {
        closeQuietly(server);
        ways.forEach(Way::cut);
    }

    private static void closeQuietly(java.io.Closeable channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** One connection through the relay. */
    private static final class Way {
        final SocketChannel dialled;
        final SocketChannel home;
        final boolean encrypted;
        final Faults faults;
        final AtomicLong leftBytes;
        volatile boolean silent;

        Way(SocketChannel dialled, SocketChannel home, boolean encrypted, Faults faults) {
            this.dialled = dialled;
            this.home = home;
            this.encrypted = encrypted;
            this.faults = faults;
            this.leftBytes = new AtomicLong(faults.cutAfterBytes);
        }

        void begin() {
            Thread.ofVirtual().start(() -> pump(dialled, home, new Random(faults.seed)));
            Thread.ofVirtual().start(() -> pump(home, dialled, new Random(~faults.seed)));
        }

        private void pump(SocketChannel from, SocketChannel to, Random random) {
            var duplicator = new Duplicator(faults.duplicates, random);
            UnaryOperator<byte[]> fault = faults.duplicates == 0
                    ? bytes -> bytes
                    : encrypted ? bytes -> damage(bytes, faults.duplicates, random) : duplicator::pass;
            ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
            try {
                while (from.read(buffer.clear()) >= 0) {
                    if (faults.delayMicros > 0) {
                        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(faults.delayMicros)));
                    }
                    byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
                    pass(fault.apply(bytes), to);
                }
                if (silent) {
                    return; // the other side does not learn it
                }
            } catch (IOException e) {
                // Cut, here or there.
            }
            if (!silent) {
                cut();
            }
        }

        private byte[] damage(byte[] bytes, int percent, Random random) {
            if (bytes.length == 0 || random.nextInt(100) >= percent) {
                return bytes;
            }
            Thread.ofVirtual().start(() -> {
                LockSupport.parkNanos(DAMAGED_NANOS);
                cut();
            });
            if (random.nextBoolean()) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                return bytes;
            }
            byte[] twice = Arrays.copyOf(bytes, 2 * bytes.length);
            System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
            return twice;
        }

        private void pass(byte[] bytes, SocketChannel to) throws IOException {
            long left = leftBytes.getAndAdd(-bytes.length);
            ByteBuffer out = ByteBuffer.wrap(bytes, 0, Math.clamp(left, 0, bytes.length));
            while (!silent && out.hasRemaining()) {
                int _ = to.write(out);
            }
            if (left < bytes.length) {
                cut();
            }
        }

        void cut() {
            closeQuietly(dialled);
            closeQuietly(home);
        }
    }

    /** Delivers chunks again that were delivered before. Greetings are not part of any sequence and come once. */
    private static final class Duplicator {
        private final int percent;
        private final Random random;
        private byte[] rest = {};
        private byte[] old = {};

        Duplicator(int percent, Random random) {
            this.percent = percent;
            this.random = random;
        }

        byte[] pass(byte[] bytes) {
            byte[] all = Arrays.copyOf(rest, rest.length + bytes.length);
            System.arraycopy(bytes, 0, all, rest.length, bytes.length);
            var out = new ByteArrayOutputStream();
            int at = 0;
            while (all.length - at >= ChunkReader.HEADER_BYTES) {
                int length = ChunkReader.HEADER_BYTES + ByteBuffer.wrap(all).getInt(at);
                if (all.length - at < length) {
                    break;
                }
                out.write(all, at, length);
                if (all[at + 8] != ChunkReader.GREETING && random.nextInt(100) < percent) {
                    out.write(all, at, length);
                    out.writeBytes(old);
                    old = Arrays.copyOfRange(all, at, at + length);
                }
                at += length;
            }
            rest = Arrays.copyOfRange(all, at, all.length);
            return out.toByteArray();
        }
    }
}
