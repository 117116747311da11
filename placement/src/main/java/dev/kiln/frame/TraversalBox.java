package dev.kiln.frame;

import java.io.IOException;
import java.io.InvalidObjectException;
import org.jspecify.annotations.Nullable;

/** Crosses in the place of a {@link Traversable}. */
final class TraversalBox extends Box {

    private static final long serialVersionUID = 1L;

    private transient @Nullable Object traversal;

    /** For the serializer. */
    public TraversalBox() {}

    TraversalBox(Traversable original) {
        this.traversal = original.traversal();
    }

    @Override
    void write(ObjectWriter out) throws IOException {
        int region = out.begin(this);
        out.writeObject(traversal);
        out.end(region);
    }

    @Override
    void read(ObjectReader in) throws IOException, ClassNotFoundException {
        in.skipSelf();
        traversal = in.readObject();
    }

    @Override
    Object open(ObjectReader in) throws IOException {
        if (traversal instanceof Traversable.Rebuild<?> rebuild) {
            return rebuild.rebuild();
        }
        throw new InvalidObjectException("a traversal must be a Rebuild, was " + traversal);
    }
}
