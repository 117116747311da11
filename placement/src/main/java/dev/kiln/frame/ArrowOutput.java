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
 * Through the heap, chunk by chunk, so that no JVM flag is needed. Source: Arrow columnar format, "IPC File Format", "IPC
 * Streaming Format", and the names that both have as media types.
 */
final class ArrowOutput {

    static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

    private static final String STREAM_SUFFIX = ".arrows";
    private static final int CHUNK = 1 << 20;

    private final FileChannel channel;
    private final byte[] chunk = new byte[CHUNK];
    private final List<ArrowBlock> blocks = new ArrayList<>();
    private long end;

    private ArrowOutput(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws UncheckedIOException if the file cannot be written; what was there before is still there then */
    static void write(Schema schema, List<Batch> batches, Path file) {
        try {
            Path directory = file.toAbsolutePath().getParent();
            Path partial = Files.createTempFile(directory, "." + file.getFileName(), ".partial");
            try {
                try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                    new ArrowOutput(channel)
                            .write(schema, batches, file.toString().endsWith(STREAM_SUFFIX));
                }
                Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private void write(Schema schema, List<Batch> batches, boolean stream) throws IOException {
        if (!stream) {
            put(MAGIC);
            align();
        }
        put(MessageWriter.schema(schema));
        for (Batch batch : batches) {
            write(batch);
        }
        put(new byte[] {-1, -1, -1, -1, 0, 0, 0, 0});
        if (!stream) {
            end(schema);
        }
    }

    private void end(Schema schema) throws IOException {
        byte[] footer = footer(schema);
        put(footer);
        put(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(footer.length)
                .array());
        put(MAGIC);
    }

    private void write(Batch batch) throws IOException {
        List<Column> compact = new ArrayList<>();
        try {
            batch.columns().forEach(column -> compact.add(column.compact()));
            long[] length = {0};
            List<ArrowBuf> body = new ArrayList<>();
            BatchLayout layout = BatchLayout.of(batch.rows(), compact, false, buffer -> {
                BatchLayout.Region region = new BatchLayout.Region(length[0], buffer.capacity());
                body.add(buffer);
                length[0] = MessageWriter.aligned(length[0] + buffer.capacity());
                return region;
            });
            byte[] metadata = MessageWriter.batch(layout, length[0], 0);
            blocks.add(new ArrowBlock(end, metadata.length, length[0]));
            put(metadata);
            for (ArrowBuf buffer : body) {
                put(buffer);
                align();
            }
        } finally {
            compact.forEach(Column::release);
        }
    }

    private byte[] footer(Schema schema) {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        builder.finish(new ArrowFooter(schema, List.of(), blocks).writeTo(builder));
        return builder.sizedByteArray();
    }

    private void put(ArrowBuf buffer) throws IOException {
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
