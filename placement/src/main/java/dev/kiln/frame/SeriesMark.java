package dev.kiln.frame;

import java.io.IOException;
import java.io.InvalidObjectException;
import org.jspecify.annotations.Nullable;

/** Crosses in the place of a series: the frame of its one column. */
final class SeriesMark extends Box {

    private static final long serialVersionUID = 1L;

    private transient @Nullable Frame frame;

    /** For the serializer. */
    public SeriesMark() {}

    SeriesMark(Frame frame) {
        this.frame = frame;
    }

    @Override
    void write(ObjectWriter out) throws IOException {
        out.writeObject(frame);
    }

    @Override
    void read(ObjectReader in) throws IOException, ClassNotFoundException {
        frame = (Frame) in.readObject();
    }

    @Override
    Series open(ObjectReader in) throws IOException {
        if (frame == null) {
            throw new InvalidObjectException("a series without its column");
        }
        return new Series(frame);
    }
}
