package dev.kiln.frame;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowFooter;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Writes Arrow IPC files: {@code ARROW1}, the schema, the batches, an end mark, a footer that tells where they are. Without what
 * is before the schema and behind the end mark they are Arrow IPC streams, which files with the name {@code *.arrows} are.
 * From where the data is, if the JVM has native access; else through the heap, chunk by chunk, so that no JVM flag is needed.
 * Source: Arrow columnar format, "IPC File Format", "IPC Streaming Format", and the names that both have as media types.
 */
final class ArrowOutput {

    static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

    private static final String STREAM_SUFFIX = ".arrows";
    private static final int CHUNK = 1 << 20;

    private final FileChannel channel;
    private final Schema schema;
    private final boolean withValidity;
    private final boolean direct = NativeAccess.isEnabled();
    private final byte[] chunk = new byte[direct ? 0 : CHUNK];
    private final List<ArrowBlock> blocks = new ArrayList<>();
    private long end;

    /**
     * @param withValidity whether validity bits are written also where no row is null: who maps the file would have to make them
     */
    ArrowOutput(FileChannel channel, Schema schema, boolean withValidity) {
        this.channel = channel;
        this.schema = schema;
        this.withValidity = withValidity;
    }

    /** @throws UncheckedIOException if the file cannot be written; what was there before is still there then */
    static void write(Schema schema, List<Batch> batches, Path file) {
        try {
            Path directory = file.toAbsolutePath().getParent();
            Path partial = Files.createTempFile(directory, "." + file.getFileName(), ".partial");
            try {
                try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                    boolean stream = file.toString().endsWith(STREAM_SUFFIX);
                    ArrowOutput output = new ArrowOutput(channel, schema, false);
                    output.begin(stream);
                    for (Batch batch : batches) {
                        output.add(batch.rows(), batch.columns());
                    }
                    output.end(stream);
                }
                Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * The first thing to do.
     *
     * @param stream whether it becomes a stream, not a file
     */
    void begin(boolean stream) throws IOException {
        if (!stream) {
            put(MAGIC);
            align();
        }
        put(MessageWriter.schema(schema));
    }

    /** Writes a batch. Returns where its buffers are, counted from the beginning of the file. */
    BatchLayout add(int rows, List<Column> columns) throws IOException {
        List<Column> compact = new ArrayList<>();
        try {
            columns.forEach(column -> compact.add(column.compact()));
            long[] length = {0};
            List<ArrowBuf> body = new ArrayList<>();
            BatchLayout layout = BatchLayout.of(rows, compact, withValidity, buffer -> {
                BatchLayout.Region region = new BatchLayout.Region(length[0], buffer.capacity());
                body.add(buffer);
                length[0] = MessageWriter.aligned(length[0] + buffer.capacity());
                return region;
            });
            byte[] metadata = MessageWriter.batch(layout, length[0]);
            blocks.add(new ArrowBlock(end, metadata.length, length[0]));
            put(metadata);
            BatchLayout placed = layout.movedBy(end);
            for (ArrowBuf buffer : body) {
                put(buffer);
                align();
            }
            return placed;
        } finally {
            compact.forEach(Column::release);
        }
    }

    /** The last thing to do: without it, the file is cut off. Returns its size in bytes. */
    long end(boolean stream) throws IOException {
        put(new byte[] {-1, -1, -1, -1, 0, 0, 0, 0});
        if (!stream) {
            putFooter();
        }
        return end;
    }

    private void putFooter() throws IOException {
        byte[] footer = footer();
        put(footer);
        put(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(footer.length)
                .array());
        put(MAGIC);
    }

    /** How many bytes are written. */
    long written() {
        return end;
    }

    private byte[] footer() {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        builder.finish(new ArrowFooter(schema, List.of(), blocks).writeTo(builder));
        return builder.sizedByteArray();
    }

    private void put(ArrowBuf buffer) throws IOException {
        if (direct) {
            for (long from = 0; from < buffer.capacity(); from += NativeBytes.MAX_VIEW) {
                put(NativeBytes.view(buffer, from));
            }
            return;
        }
        for (long from = 0; from < buffer.capacity(); from += CHUNK) {
            int count = (int) Math.min(CHUNK, buffer.capacity() - from);
            buffer.getBytes(from, chunk, 0, count);
            put(ByteBuffer.wrap(chunk, 0, count));
        }
    }

    private void align() throws IOException {
        put(new byte[(int) (MessageWriter.aligned(end) - end)]);
    }

    private void put(byte[] bytes) throws IOException {
        put(ByteBuffer.wrap(bytes));
    }

    private void put(ByteBuffer bytes) throws IOException {
        end += bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
