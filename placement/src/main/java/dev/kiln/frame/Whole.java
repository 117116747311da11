package dev.kiln.frame;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Around the stand-in of a lambda or of an immutable collection, whose object exists only once it has been read whole:
 * the region between {@link ObjectWriter#begin} and {@link ObjectWriter#end} may not refer back to it.
 */
final class Whole extends Box {

    private static final long serialVersionUID = 1L;

    private transient @Nullable Object inner;

    /** For the serializer. */
    public Whole() {}

    Whole(Object inner) {
        this.inner = inner;
    }

    @Override
    void write(ObjectWriter out) throws IOException {
        int region = out.begin(this);
        out.writeUnchanged(inner);
        out.end(region);
    }

    @Override
    void read(ObjectReader in) throws IOException, ClassNotFoundException {
        in.skipSelf();
        inner = in.readObject();
    }

    @Override
    @Nullable
    Object open(ObjectReader in) {
        return inner;
    }
}
