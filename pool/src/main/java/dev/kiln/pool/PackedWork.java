package dev.kiln.pool;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.Parcel;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/**
 * Work of this side, packed. Until it is closed what it names stays: its frames, and the placed objects that it captured, whose
 * proxies are reachable from here.
 *
 * @param captured proxies and handles of placed objects
 */
record PackedWork(Parcel parcel, List<Object> captured) implements AutoCloseable {

    /** @throws dev.kiln.frame.NotTransferable if a part of it cannot cross */
    static PackedWork of(Object work, FrameSpace space) {
        List<Object> captured = new ArrayList<>(0);
        return new PackedWork(
                ScopedValue.where(PoolStands.CAPTURED, captured).call(() -> space.packWork(work)), captured);
    }

    byte[] bytes() {
        return parcel.bytes();
    }

    @Override
    public void close() {
        try {
            parcel.close();
        } finally {
            Reference.reachabilityFence(captured);
        }
    }
}
