package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.ResourceId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ManifestWriter} wrote. Allocates no more than the bytes that are present. One thread. */
final class ManifestReader {

    /** The shortest entry is longer than this many bytes. */
    private static final int MIN_ENTRY = 8;

    /** A process without a name, and a number. */
    private static final int MIN_ID = Integer.BYTES + 2 * Long.BYTES;

    private final ByteBuffer in;
    private byte[] lastSchema = {};

    private ManifestReader(ByteBuffer in) {
        this.in = in;
    }

    /** @throws Refusal if it is damaged */
    static List<Entry> read(byte[] parcel, int offset, int length) {
        if (length == 0) {
            return List.of();
        }
        ByteBuffer manifest = ByteBuffer.wrap(parcel, offset, length);
        try {
            List<Entry> entries = new ManifestReader(manifest).entries();
            if (manifest.hasRemaining()) {
                throw new Refusal("its list of frames has " + manifest.remaining() + " bytes too many");
            }
            return entries;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            Refusal refusal = new Refusal("its list of frames is damaged");
            refusal.initCause(e);
            throw refusal;
        }
    }

    private List<Entry> entries() {
        int count = count(MIN_ENTRY);
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(entry());
        }
        return entries;
    }

    private Entry entry() {
        byte kind = in.get();
        return switch (kind) {
            case ManifestWriter.REFERENCE -> new Entry.Reference(ids(), facts());
            case ManifestWriter.VALUE -> new Entry.Value(id(), text());
            case ManifestWriter.INLINE -> {
                String origin = text();
                byte[] schema = bytes();
                int count = count(Integer.BYTES);
                List<byte[]> batches = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    batches.add(bytes());
                }
                yield new Entry.Inline(origin, schema, batches);
            }
            case ManifestWriter.OFFER -> new Entry.Offer(in.getLong(), facts(), pieces(), image());
            default -> throw new IllegalArgumentException("unknown kind " + kind);
        };
    }

    private List<ResourceId> ids() {
        int count = count(MIN_ID);
        if (count == 0) {
            throw new IllegalArgumentException("a reference to nothing");
        }
        List<ResourceId> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(id());
        }
        return ids;
    }

    private ResourceId id() {
        return new ResourceId(new ProcessRef(text(), in.getLong()), in.getLong());
    }

    private Facts facts() {
        in.mark();
        if (in.getInt() != ManifestWriter.SAME_SCHEMA) {
            in.reset();
            lastSchema = bytes();
        }
        return new Facts(lastSchema, in.getLong(), in.getLong(), text(), text());
    }

    private List<Entry.Piece> pieces() {
        int count = count(3 * Integer.BYTES);
        List<Entry.Piece> pieces = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            pieces.add(new Entry.Piece(in.getInt(), in.getInt(), in.getInt()));
        }
        return pieces;
    }

    private @Nullable SharedTable image() {
        return in.get() == 0
                ? null
                : new SharedTable(in.getLong(), in.getInt(), text(), bytes(), in.getLong(), bytes());
    }

    private String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    private byte[] bytes() {
        byte[] bytes = new byte[count(1)];
        in.get(bytes);
        return bytes;
    }

    /** A number of things of at least {@code size} bytes each that are present. */
    private int count(int size) {
        int count = in.getInt();
        if (count < 0 || (long) count * size > in.remaining()) {
            throw new IllegalArgumentException(count + " things in " + in.remaining() + " bytes");
        }
        return count;
    }
}
