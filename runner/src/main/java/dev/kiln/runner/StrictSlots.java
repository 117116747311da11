package dev.kiln.runner;

import dev.kiln.frame.FrameSpace;
import dev.kiln.frame.Parcel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/** Which calls keep their slot because data that they returned is still held here ({@code strictSlots}). Any thread. */
final class StrictSlots {
    private final boolean strict;
    private final FrameSpace space;
    private final Map<Long, List<Long>> placedByCall = new ConcurrentHashMap<>();

    StrictSlots(boolean strict, FrameSpace space) {
        this.strict = strict;
        this.space = space;
    }

    /** Whether the call keeps its slot: strict, and something of the result was placed here. */
    boolean keep(long call, Parcel result) {
        List<Long> placed = result.placed();
        if (!strict || placed.isEmpty()) {
            return false;
        }
        placedByCall.put(call, placed);
        return true;
    }

    /** Reports each call whose resident data is all released, once. For one thread at a time. */
    void sweep(LongConsumer freed) {
        placedByCall.forEach((call, placed) -> {
            if (placed.stream().noneMatch(space::isResident)) {
                placedByCall.remove(call);
                freed.accept(call);
            }
        });
    }
}
