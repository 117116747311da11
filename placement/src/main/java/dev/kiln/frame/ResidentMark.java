package dev.kiln.frame;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Crosses in the place of a resident: its value, or nothing for one that is to arrive closed. */
final class ResidentMark extends Box {

    private static final long serialVersionUID = 1L;

    private transient @Nullable ResidentValue value;

    /** For the serializer. */
    public ResidentMark() {}

    ResidentMark(@Nullable ResidentValue value) {
        this.value = value;
    }

    @Override
    void write(ObjectWriter out) throws IOException {
        out.writeObject(value);
    }

    @Override
    void read(ObjectReader in) throws IOException, ClassNotFoundException {
        value = (ResidentValue) in.readObject();
    }

    @Override
    Resident<?> open(ObjectReader in) {
        return in.frames().resident(value);
    }
}
