package dev.kiln.frame;

import java.io.IOException;
import java.io.InvalidObjectException;
import org.jspecify.annotations.Nullable;

/** Crosses in the place of a value of this process that goes along: the value itself. */
final class ValueMark extends Box {

    private static final long serialVersionUID = 1L;

    private transient @Nullable Object value;

    /** For the serializer. */
    public ValueMark() {}

    ValueMark(Object value) {
        this.value = value;
    }

    @Override
    void write(ObjectWriter out) throws IOException {
        int region = out.begin(this);
        out.writeObject(value);
        out.end(region);
    }

    @Override
    void read(ObjectReader in) throws IOException, ClassNotFoundException {
        in.skipSelf();
        value = in.readObject();
    }

    @Override
    LocalValue open(ObjectReader in) throws IOException {
        if (value == null) {
            throw new InvalidObjectException("a resident without a value");
        }
        return in.frames().arrived(value);
    }
}
