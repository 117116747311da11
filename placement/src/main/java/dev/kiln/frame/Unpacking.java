package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.ResourceId;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.types.Types;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** The frames of one message, while it is read. One thread at a time. */
final class Unpacking implements ObjectReader.FrameSource, AutoCloseable {

    private final FrameSpace space;
    private final ProcessRef sender;

    /** By index, each with one reference, which ends with this object: the frames have their own. */
    private final List<Leaf> leaves = new ArrayList<>();

    private final List<Frame> made = new ArrayList<>();
    private final List<ResourceId> named = new ArrayList<>();

    Unpacking(FrameSpace space, ProcessRef sender) {
        this.space = space;
        this.sender = sender;
    }

    void open(List<Entry> entries) {
        for (Entry entry : entries) {
            leaves.add(
                    switch (entry) {
                        case Entry.Reference reference -> {
                            named.addAll(reference.ids());
                            yield space.leaf(reference);
                        }
                        case Entry.Inline inline ->
                            Table.fromMessages(inline.schema(), inline.batches().iterator());
                        case Entry.Offer offer -> space.fetch(sender, offer);
                    });
        }
    }

    /** What the message named, read or not. */
    List<ResourceId> named() {
        return named;
    }

    /** Begins once more: what an attempt before has made is of no use. */
    void restart() {
        for (Frame frame : made) {
            frame.close();
        }
        made.clear();
    }

    @Override
    public Leaf leaf(int index) throws IOException {
        if (index < 0 || index >= leaves.size()) {
            throw new InvalidObjectException("frame " + index + " of " + leaves.size());
        }
        return leaves.get(index);
    }

    @Override
    public Frame frame(@Nullable Plan plan) {
        if (plan == null) {
            return closed();
        }
        Frame frame = Frame.of(plan);
        made.add(frame);
        return frame;
    }

    /** Apart, so that a message without frames loads nothing of Arrow. */
    private static Frame closed() {
        Field column = Field.nullable("closed", Types.MinorType.INT.getType());
        Frame closed = Frame.adopt(Table.empty(new Schema(List.of(column))));
        closed.close();
        return closed;
    }

    /** Gives back the references that the frames do not have. */
    @Override
    public void close() {
        for (Leaf leaf : leaves) {
            leaf.release();
        }
        leaves.clear();
    }
}
