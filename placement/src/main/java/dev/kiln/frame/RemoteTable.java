package dev.kiln.frame;

import dev.kiln.KilnException;
import dev.kiln.gc.ProcessRef;
import dev.kiln.gc.ResourceId;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A handle on data in another process, held there for this one as long as the handle has references. There may be copies of
 * the data in several processes: it is held at each, operations use one whose process lives, and it is lost with the last.
 * A copy may move while the handle is in use; see {@link Seat}. Its facts need no I/O and can be read at any time. Any
 * thread.
 */
final class RemoteTable implements Leaf {

    private static final long serialVersionUID = 1L;

    private final transient FrameSpace space;
    private final transient List<Seat> seats;
    private final transient Tie tie;
    private final transient Facts facts;
    private final transient AtomicInteger references = new AtomicInteger(1);
    private transient volatile @Nullable Schema schema;

    /**
     * The handle has been counted on each seat; {@link FrameSpace#closed} is told of its end.
     *
     * @param seats of its copies, at least one, the preferred one first
     * @param tie how it was counted there
     */
    RemoteTable(FrameSpace space, List<Seat> seats, Tie tie, Facts facts) {
        this.space = space;
        this.seats = List.copyOf(seats);
        this.tie = tie;
        this.facts = facts;
    }

    /** The space that this handle belongs to: it performs what is asked of the data. */
    FrameSpace space() {
        return space;
    }

    /** Where it is counted. */
    List<Seat> seats() {
        return seats;
    }

    Tie tie() {
        return tie;
    }

    /** Where its copies are now, those that are lost left out unless all are. */
    List<Seat> places() {
        List<Seat> now = tie.follows() ? seats.stream().map(Seat::last).toList() : seats;
        List<Seat> living = now.stream().filter(seat -> seat.lost() == null).toList();
        return living.isEmpty() ? now : living;
    }

    /** The process that is asked first. */
    ProcessRef owner() {
        return id().owner();
    }

    /** The processes that have a copy, each once. */
    List<ProcessRef> owners() {
        return places().stream().map(Seat::owner).distinct().toList();
    }

    /** What users call the data: its owner, and its number there. */
    String name() {
        return name(id());
    }

    static String name(ResourceId id) {
        return id.owner().name() + "/" + id.number();
    }

    ResourceId id() {
        return places().getFirst().id();
    }

    /** The data itself, if a copy has come to this process: it stays as long as this handle has references. */
    @Nullable
    Table here() {
        for (Seat seat : places()) {
            if (seat.here() != null) {
                return seat.here();
            }
        }
        return null;
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

    boolean isLost() {
        return places().getFirst().lost() != null;
    }

    /** @throws FrameLost if the data is gone */
    void check() {
        Seat seat = places().getFirst();
        KilnException cause = seat.lost();
        if (cause != null) {
            String copies = seats.size() == 1 ? "" : ", as are all " + seats.size() + " copies";
            throw new FrameLost(
                    "frame " + name(seat.id()) + " is lost" + copies + ": " + cause.getMessage() + "; make it anew",
                    cause);
        }
    }

    @Override
    public void retain() {
        if (references.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
            throw new IllegalStateException("frame " + id() + " has been closed here");
        }
    }

    @Override
    public void release() {
        int before = references.getAndUpdate(count -> Math.max(0, count - 1));
        if (before == 0) {
            throw new IllegalStateException("frame " + id() + " has been closed here already");
        }
        if (before == 1) {
            space.closed(this);
        }
    }

    @Override
    public String toString() {
        return "frame " + name();
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(
                "a frame crosses only inside a Kiln call; to store it, write it to a file or fetch its rows");
    }
}
