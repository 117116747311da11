package dev.kiln.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;

/** A process that writes Arrow's stream format to a Unix domain socket, with Arrow's own writer and nothing else. */
final class StreamPeer implements AutoCloseable {
    private final Path folder;
    private final Process process;
    private final SocketChannel channel;
    private final BufferAllocator allocator = new RootAllocator();

    private StreamPeer(Path folder, Process process, SocketChannel channel) {
        this.folder = folder;
        this.process = process;
        this.channel = channel;
    }

    static StreamPeer start() throws IOException {
        Path folder = Files.createTempDirectory("kiln-bench-stream");
        Path socket = folder.resolve("socket");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Process process = JavaProcess.of(JavaProcess.ARROW, Writer.class, socket.toString())
                    .inheritIO()
                    .start();
            return new StreamPeer(folder, process, server.accept());
        }
    }

    /** Asks for a frame of {@link Columns} and adds it up as its batches come, in memory that is used again. */
    void sum(long bytes) throws IOException {
        var sum = new Sum();
        read(bytes, sum);
        sum.check(bytes);
    }

    /** The same, but all of it is here before it is added up: what {@code collect} has to do. */
    void collectAndSum(long bytes) throws IOException {
        List<ArrowRecordBatch> kept = new ArrayList<>();
        Schema schema = read(bytes, batch -> kept.add(new VectorUnloader(batch).getRecordBatch()));
        var sum = new Sum();
        try (VectorSchemaRoot batch = VectorSchemaRoot.create(schema, allocator)) {
            for (ArrowRecordBatch next : kept) {
                new VectorLoader(batch).load(next);
                sum.accept(batch);
                next.close();
            }
        }
        sum.check(bytes);
    }

    private Schema read(long bytes, Consumer<VectorSchemaRoot> batches) throws IOException {
        write(channel, ByteBuffer.allocate(Long.BYTES).putLong(bytes).flip());
        var reader = new ArrowStreamReader(channel, allocator);
        try {
            while (reader.loadNextBatch()) {
                batches.accept(reader.getVectorSchemaRoot());
            }
            return reader.getVectorSchemaRoot().getSchema();
        } finally {
            reader.close(false); // the next one comes over the same connection
        }
    }

    private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        int _ = process.onExit().join().exitValue();
        Files.deleteIfExists(folder.resolve("socket"));
        Files.deleteIfExists(folder);
        allocator.close();
    }

    /** The other process. */
    static final class Writer {
        private static final int BATCH_ROWS = 1 << 16; // a megabyte: what Kiln sends at a time

        private Writer() {}

        public static void main(String[] arguments) throws IOException {
            try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(Path.of(arguments[0])));
                    BufferAllocator allocator = new RootAllocator();
                    Float8Vector values = new Float8Vector("value", allocator);
                    BigIntVector numbers = new BigIntVector("number", allocator)) {
                while (true) {
                    serve(channel, values, numbers, Columns.rows(asked(channel)));
                }
            } catch (EOFException e) {
                // nobody asks any more
            }
        }

        private static long asked(SocketChannel channel) throws IOException {
            ByteBuffer request = ByteBuffer.allocate(Long.BYTES);
            while (request.hasRemaining()) {
                if (channel.read(request) < 0) {
                    throw new EOFException();
                }
            }
            return request.flip().getLong();
        }

        /** The vectors grow to the largest frame that was asked for, and are filled once: writing is what is measured. */
        private static void serve(SocketChannel channel, Float8Vector values, BigIntVector numbers, int rows)
                throws IOException {
            for (int i = numbers.getValueCount(); i < rows; i++) {
                values.setSafe(i, i / 2.0);
                numbers.setSafe(i, i);
            }
            if (numbers.getValueCount() < rows) {
                values.setValueCount(rows);
                numbers.setValueCount(rows);
            }
            VectorSchemaRoot all = VectorSchemaRoot.of(values, numbers);
            try (VectorSchemaRoot sent = VectorSchemaRoot.create(all.getSchema(), values.getAllocator())) {
                var writer = new ArrowStreamWriter(sent, null, channel); // closing it would close the channel
                for (int from = 0; from < rows; from += BATCH_ROWS) {
                    try (VectorSchemaRoot batch = all.slice(from, Math.min(BATCH_ROWS, rows - from))) {
                        load(batch, sent);
                    }
                    writer.writeBatch();
                }
                writer.end();
            }
        }

        private static void load(VectorSchemaRoot from, VectorSchemaRoot to) {
            try (ArrowRecordBatch batch = new VectorUnloader(from).getRecordBatch()) {
                new VectorLoader(to).load(batch);
            }
        }
    }
}
