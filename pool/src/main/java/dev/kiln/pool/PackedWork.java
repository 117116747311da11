package dev.kiln.pool;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.Parcel;
import dev.kiln.gc.ProcessRef;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Work of this side, packed. Until it is closed what it names stays: its frames, and the placed objects that it captured, whose
 * proxies are reachable from here.
 *
 * @param captured proxies and handles of placed objects
 */
record PackedWork(Parcel parcel, List<Object> captured) implements AutoCloseable {

    /**
     * @param lasting whether the work goes on if this process ends
     * @throws dev.kiln.frame.NotTransferable if a part of it cannot cross
     */
    static PackedWork of(Object work, boolean lasting, FrameSpace space) {
        List<Object> captured = new ArrayList<>(0);
        return new PackedWork(
                ScopedValue.where(PoolStands.CAPTURED, captured).call(() -> space.packWork(work, lasting)), captured);
    }

    byte[] bytes() {
        return parcel.bytes();
    }

    /** How many bytes of the frames that it names are on which runner. */
    Map<String, Long> bytesByRunner() {
        Map<ProcessRef, Long> byOwner = parcel.bytesByOwner();
        if (byOwner.isEmpty()) {
            return Map.of(); // as most calls: nothing is made for them
        }
        Map<String, Long> bytes = new HashMap<>();
        byOwner.forEach((owner, size) -> bytes.merge(owner.name(), size, Long::sum));
        return bytes;
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
