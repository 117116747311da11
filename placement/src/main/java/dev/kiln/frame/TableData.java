package dev.kiln.frame;

import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/** The batches of a table at one place, with a reference count of their own: a table that is shared moves to another place. */
final class TableData {

    private final References references = new References();
    private final List<Batch> batches;
    private final @Nullable SharedTable image;
    private final Runnable freed;

    private TableData(List<Batch> batches, @Nullable SharedTable image, Runnable freed) {
        this.batches = List.copyOf(batches);
        this.image = image;
        this.freed = freed;
    }

    /** Data of this process alone, counted as such. Takes over the batches, also when it throws. */
    static TableData inPrivate(List<Batch> batches) {
        long bytes = batches.stream().mapToLong(Batch::bytes).sum();
        Memory.opened(Memory.Kind.PRIVATE, bytes);
        Memory.handedOut(bytes);
        return new TableData(batches, null, () -> {
            Memory.closed(Memory.Kind.PRIVATE);
            Memory.shrank(Memory.Kind.PRIVATE, bytes);
            Memory.takenBack(bytes);
        });
    }

    /**
     * Data in a segment that this process owns, or has mapped: the segment counts itself.
     *
     * @param all the segment; this takes over a reference, because batches without rows have none
     * @param image where others find it, null if it is theirs
     */
    static TableData inSegment(List<Batch> batches, ArrowBuf all, @Nullable SharedTable image) {
        return new TableData(batches, image, all.getReferenceManager()::release);
    }

    /** Data that is part of other data, which stays for as long. Takes over a reference to that. */
    static TableData within(TableData whole, List<Batch> batches) {
        return new TableData(batches, null, whole::release);
    }

    List<Batch> batches() {
        return batches;
    }

    /** Where others find it, if this process has shared it. */
    @Nullable
    SharedTable image() {
        return image;
    }

    boolean tryRetain() {
        return references.tryRetain();
    }

    /** For who holds a reference already. */
    void retain() {
        if (!references.tryRetain()) {
            throw new IllegalStateException("the data is freed");
        }
    }

    void release() {
        if (references.release()) {
            batches.forEach(Batch::release);
            freed.run();
        }
    }
}
