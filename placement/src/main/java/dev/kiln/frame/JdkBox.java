package dev.kiln.frame;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Values of the JDK that are not serializable there. */
final class JdkBox extends Box {

    private static final long serialVersionUID = 1L;

    private static final byte OPTIONAL = 0;
    private static final byte OPTIONAL_INT = 1;
    private static final byte OPTIONAL_LONG = 2;
    private static final byte OPTIONAL_DOUBLE = 3;
    private static final byte PATH = 4;
    private static final byte PATH_ELSEWHERE = 5;
    private static final byte CHARSET = 6;
    private static final byte BUFFER = 7;

    private transient @Nullable Object value;

    /** For the serializer. */
    public JdkBox() {}

    /** @param value of a class routed as {@link Route#BOXED} */
    JdkBox(Object value) {
        this.value = value;
    }

    @Override
    void write(ObjectWriter out) throws IOException {
        switch (value) {
            case Optional<?> optional -> {
                out.writeByte(OPTIONAL);
                int region = out.begin(this);
                out.writeObject(optional.orElse(null));
                out.end(region);
            }
            case OptionalInt optional -> {
                out.writeByte(OPTIONAL_INT);
                out.writeBoolean(optional.isPresent());
                out.writeInt(optional.orElse(0));
            }
            case OptionalLong optional -> {
                out.writeByte(OPTIONAL_LONG);
                out.writeBoolean(optional.isPresent());
                out.writeLong(optional.orElse(0));
            }
            case OptionalDouble optional -> {
                out.writeByte(OPTIONAL_DOUBLE);
                out.writeBoolean(optional.isPresent());
                out.writeDouble(optional.orElse(0));
            }
            case Path path -> {
                boolean plain = path.getFileSystem().equals(FileSystems.getDefault());
                out.writeByte(plain ? PATH : PATH_ELSEWHERE);
                out.writeObject(plain ? path.toString() : path.toUri().toString());
            }
            case Charset charset -> {
                out.writeByte(CHARSET);
                out.writeObject(charset.name());
            }
            case ByteBuffer buffer -> {
                out.writeByte(BUFFER);
                out.writeBoolean(buffer.order() == ByteOrder.BIG_ENDIAN);
                out.writeBoolean(buffer.isReadOnly());
                out.writeObject(remaining(buffer));
            }
            case null, default -> throw new IllegalStateException("not a boxed value: " + value);
        }
    }

    /** A buffer crosses as what is left to read in it, wherever its memory is; the buffer itself stays as it is. */
    private static byte[] remaining(ByteBuffer buffer) {
        if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.array().length == buffer.remaining()) {
            return buffer.array();
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    @Override
    void read(ObjectReader in) throws IOException, ClassNotFoundException {
        value = switch (in.readByte()) {
            case OPTIONAL -> {
                in.skipSelf();
                yield Optional.ofNullable(in.readObject());
            }
            case OPTIONAL_INT -> {
                boolean present = in.readBoolean();
                int number = in.readInt();
                yield present ? OptionalInt.of(number) : OptionalInt.empty();
            }
            case OPTIONAL_LONG -> {
                boolean present = in.readBoolean();
                long number = in.readLong();
                yield present ? OptionalLong.of(number) : OptionalLong.empty();
            }
            case OPTIONAL_DOUBLE -> {
                boolean present = in.readBoolean();
                double number = in.readDouble();
                yield present ? OptionalDouble.of(number) : OptionalDouble.empty();
            }
            case PATH -> Path.of((String) in.readObject());
            case PATH_ELSEWHERE -> Path.of(URI.create((String) in.readObject()));
            case CHARSET -> Charset.forName((String) in.readObject());
            case BUFFER -> {
                ByteOrder order = in.readBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
                boolean readOnly = in.readBoolean();
                ByteBuffer buffer = ByteBuffer.wrap((byte[]) in.readObject());
                yield (readOnly ? buffer.asReadOnlyBuffer() : buffer).order(order);
            }
            default -> throw new InvalidObjectException("unknown boxed value");
        };
    }

    @Override
    @Nullable
    Object open(ObjectReader in) {
        return value;
    }
}
