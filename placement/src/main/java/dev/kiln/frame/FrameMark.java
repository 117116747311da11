package dev.kiln.frame;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Crosses in the place of a frame: its plan, or nothing for a frame that is to arrive closed. */
final class FrameMark extends Box {

    private static final long serialVersionUID = 1L;

    private transient @Nullable Plan plan;
    private transient boolean kept;

    /** For the serializer. */
    public FrameMark() {}

    /** @param kept whether it leaves the scope in which it arrives */
    FrameMark(@Nullable Plan plan, boolean kept) {
        this.plan = plan;
        this.kept = kept;
    }

    @Override
    void write(ObjectWriter out) throws IOException {
        out.writeObject(plan);
        out.writeBoolean(kept);
    }

    @Override
    void read(ObjectReader in) throws IOException, ClassNotFoundException {
        plan = (Plan) in.readObject();
        kept = in.readBoolean();
    }

    @Override
    Frame open(ObjectReader in) {
        return in.frames().frame(plan, kept);
    }
}
