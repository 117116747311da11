package dev.kiln.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Reads messages of the Arrow IPC format that somebody else wrote, perhaps badly: whatever the bytes are, the answer is a
 * table or an {@link IllegalArgumentException} that says what is wrong with them.
 */
final class MessageReader {

    private static final int MAX_DEPTH = 64;
    private static final int MAX_FIELDS = 100_000;

    private MessageReader() {}

    /**
     * The metadata of one message.
     *
     * @param message the flatbuffer
     * @param type what it is, a constant of {@link MessageHeader}
     * @param bodyLength bytes of the body that it announces
     * @param size its own bytes, for bounds
     * @param end where the body begins, counted from the first byte of the message
     */
    record Metadata(Message message, byte type, long bodyLength, int size, int end) {}

    /** The schema that a message tells. */
    static Schema schema(byte[] message) {
        return schema(metadata(ByteBuffer.wrap(message)));
    }

    static Schema schema(Metadata metadata) {
        return parsed(() -> {
            if (metadata.type() != MessageHeader.Schema
                    || !(metadata.message.header(new org.apache.arrow.flatbuf.Schema())
                            instanceof org.apache.arrow.flatbuf.Schema schema)) {
                throw new IllegalArgumentException("the message is not a schema, but " + name(metadata.type()));
            }
            return schema(schema);
        });
    }

    static Schema schema(org.apache.arrow.flatbuf.Schema schema) {
        if (schema.endianness() != Endianness.Little) {
            throw new IllegalArgumentException("the data is big endian, which is not read");
        }
        new FieldCount().add(schema);
        return Schema.convertSchema(schema);
    }

    /** The batch of a message with its body, in private memory. */
    static Batch batch(Pieces message, List<Shape> shapes) {
        return batch(message, shapes, Memory::buffer);
    }

    /** @param room makes the buffer, of that many bytes, that the body is copied to; its one reference becomes the batch's */
    static Batch batch(Pieces message, List<Shape> shapes, LongFunction<ArrowBuf> room) {
        Metadata metadata = metadata(message);
        message.skip(metadata.end());
        long length = metadata.bodyLength();
        if (length < 0 || length > message.remaining()) {
            throw new IllegalArgumentException(
                    "the message ends after " + message.remaining() + " bytes of its body, which has " + length);
        }
        BatchLayout layout = layout(metadata);
        ArrowBuf body = room.apply(length);
        try {
            message.copyTo(body, length);
            return new Batch(layout.rows(), columns(layout, shapes, body));
        } finally {
            body.getReferenceManager().release();
        }
    }

    /** The columns of a batch over a body whose every offset is looked at. The columns have references of their own. */
    static List<Column> columns(BatchLayout layout, List<Shape> shapes, ArrowBuf body) {
        List<Column> columns = layout.columns(shapes, body);
        try {
            columns.forEach(Inspection::check);
            return columns;
        } catch (RuntimeException | Error e) {
            columns.forEach(Column::release);
            throw e;
        }
    }

    /** Where the buffers of a batch are in its body; not yet checked against that. */
    static BatchLayout layout(Metadata metadata) {
        return parsed(() -> {
            if (metadata.type() != MessageHeader.RecordBatch
                    || !(metadata.message.header(new RecordBatch()) instanceof RecordBatch batch)) {
                throw new IllegalArgumentException("the message is not a batch, but " + name(metadata.type()));
            }
            return layout(batch, metadata.size());
        });
    }

    /**
     * The values of a dictionary.
     *
     * @param more whether they stand behind those that came before, not instead of them
     * @param layout of the one column that they are
     */
    record Words(long id, boolean more, BatchLayout layout) {}

    static boolean isDictionary(Metadata metadata) {
        return metadata.type() == MessageHeader.DictionaryBatch;
    }

    static Words words(Metadata metadata) {
        return parsed(() -> {
            if (!isDictionary(metadata)
                    || !(metadata.message.header(new DictionaryBatch()) instanceof DictionaryBatch batch)
                    || batch.data() == null) {
                throw new IllegalArgumentException("the message is not a dictionary, but " + name(metadata.type()));
            }
            return new Words(batch.id(), batch.isDelta(), layout(batch.data(), metadata.size()));
        });
    }

