package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A value on its way: bytes for {@link FrameSpace#unpack}, and what must stay alive until they have been read.
 *
 * <p>Work must be closed when the call it belongs to is over, whatever its outcome; until then the frames that it names
 * are held. A result needs no close: what it names is held until its receiver has read or refused it, or is gone. Any
 * thread.
 */
public final class Parcel implements AutoCloseable {

    private final byte[] bytes;
    private final Map<ProcessRef, Long> bytesByOwner;
    private final List<Long> placed;
    private final AtomicReference<@Nullable Runnable> release;

    /** @param release what to do when it is closed, null for nothing */
    Parcel(byte[] bytes, Map<ProcessRef, Long> bytesByOwner, List<Long> placed, @Nullable Runnable release) {
        this.bytes = bytes;
        this.bytesByOwner = Map.copyOf(bytesByOwner);
        this.placed = List.copyOf(placed);
        this.release = new AtomicReference<>(release);
    }

    /** What is to be sent. Not copied: do not change it. */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * How many bytes of the frames that this value names lie at which other party; a value that stays there counts as more
     * than any data, since only there it can be used. Empty if it names nothing of others.
     */
    public Map<ProcessRef, Long> bytesByOwner() {
        return bytesByOwner;
    }

    /** The numbers of the frames and values that stay here for the receiver: see {@link FrameSpace#isResident}. Empty for work. */
    public List<Long> placed() {
        return placed;
    }

    /** Whether frames are held by it: until it is closed, or closing it changes nothing. */
    public boolean holds() {
        return release.get() != null;
    }

    /** Lets go of the frames that this value names. Idempotent. */
    @Override
    public void close() {
        Runnable once = release.getAndSet(null);
        if (once != null) {
            once.run();
        }
    }
}
