package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.ResourceId;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A handle on data in another process, held there for this one as long as the handle has references. Its facts need no
 * I/O and can be read at any time. Any thread.
 */
final class RemoteTable implements Leaf {

    private static final long serialVersionUID = 1L;

    private final transient FrameSpace space;
    private final transient ResourceId id;
    private final transient Facts facts;
    private final transient Fate fate;
    private final transient AtomicInteger references = new AtomicInteger(1);
    private transient volatile @Nullable Schema schema;

    /** The handle has been counted as opened; {@link FrameSpace#closed} is told of its end. */
    RemoteTable(FrameSpace space, ResourceId id, Facts facts, Fate fate) {
        this.space = space;
        this.id = id;
        this.facts = facts;
        this.fate = fate;
    }

    /** The space that this handle belongs to: it performs what is asked of the data. */
    FrameSpace space() {
        return space;
    }

    ProcessRef owner() {
        return id.owner();
    }

    /** The number of the data at its owner. */
    long number() {
        return id.number();
    }

    ResourceId id() {
        return id;
    }

    Facts facts() {
        return facts;
    }

    /** The first rows as text if the frame is small, otherwise empty. */
    String preview() {
        return facts.preview();
    }

    @Override
    public Schema schema() {
        Schema known = schema;
        if (known == null) {
            known = Facts.parse(facts.schema());
            schema = known;
        }
        return known;
    }

    @Override
    public long rows() {
        return facts.rows();
    }

    @Override
    public long bytes() {
        return facts.bytes();
    }

    /** @throws FrameLost if the data is gone */
    void check() {
        KilnException cause = fate.cause();
        if (cause != null) {
            throw new FrameLost("frame " + id + " is lost: " + cause.getMessage() + "; make it anew", cause);
        }
    }

    @Override
    public void retain() {
        if (references.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
            throw new IllegalStateException("frame " + id + " has been closed here");
        }
    }

    @Override
    public void release() {
        int before = references.getAndUpdate(count -> Math.max(0, count - 1));
        if (before == 0) {
            throw new IllegalStateException("frame " + id + " has been closed here already");
        }
        if (before == 1) {
            space.closed(id);
        }
    }

    @Override
    public String toString() {
        return "frame " + id;
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(
                "a frame crosses only inside a Kiln call; to store it, write it to a file or fetch its rows");
    }
}
