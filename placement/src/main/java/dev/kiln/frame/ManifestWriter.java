package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.ResourceId;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes how the assets of a message cross: a count, then per asset a kind and its fields, big-endian; strings and arrays
 * of bytes with their length before them. One thread.
 *
 * <p>Copies: the data of an inline leaf is copied three times on this side, into Arrow's message, into the parcel as it
 * grows, and into the parcel's final array; other leaves copy nothing but their facts.
 */
final class ManifestWriter {

    static final byte REFERENCE = 0;
    static final byte INLINE = 1;
    static final byte OFFER = 2;
    static final byte VALUE = 3;

    /** In place of a schema's length: the schema of the facts before. */
    static final int SAME_SCHEMA = -1;

    private final ByteBuilder target;
    private final DataOutputStream out;
    private byte[] lastSchema = {};

    ManifestWriter(ByteBuilder target) {
        this.target = target;
        this.out = new DataOutputStream(target);
    }

    void count(int assets) {
        write(() -> out.writeInt(assets));
    }

    /** A reference to data of other processes, of which there is a copy at each of these places. */
    void reference(List<Seat> places, Facts facts) {
        write(() -> {
            out.writeByte(REFERENCE);
            out.writeInt(places.size());
            for (Seat place : places) {
                process(place.owner());
                out.writeLong(place.id().number());
            }
            facts(facts);
        });
    }

    /**
     * A reference to data of this process whose number is not known yet. Returns where in the target it belongs.
     */
    int reference(ProcessRef self, Facts facts) {
        return position(() -> {
            out.writeByte(REFERENCE);
            out.writeInt(1);
            process(self);
            int position = target.length();
            out.writeLong(0);
            facts(facts);
            return position;
        });
    }

    /** A value that stays in another process. */
    void value(ResourceId id, String type) {
        write(() -> {
            out.writeByte(VALUE);
            process(id.owner());
            out.writeLong(id.number());
            text(type);
        });
    }

    /** A value that stays in this process, whose number is not known yet. Returns where in the target it belongs. */
    int value(ProcessRef self, String type) {
        return position(() -> {
            out.writeByte(VALUE);
            process(self);
            int position = target.length();
            out.writeLong(0);
            text(type);
            return position;
        });
    }

    void inline(Table table) {
        write(() -> {
            out.writeByte(INLINE);
            text(table.origin());
            bytes(table.schemaMessage());
            out.writeInt(table.batchCount());
            for (int i = 0; i < table.batchCount(); i++) {
                bytes(table.batchMessage(i, 0, table.batchRows(i)));
            }
        });
    }

    /** An offer whose number is not known yet. Returns where in the target it belongs. */
    int offer(Table table, @Nullable SharedTable image) {
        return position(() -> {
            out.writeByte(OFFER);
            int position = target.length();
            out.writeLong(0);
            facts(Facts.of(table, false));
            List<Entry.Piece> pieces = pieces(table);
            out.writeInt(pieces.size());
            for (Entry.Piece piece : pieces) {
                out.writeInt(piece.batch());
                out.writeInt(piece.from());
                out.writeInt(piece.rows());
            }
            out.writeBoolean(image != null);
            if (image != null) {
                out.writeLong(image.pid());
                out.writeInt(image.fd());
                text(image.path());
                bytes(image.token());
                out.writeLong(image.size());
                bytes(image.descriptor());
            }
            return position;
        });
    }

    private static List<Entry.Piece> pieces(Table table) {
        List<Entry.Piece> pieces = new ArrayList<>();
        for (int batch = 0; batch < table.batchCount(); batch++) {
            int end = table.batchRows(batch);
            for (int from = 0; from < end; ) {
                int rows = table.rowsWithin(batch, from, Scan.PIECE);
                pieces.add(new Entry.Piece(batch, from, rows));
                from += rows;
            }
        }
        return pieces;
    }

    private void process(ProcessRef process) throws IOException {
        text(process.name());
        out.writeLong(process.incarnation());
    }

    private void facts(Facts facts) throws IOException {
        // frames of one result often have one schema
        if (Arrays.equals(facts.schema(), lastSchema)) {
            out.writeInt(SAME_SCHEMA);
        } else {
            bytes(facts.schema());
            lastSchema = facts.schema();
        }
        out.writeLong(facts.rows());
        out.writeLong(facts.bytes());
        text(facts.preview());
        text(facts.origin());
    }

    private void text(String text) throws IOException {
        bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private void bytes(byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private interface Writing {
        void run() throws IOException;
    }

    private interface Positioned {
        int run() throws IOException;
    }

    private static void write(Writing writing) {
        position(() -> {
            writing.run();
            return 0;
        });
    }

    private static int position(Positioned writing) {
        try {
            return writing.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a ByteBuilder never throws one
        }
    }
}
