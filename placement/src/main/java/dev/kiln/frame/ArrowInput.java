package dev.kiln.frame;

import dev.kiln.frame.MessageReader.Metadata;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Reads Arrow IPC files and streams that lie on disk, batch by batch, through the heap in chunks: no JVM flag is needed, and a
 * file that somebody cuts off meanwhile is an error (read through a mapping it would be a fault).
 */
final class ArrowInput {

    private static final int CHUNK = 1 << 20;
    private static final int MAX_METADATA = 256 << 20;

    private final FileChannel channel;
    private final long size;
    private final byte[] chunk = new byte[CHUNK];

    private ArrowInput(FileChannel channel) throws IOException {
        this.channel = channel;
        this.size = channel.size();
    }

    /**
     * Reads all of it.
     *
     * @throws UncheckedIOException if the file cannot be read
     * @throws IllegalArgumentException if it is no such file, or is damaged
     */
    static Table read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ArrowInput input = new ArrowInput(channel);
            return input.isFile() ? input.file() : input.stream();
        } catch (EOFException e) {
            throw new IllegalArgumentException(file + " cannot be read as an Arrow file: it is cut off", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + " cannot be read as an Arrow file: " + e.getMessage(), e);
        }
    }

    private boolean isFile() throws IOException {
        return size >= ArrowOutput.MAGIC.length
                && Arrays.equals(bytes(0, ArrowOutput.MAGIC.length).array(), ArrowOutput.MAGIC);
    }

    private Table file() throws IOException {
        int tail = 4 + ArrowOutput.MAGIC.length;
        ByteBuffer end = bytes(size - tail, tail);
        int length = end.getInt();
        byte[] magic = new byte[ArrowOutput.MAGIC.length];
        end.get(magic);
        if (!Arrays.equals(magic, ArrowOutput.MAGIC) || length < 0 || length > size - tail) {
            throw new IllegalArgumentException("it does not end with a footer, so it is cut off");
        }
        ByteBuffer metadata = bytes(size - tail - length, length);
        Footer footer = MessageReader.parsed(() -> Footer.getRootAsFooter(metadata));
        Schema schema = MessageReader.parsed(() -> MessageReader.schema(footer.schema()));
        try (Dictionaries dictionaries = new Dictionaries(schema);
                TableWriter writer = new TableWriter(dictionaries.plain())) {
            List<Shape> shapes = dictionaries.shapes();
            int words = MessageReader.parsed(footer::dictionariesLength);
            for (int i = 0; i < words; i++) {
                int at = i;
                long offset = offset(() -> footer.dictionaries(at));
                learn(dictionaries, offset, message(offset));
            }
            int count = MessageReader.parsed(footer::recordBatchesLength);
            for (int i = 0; i < count; i++) {
                int at = i;
                long offset = offset(() -> footer.recordBatches(at));
                append(writer, dictionaries, shapes, offset, message(offset));
            }
            return writer.finish();
        }
    }

    private static long offset(MessageReader.Parse<Block> block) {
        return MessageReader.parsed(() -> block.run().offset());
    }

    private Table stream() throws IOException {
        Metadata first = message(0);
        Schema schema = MessageReader.schema(first);
        try (Dictionaries dictionaries = new Dictionaries(schema);
                TableWriter writer = new TableWriter(dictionaries.plain())) {
            List<Shape> shapes = dictionaries.shapes();
            long at = first.end();
            while (!isEnd(at)) {
                Metadata next = message(at);
                at = MessageReader.isDictionary(next)
                        ? learn(dictionaries, at, next)
                        : append(writer, dictionaries, shapes, at, next);
            }
            return writer.finish();
        }
    }

    /** A stream ends with a message of no length, or just ends. */
    private boolean isEnd(long at) throws IOException {
        return at >= size || (size - at >= 8 && bytes(at, 8).getLong() == 0xFFFFFFFFL);
    }

    /** The metadata of the message at a place of the file. */
    private Metadata message(long at) throws IOException {
        ByteBuffer prefix = bytes(at, MessageWriter.PREFIX);
        int length = prefix.getInt(4);
        if (prefix.getInt(0) != MessageWriter.CONTINUATION) {
            length = 0; // no message: the reader says it
        } else if (length < 0 || length > Math.min(size - at, MAX_METADATA)) {
            throw new IllegalArgumentException(
                    "the message at byte " + at + " claims metadata of " + Integer.toUnsignedLong(length) + " bytes");
        }
        return MessageReader.metadata(bytes(at, MessageWriter.PREFIX + length));
    }

    /** Takes the values of a dictionary, and tells where they end. */
    private long learn(Dictionaries dictionaries, long at, Metadata metadata) throws IOException {
        MessageReader.Words words = MessageReader.words(metadata);
        List<Column> columns = columns(words.layout(), List.of(dictionaries.shape(words.id())), at, metadata);
        try {
            dictionaries.add(words.id(), words.more(), columns.getFirst());
        } finally {
            columns.forEach(Column::release);
        }
        return at + metadata.end() + metadata.bodyLength();
    }

    /** Appends a batch, and tells where it ends. */
    private long append(TableWriter writer, Dictionaries dictionaries, List<Shape> shapes, long at, Metadata metadata)
            throws IOException {
        BatchLayout layout = MessageReader.layout(metadata);
        List<Column> columns = columns(layout, shapes, at, metadata);
        try {
            List<Column> plain = dictionaries.decoded(columns);
            try {
                writer.append(layout.rows(), plain);
            } finally {
                plain.forEach(Column::release);
            }
        } finally {
            columns.forEach(Column::release);
        }
        return at + metadata.end() + metadata.bodyLength();
    }

    /** The columns of a batch, whose body is read into memory of its own. */
    private List<Column> columns(BatchLayout layout, List<Shape> shapes, long at, Metadata metadata)
            throws IOException {
        long start = at + metadata.end();
        long length = metadata.bodyLength();
        if (length < 0 || length > size - start) {
            throw new EOFException("body of " + length + " bytes at " + start);
        }
        ArrowBuf body = Memory.buffer(length);
        try {
            read(start, body);
            return MessageReader.columns(layout, shapes, body);
        } finally {
            body.getReferenceManager().release();
        }
    }

    private void read(long from, ArrowBuf to) throws IOException {
        for (long done = 0; done < to.capacity(); done += CHUNK) {
            int count = (int) Math.min(CHUNK, to.capacity() - done);
            read(from + done, ByteBuffer.wrap(chunk, 0, count));
            to.setBytes(done, chunk, 0, count);
        }
    }

    private ByteBuffer bytes(long from, int count) throws IOException {
        if (from < 0 || count > size - from) {
            throw new EOFException(count + " bytes at " + from);
        }
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        read(from, bytes);
        return bytes.flip();
    }

    private void read(long from, ByteBuffer bytes) throws IOException {
        int start = bytes.position();
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, from + bytes.position() - start) < 0) {
                throw new EOFException("the file became shorter");
            }
        }
    }
}
