package dev.kiln.pool;

import dev.kiln.pool.BatchStatus.Calls;
import dev.kiln.runner.Kiln;
import dev.kiln.runner.wire.Message.BatchEnd;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What crosses between a {@link PoolSession} and its {@link SessionDoor}: one wish, one answer, then the connection ends. Both
 * begin with Kiln's version, and another one is refused in words. Numbers and text, no objects: nothing is deserialized.
 */
final class SessionWire {
    private static final int MOST = 1_000_000;

    private SessionWire() {}

    /**
     * @param batch the id of one, empty for all
     * @param end what is to become of it, null for nothing
     */
    record Wish(String batch, @Nullable BatchEnd end) {}

    static UnixDomainSocketAddress address(String text) {
        return UnixDomainSocketAddress.of(text);
    }

    static void write(SocketChannel to, Wish wish) throws IOException {
        DataOutputStream out = out(to);
        out.writeUTF(Kiln.version());
        out.writeUTF(wish.batch());
        out.writeUTF(wish.end() == null ? "" : wish.end().name());
        out.flush();
    }

    /** @throws IOException if it makes no sense; the message is for who sent it */
    static Wish readWish(SocketChannel from) throws IOException {
        DataInputStream in = in(from);
        check(in.readUTF());
        String batch = in.readUTF();
        String end = in.readUTF();
        try {
            return new Wish(batch, end.isEmpty() ? null : BatchEnd.valueOf(end));
        } catch (IllegalArgumentException e) {
            throw new IOException("a batch cannot end by '" + end + "'", e);
        }
    }

    /** @param problem why there is none, empty where there is */
    static void writeAnswer(SocketChannel to, String problem, List<BatchStatus> batches) throws IOException {
        DataOutputStream out = out(to);
        out.writeUTF(Kiln.version());
        out.writeUTF(problem);
        out.writeInt(batches.size());
        for (BatchStatus batch : batches) {
            write(out, batch);
        }
        out.flush();
    }

    static List<BatchStatus> readAnswer(SocketChannel from) throws IOException {
        DataInputStream in = in(from);
        check(in.readUTF());
        String problem = in.readUTF();
        int count = in.readInt();
        if (!problem.isEmpty() || count < 0 || count > MOST) {
            throw new IOException(problem.isEmpty() ? "it tells of " + count + " batches" : problem);
        }
        List<BatchStatus> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batches.add(read(in));
        }
        return batches;
    }

    private static void write(DataOutputStream out, BatchStatus status) throws IOException {
        out.writeUTF(status.id());
        out.writeUTF(status.name());
        out.writeUTF(status.state().name());
        out.writeInt(status.priority());
        out.writeLong(status.elapsed().toNanos());
        out.writeInt(status.calls().queued());
        out.writeInt(status.calls().running());
        out.writeInt(status.calls().done());
        out.writeInt(status.calls().failed());
        out.writeInt(status.calls().cancelled());
        out.writeInt(status.frames());
        out.writeInt(status.objects());
        out.writeLong(status.bytes());
        out.writeDouble(status.progress().orElse(Double.NaN));
        out.writeLong(status.remaining().map(Duration::toNanos).orElse(-1L));
    }

    private static BatchStatus read(DataInputStream in) throws IOException {
        return new BatchStatus(
                in.readUTF(),
                in.readUTF(),
                state(in.readUTF()),
                in.readInt(),
                Duration.ofNanos(in.readLong()),
                new Calls(in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt()),
                in.readInt(),
                in.readInt(),
                in.readLong(),
                progress(in.readDouble()),
                remaining(in.readLong()));
    }

    private static BatchStatus.State state(String name) throws IOException {
        try {
            return BatchStatus.State.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new IOException("a batch cannot be '" + name + "'", e);
        }
    }

    private static OptionalDouble progress(double part) {
        return Double.isNaN(part) ? OptionalDouble.empty() : OptionalDouble.of(part);
    }

    private static Optional<Duration> remaining(long nanos) {
        return nanos < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
    }

    private static void check(String version) throws IOException {
        if (!version.equals(Kiln.version())) {
            throw new IOException("Kiln " + version + " there, " + Kiln.version() + " here");
        }
    }

    private static DataOutputStream out(SocketChannel to) {
        return new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(to)));
    }

    /** Reads no further than it is asked to, byte by byte: there is little to read. */
    private static DataInputStream in(SocketChannel from) {
        return new DataInputStream(Channels.newInputStream(from));
    }
}
