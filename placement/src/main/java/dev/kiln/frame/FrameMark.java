package dev.kiln.frame;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Crosses in the place of a frame: its plan, or nothing for a frame that is to arrive closed. */
final class FrameMark extends Box {

    private static final long serialVersionUID = 1L;

    private transient @Nullable Plan plan;

    /** For the serializer. */
    public FrameMark() {}

    FrameMark(@Nullable Plan plan) {
        this.plan = plan;
    }

    @Override
    void write(ObjectWriter out) throws IOException {
        out.writeObject(plan);
    }

    @Override
    void read(ObjectReader in) throws IOException, ClassNotFoundException {
        plan = (Plan) in.readObject();
    }

    @Override
    Frame open(ObjectReader in) {
        return in.frames().frame(plan);
    }
}
