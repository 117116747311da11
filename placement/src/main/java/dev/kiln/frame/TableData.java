package dev.kiln.frame;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/** The batches of a table at one place, with a reference count of their own: a table that is shared moves to another place. */
final class TableData {

    /** Stands for data that is nowhere in memory: it has no reference, and none can be taken. */
    static final TableData AWAY = away();

    private final References references = new References();
    private final AtomicInteger parts = new AtomicInteger();
    private final List<Batch> batches;
    private final @Nullable SharedTable image;
    private final @Nullable Backing backing;
    private final Runnable freed;
    private final long ownReferences;

    private TableData(List<Batch> batches, @Nullable SharedTable image, @Nullable Backing backing, Runnable freed) {
        this.batches = List.copyOf(batches);
        this.image = image;
        this.backing = backing;
        this.freed = freed;
        this.ownReferences = bufferReferences();
    }

    private static TableData away() {
        TableData away = new TableData(List.of(), null, null, () -> {});
        away.release();
        return away;
    }

    /** Data of this process alone, counted as such. Takes over the batches, also when it throws. */
    static TableData inPrivate(List<Batch> batches) {
        long bytes = batches.stream().mapToLong(Batch::bytes).sum();
        Memory.opened(Memory.Kind.PRIVATE, bytes);
        Memory.handedOut(bytes);
        return new TableData(batches, null, null, () -> {
            Memory.closed(Memory.Kind.PRIVATE);
            Memory.shrank(Memory.Kind.PRIVATE, bytes);
            Memory.takenBack(bytes);
        });
    }

    /**
     * Data in a segment that this process owns, or has mapped: the segment counts itself.
     *
     * @param all the segment; this takes over a reference, because batches without rows have none
     * @param file where it is found, null if nobody is to look for it
     * @param ours whether it is this process's, and others may be told of it
     */
    static TableData inSegment(List<Batch> batches, ArrowBuf all, @Nullable SharedTable file, boolean ours) {
        Backing backing = file == null ? null : new Backing(file, all.memoryAddress());
        return new TableData(batches, ours ? file : null, backing, all.getReferenceManager()::release);
    }

    /** Data that is part of other data, which stays for as long. Takes over a reference to that. */
    static TableData within(TableData whole, List<Batch> batches) {
        whole.parts.incrementAndGet();
        return new TableData(batches, null, whole.backing, () -> {
            whole.parts.decrementAndGet(); // first: for a moment it looks used, never unused
            whole.release();
        });
    }

    /**
     * Whether nobody reads it now: there are no references but that of its table, and those of data that is part of it; nor
     * are there views of its buffers.
     */
    boolean isIdle() {
        int within = parts.get();
        return references.count() == 1 + within && (within > 0 || bufferReferences() == ownReferences);
    }

    private long bufferReferences() {
        long count = 0;
        for (Batch batch : batches) {
            for (Column column : batch.columns()) {
                count += column.references();
            }
        }
        return count;
    }

    List<Batch> batches() {
        return batches;
    }

    /** Where others find it, if this process has shared it. */
    @Nullable
    SharedTable image() {
        return image;
    }

    /** The file that it, or what it is part of, is a mapping of; null if there is none. */
    @Nullable
    Backing backing() {
        return backing;
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
