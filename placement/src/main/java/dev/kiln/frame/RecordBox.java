package dev.kiln.frame;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Crosses in the place of a record: its class, its primitive components, then the others.
 *
 * <p>Records that are not {@code Serializable} cross this way, and so do those that are but could be part of a cycle:
 * Java's own way reads a reference from inside a record back to it as null, without an error, while a box can tell (see
 * {@link CycleCheck}).
 */
final class RecordBox extends Box {

    private static final long serialVersionUID = 1L;

    private transient @Nullable RecordShape shape;
    private transient @Nullable Object rec;
    private transient @Nullable Object @Nullable [] values;

    /** For the serializer. */
    public RecordBox() {}

    RecordBox(RecordShape shape, Object rec) {
        this.shape = shape;
        this.rec = rec;
    }

    @Override
    void write(ObjectWriter out) throws IOException {
        RecordShape type = Objects.requireNonNull(shape);
        Object source = Objects.requireNonNull(rec);
        out.writeRecordType(type.type());
        for (int i = 0; i < type.size(); i++) {
            if (type.isPrimitive(i)) {
                writePrimitive(out, type.code(i), Objects.requireNonNull(type.get(source, i)));
            }
        }
        int region = type.flat() ? -1 : out.begin(this);
        for (int i = 0; i < type.size(); i++) {
            if (!type.isPrimitive(i)) {
                out.writeObject(type.get(source, i));
            }
        }
        out.end(region);
    }

    private static void writePrimitive(ObjectWriter out, char code, Object value) throws IOException {
        switch (code) {
            case 'I' -> out.writeInt((Integer) value);
            case 'J' -> out.writeLong((Long) value);
            case 'D' -> out.writeDouble((Double) value);
            case 'F' -> out.writeFloat((Float) value);
            case 'S' -> out.writeShort((Short) value);
            case 'B' -> out.writeByte((Byte) value);
            case 'C' -> out.writeChar((Character) value);
            case 'Z' -> out.writeBoolean((Boolean) value);
            default -> throw new IllegalStateException("not a primitive: " + code);
        }
    }

    @Override
    void read(ObjectReader in) throws IOException, ClassNotFoundException {
        RecordShape found = in.readRecordType();
        @Nullable Object[] read = new @Nullable Object[found.size()];
        for (int i = 0; i < read.length; i++) {
            if (found.isPrimitive(i)) {
                read[i] = readPrimitive(in, found.code(i));
            }
        }
        if (!found.flat()) {
            in.skipSelf();
        }
        for (int i = 0; i < read.length; i++) {
            if (!found.isPrimitive(i)) {
                read[i] = in.readObject();
            }
        }
        shape = found;
        values = read;
    }

    private static Object readPrimitive(ObjectReader in, char code) throws IOException {
        return switch (code) {
            case 'I' -> in.readInt();
            case 'J' -> in.readLong();
            case 'D' -> in.readDouble();
            case 'F' -> in.readFloat();
            case 'S' -> in.readShort();
            case 'B' -> in.readByte();
            case 'C' -> in.readChar();
            case 'Z' -> in.readBoolean();
            default -> throw new IllegalStateException("not a primitive: " + code);
        };
    }

    @Override
    Object open(ObjectReader in) throws IOException {
        if (shape == null || values == null) {
            throw new InvalidObjectException("a record refers to itself before it is complete");
        }
        return shape.make(values);
    }
}
