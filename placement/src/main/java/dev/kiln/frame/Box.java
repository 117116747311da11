package dev.kiln.frame;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import org.jspecify.annotations.Nullable;

/**
 * Crosses in the place of an object that cannot cross by itself, and becomes that object on the other side. It reads and
 * writes itself, so that it costs no more than its contents. One thread.
 */
abstract class Box implements Externalizable {

    private static final long serialVersionUID = 1L;

    /** For the serializer. */
    public Box() {}

    abstract void write(ObjectWriter out) throws IOException;

    abstract void read(ObjectReader in) throws IOException, ClassNotFoundException;

    /** The object to put in this one's place, once everything in it has been read. */
    abstract @Nullable Object open(ObjectReader in) throws IOException;

    @Override
    public final void writeExternal(ObjectOutput out) throws IOException {
        write((ObjectWriter) out);
    }

    @Override
    public final void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
        read((ObjectReader) in);
    }
}
