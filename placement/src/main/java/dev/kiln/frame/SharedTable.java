package dev.kiln.frame;

import java.io.Serializable;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * How another process of this machine finds a table: where its segment or file is, and what is where in it. A few hundred
 * bytes, and 16 more per buffer.
 *
 * @param pid the process that owns the segment
 * @param fd the number of the segment's descriptor there, -1 for a file
 * @param path a spilled table's file, which is named by its token; empty for a segment
 * @param token the segment's first 16 bytes: a segment with others is another one
 * @param size the segment's size in bytes
 * @param descriptor the schema and, for each batch, where its buffers are: messages of the Arrow IPC format whose common body
 *     is the segment; each with its length (4 bytes, big endian) before it, their number before all
 */
@SuppressWarnings("ArrayRecordComponent") // travels, is not compared
record SharedTable(long pid, int fd, String path, byte[] token, long size, byte[] descriptor) implements Serializable {

    SharedTable {
        if (token.length != Segment.TOKEN_BYTES) {
            throw new IllegalArgumentException(
                    "a shared table's token has " + Segment.TOKEN_BYTES + " bytes, not " + token.length);
        }
    }

    /** One in a segment. */
    SharedTable(long pid, int fd, byte[] token, long size, byte[] descriptor) {
        this(pid, fd, "", token, size, descriptor);
    }

    /** What a descriptor says. */
    record Contents(Schema schema, List<BatchLayout> batches) {}

    static SharedTable of(Segment segment, Schema schema, List<BatchLayout> batches) {
        return new SharedTable(
                ProcessHandle.current().pid(),
                segment.descriptor(),
                segment.token(),
                segment.size(),
                descriptor(schema, batches, segment.size()));
    }

    /** One in a file whose name is {@link #fileName}. */
    static SharedTable of(Path file, byte[] token, long size, Schema schema, List<BatchLayout> batches) {
        return new SharedTable(
                ProcessHandle.current().pid(),
                -1,
                file.toAbsolutePath().toString(),
                token,
                size,
                descriptor(schema, batches, size));
    }

    static String fileName(byte[] token) {
        return HexFormat.of().formatHex(token) + ".arrow";
    }

    private static byte[] descriptor(Schema schema, List<BatchLayout> batches, long size) {
        List<byte[]> messages = new ArrayList<>();
        messages.add(MessageWriter.schema(schema));
        batches.forEach(batch -> messages.add(MessageWriter.batch(batch, size)));
        int length =
                4 + messages.stream().mapToInt(message -> 4 + message.length).sum();
        ByteBuffer descriptor = ByteBuffer.allocate(length).putInt(messages.size());
        messages.forEach(message -> descriptor.putInt(message.length).put(message));
        return descriptor.array();
    }

    /** @throws IllegalArgumentException if the descriptor is damaged */
    Contents contents() {
        ByteBuffer bytes = ByteBuffer.wrap(descriptor);
        try {
            int count = bytes.getInt();
            if (count < 1) {
                throw new IllegalArgumentException("the descriptor of a shared table has no schema");
            }
            Schema schema = MessageReader.schema(MessageReader.metadata(message(bytes)));
            List<BatchLayout> batches = new ArrayList<>();
            for (int i = 1; i < count; i++) {
                batches.add(MessageReader.layout(MessageReader.metadata(message(bytes))));
            }
            if (bytes.hasRemaining()) {
                throw new IllegalArgumentException(
                        "the descriptor of a shared table has " + bytes.remaining() + " bytes too many");
            }
            return new Contents(schema, batches);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("the descriptor of a shared table is cut off", e);
        }
    }

    private static ByteBuffer message(ByteBuffer bytes) {
        int length = bytes.getInt();
        if (length < 0 || length > bytes.remaining()) {
            throw new IllegalArgumentException("the descriptor of a shared table is cut off: a message of " + length
                    + " bytes, " + bytes.remaining() + " are left");
        }
        ByteBuffer message = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        return message;
    }
}
