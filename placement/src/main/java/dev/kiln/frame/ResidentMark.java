package dev.kiln.frame;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Crosses in the place of a resident: its value, or nothing for one that is to arrive closed. */
final class ResidentMark extends Box {

    private static final long serialVersionUID = 1L;

    private transient @Nullable ResidentValue value;
    private transient boolean kept;

    /** For the serializer. */
    public ResidentMark() {}

    /** @param kept whether it leaves the scope in which it arrives */
    ResidentMark(@Nullable ResidentValue value, boolean kept) {
        this.value = value;
        this.kept = kept;
    }

    @Override
    void write(ObjectWriter out) throws IOException {
        out.writeObject(value);
        out.writeBoolean(kept);
    }

    @Override
    void read(ObjectReader in) throws IOException, ClassNotFoundException {
        value = (ResidentValue) in.readObject();
        kept = in.readBoolean();
    }

    @Override
    Resident<?> open(ObjectReader in) {
        return in.frames().resident(value, kept);
    }
}
