package dev.kiln.frame;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Writes messages of the Arrow IPC format on the heap, so that it works in a JVM without flags (Arrow's own writer needs
 * {@code --add-opens=java.base/java.nio=ALL-UNNAMED}).
 *
 * <p>An encapsulated message is: the continuation mark FFFFFFFF (4 bytes), the length of the metadata (4, little endian),
 * the metadata (a flatbuffer), padding, the body. Source: Arrow columnar format, version 1.5, "Serialization and IPC".
 */
final class MessageWriter {

    /** Bodies and buffers begin at multiples of this. */
    static final int ALIGNMENT = 64;

    static final int CONTINUATION = -1;
    /** Continuation mark and length. */
    static final int PREFIX = 8;

    private MessageWriter() {}

    /** The next multiple of {@link #ALIGNMENT}. */
    static long aligned(long bytes) {
        return Math.addExact(bytes, ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** The message that tells the schema. Its length is a multiple of {@link #ALIGNMENT}. */
    static byte[] schema(Schema schema) {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int header = schema.getSchema(builder);
        return encapsulated(builder, MessageHeader.Schema, header, 0, 0, 0);
    }

    /**
     * The message of a batch without its body.
     *
     * @param bodyLength bytes of the body that follows
     */
    static byte[] batch(BatchLayout layout, long bodyLength) {
        return batch(layout, bodyLength, 0, 0);
    }

    /**
     * @param lead bytes in the array that is returned before the message
     * @param room bytes for the body behind it
     */
    private static byte[] batch(BatchLayout layout, long bodyLength, int lead, int room) {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        RecordBatch.startNodesVector(builder, layout.nodes().size());
        for (BatchLayout.Node node : layout.nodes().reversed()) {
            FieldNode.createFieldNode(builder, node.rows(), node.nulls());
        }
        int nodes = builder.endVector();
        RecordBatch.startBuffersVector(builder, layout.regions().size());
        for (BatchLayout.Region region : layout.regions().reversed()) {
            Buffer.createBuffer(builder, region.offset(), region.length());
        }
        int buffers = builder.endVector();
        int counts = RecordBatch.createVariadicBufferCountsVector(
                builder,
                layout.dataBuffers().stream().mapToLong(Integer::longValue).toArray());
        RecordBatch.startRecordBatch(builder);
        RecordBatch.addLength(builder, layout.rows());
        RecordBatch.addNodes(builder, nodes);
        RecordBatch.addBuffers(builder, buffers);
        if (!layout.dataBuffers().isEmpty()) {
            RecordBatch.addVariadicBufferCounts(builder, counts);
        }
        return encapsulated(
                builder, MessageHeader.RecordBatch, RecordBatch.endRecordBatch(builder), bodyLength, lead, room);
    }

    /**
     * A batch with its body.
     *
     * @param columns compact ones
     * @param lead bytes before it that are the caller's to fill
     * @throws IllegalArgumentException if it were longer than a Java array
     */
    static byte[] batch(int rows, List<Column> columns, int lead) {
        Packing body = new Packing();
        BatchLayout layout = BatchLayout.of(rows, columns, false, body::place);
        if (body.end > Integer.MAX_VALUE - (1 << 20)) {
            throw new IllegalArgumentException(
                    "a message holds less than 2 GiB, " + rows + " rows are " + body.end + " bytes: take fewer rows");
        }
        byte[] message = batch(layout, body.end, lead, (int) body.end);
        int start = message.length - (int) body.end;
        Packing again = new Packing();
        BatchLayout.of(rows, columns, false, buffer -> {
            BatchLayout.Region region = again.place(buffer);
            buffer.getBytes(0, message, start + (int) region.offset(), (int) region.length());
            return region;
        });
        return message;
    }

    /** Gives buffers places in a body, one after the other. */
    private static final class Packing {
        private long end;

        BatchLayout.Region place(ArrowBuf buffer) {
            BatchLayout.Region region = new BatchLayout.Region(end, buffer.capacity());
            end = aligned(end + buffer.capacity());
            return region;
        }
    }

    private static byte[] encapsulated(
            FlatBufferBuilder builder, byte type, int header, long bodyLength, int lead, int room) {
        Message.startMessage(builder);
        Message.addHeaderType(builder, type);
        Message.addHeader(builder, header);
        Message.addVersion(builder, MetadataVersion.V5);
        Message.addBodyLength(builder, bodyLength);
        builder.finish(Message.endMessage(builder));
        ByteBuffer metadata = builder.dataBuffer();
        int length = metadata.remaining();
        int start = (int) aligned(PREFIX + (long) length);
        ByteBuffer message =
                ByteBuffer.allocate(Math.addExact(lead + start, room)).order(ByteOrder.LITTLE_ENDIAN);
        message.position(lead).putInt(CONTINUATION).putInt(start - PREFIX).put(metadata);
        return message.array();
    }
}
