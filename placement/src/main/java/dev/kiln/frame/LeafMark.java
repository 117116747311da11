package dev.kiln.frame;

import java.io.IOException;

/** Crosses in the place of a leaf: its index in the parcel's manifest. */
final class LeafMark extends Box {

    private static final long serialVersionUID = 1L;

    private transient int index;

    /** For the serializer. */
    public LeafMark() {}

    LeafMark(int index) {
        this.index = index;
    }

    @Override
    void write(ObjectWriter out) throws IOException {
        out.writeInt(index);
    }

    @Override
    void read(ObjectReader in) throws IOException {
        index = in.readInt();
    }

    @Override
    Leaf open(ObjectReader in) throws IOException {
        return in.frames().leaf(index);
    }
}
