package dev.kiln.frame;

import java.io.IOException;

/** Crosses in the place of an asset: its index in the parcel's manifest. */
final class AssetMark extends Box {

    private static final long serialVersionUID = 1L;

    private transient int index;

    /** For the serializer. */
    public AssetMark() {}

    AssetMark(int index) {
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
    Asset open(ObjectReader in) throws IOException {
        return in.frames().asset(index);
    }
}
