package dev.kiln.frame;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import org.apache.arrow.vector.ipc.ReadChannel;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * What is known of a table without its data.
 *
 * @param schema Arrow's schema message, encapsulated; not copied, not to be changed
 * @param rows at least 0
 * @param bytes at least 0
 * @param preview the first rows as text if the table is small, otherwise empty
 * @param origin where in the code it was made, if anybody wants to know, otherwise empty; see {@link Origins}
 */
@SuppressWarnings("ArrayRecordComponent")
record Facts(byte[] schema, long rows, long bytes, String preview, String origin) {

    private static final long PREVIEW_BYTES = 64 << 10;
    private static final int PREVIEW_ROWS = 10;
    private static final int PREVIEW_LENGTH = 4096;

    Facts {
        if (rows < 0 || bytes < 0) {
            throw new IllegalArgumentException("rows and bytes must be >= 0, were " + rows + " and " + bytes);
        }
    }

    /** @param withPreview whether its first rows are wanted if it is small */
    static Facts of(Table table, boolean withPreview) {
        String preview = withPreview && table.bytes() <= PREVIEW_BYTES ? table.preview(PREVIEW_ROWS) : "";
        return new Facts(
                table.schemaMessage(),
                table.rows(),
                table.bytes(),
                preview.length() > PREVIEW_LENGTH ? "" : preview,
                table.origin());
    }

    /** @throws IllegalArgumentException if the message is no schema */
    static Schema parse(byte[] schema) {
        try (var channel = new ReadChannel(Channels.newChannel(new ByteArrayInputStream(schema)))) {
            return MessageSerializer.deserializeSchema(channel);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("not a schema: " + schema.length + " bytes", e);
        }
    }
}