    private static BatchLayout layout(RecordBatch batch, int size) {
        if (batch.compression() != null) {
            throw new IllegalArgumentException(
                    "the data is compressed, which is not read: write it without compression");
        }
        // A length that is not plausible would make us allocate before we notice.
        int nodeCount = plausible(batch.nodesLength(), 16, size);
        int bufferCount = plausible(batch.buffersLength(), 16, size);
        int viewCount = plausible(batch.variadicBufferCountsLength(), 8, size);
        List<BatchLayout.Node> nodes = new ArrayList<>(nodeCount);
        for (int i = 0; i < nodeCount; i++) {
            int rows = count(batch.nodes(i).length(), "rows");
            int nulls = count(batch.nodes(i).nullCount(), "nulls");
            if (nulls > rows) {
                throw new IllegalArgumentException("a column has " + nulls + " nulls in " + rows + " rows");
            }
            nodes.add(new BatchLayout.Node(rows, nulls));
        }
        List<BatchLayout.Region> regions = new ArrayList<>(bufferCount);
        for (int i = 0; i < bufferCount; i++) {
            regions.add(new BatchLayout.Region(
                    batch.buffers(i).offset(), batch.buffers(i).length()));
        }
        List<Integer> dataBuffers = new ArrayList<>(viewCount);
        for (int i = 0; i < viewCount; i++) {
            int count = count(batch.variadicBufferCounts(i), "data buffers");
            dataBuffers.add(plausible(count, 16, size));
        }
        return new BatchLayout(count(batch.length(), "rows"), nodes, regions, dataBuffers);
    }

    private static int plausible(int count, int bytesEach, int size) {
        if (count < 0 || (long) count * bytesEach > size) {
            throw new IllegalArgumentException("the metadata of " + size + " bytes claims " + count + " entries");
        }
        return count;
    }

    private static int count(long value, String of) {
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "a batch with " + value + " " + of + " is not read, must be 0 to " + Integer.MAX_VALUE);
        }
        return (int) value;
    }

    /** The metadata of the message that comes next, and stays that. */
    private static Metadata metadata(Pieces message) {
        ByteBuffer prefix = message.peek(MessageWriter.PREFIX).order(ByteOrder.LITTLE_ENDIAN);
        int length = prefix.remaining() < MessageWriter.PREFIX ? 0 : prefix.getInt(4);
        return metadata(message.peek(
                Math.clamp(MessageWriter.PREFIX + (long) length, MessageWriter.PREFIX, Integer.MAX_VALUE)));
    }

    /**
     * The metadata of the message at the buffer's position.
     *
     * @throws IllegalArgumentException if the bytes are no message
     */
    static Metadata metadata(ByteBuffer bytes) {
        ByteBuffer little = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (little.remaining() < MessageWriter.PREFIX || little.getInt(0) != MessageWriter.CONTINUATION) {
            throw new IllegalArgumentException(
                    "not an Arrow message (version 0.15 or later): it does not begin with FFFFFFFF and a length");
        }
        int length = little.getInt(4);
        if (length < 8 || length > little.remaining() - MessageWriter.PREFIX) {
            throw new IllegalArgumentException("the message of " + little.remaining() + " bytes claims metadata of "
                    + Integer.toUnsignedLong(length));
        }
        return parsed(() -> {
            Message message = Message.getRootAsMessage(
                    little.slice(MessageWriter.PREFIX, length).order(ByteOrder.LITTLE_ENDIAN));
            if (message.version() != MetadataVersion.V5 && message.version() != MetadataVersion.V4) {
                throw new IllegalArgumentException(
                        "the message has metadata version " + (message.version() + 1) + ", must be 4 or 5");
            }
            return new Metadata(
                    message, message.headerType(), message.bodyLength(), length, MessageWriter.PREFIX + length);
        });
    }

    private static String name(byte type) {
        return type >= 0 && type < MessageHeader.names.length ? "a " + MessageHeader.name(type) : "of type " + type;
    }

    interface Parse<T> {
        T run();
    }

    /** Flatbuffers does not verify what it reads: nonsense shows as any unchecked exception. */
    static <T> T parsed(Parse<T> parse) {
        try {
            return parse.run();
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (RuntimeException | AssertionError e) {
            throw new IllegalArgumentException("the metadata of the message is damaged: " + e, e);
        }
    }

    /** Nested fields are tables that point to each other; damaged ones may point in circles. */
    private static final class FieldCount {
        private int fields;

        void add(org.apache.arrow.flatbuf.Schema schema) {
            for (int i = 0; i < schema.fieldsLength(); i++) {
                add(schema.fields(i), 1);
            }
        }

        private void add(org.apache.arrow.flatbuf.Field field, int depth) {
            fields++;
            if (depth > MAX_DEPTH || fields > MAX_FIELDS) {
                throw new IllegalArgumentException("the schema has more than " + MAX_FIELDS + " columns, or more than "
                        + MAX_DEPTH + " nested in each other");
            }
            if (field.name() == null) {
                throw new IllegalArgumentException("column " + fields + " of the schema has no name");
            }
            for (int i = 0; i < field.childrenLength(); i++) {
                add(field.children(i), depth + 1);
            }
        }
    }
}
