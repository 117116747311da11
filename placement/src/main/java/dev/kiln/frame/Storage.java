package dev.kiln.frame;

import dev.kiln.gc.ProcessRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Where the data of one table is, and its moves, under the table's references. Any thread.
 *
 * <pre>
 *  private ──share──▶ segment      whoever reads holds the data as it was when it began, at the place where it was then:
 *     │                │  ▲        a move never waits for readers, and the old place is freed with the last of them
 *   spill            spill pin
 *     ▼                ▼  │
 *      on disk, mapped ───┴─ give up ──▶ on disk ──use──▶ mapped
 * </pre>
 */
final class Storage {

    private final Schema schema;
    private final List<Shape> shapes;
    private final long bytes;
    private final boolean mayMove;

    /** The table's: the last release frees what is here. */
    private final References references = new References();

    private final @Nullable Reference<Storage> tenancy;

    /** One thread moves the data, the others wait for it. */
    private final Lock moving = new ReentrantLock();

    /** Replaced under the lock only; unless it is {@link TableData#AWAY}, the table has one reference to it. */
    private volatile TableData data;

    /** Where the data is on disk; then {@link #data} is a mapping of it, or AWAY. Changed under the lock only. */
    private volatile @Nullable SpillFile file;

    private final Set<Object> pinners = ConcurrentHashMap.newKeySet(); // added to under the lock

    private volatile long usedNanos = System.nanoTime();

    /**
     * Takes over the one reference to the data.
     *
     * @param file where the data is on disk, if it is a mapping
     * @param mayMove whether this process could put it elsewhere: not what belongs to another one
     */
    Storage(Schema schema, List<Shape> shapes, TableData data, long bytes, @Nullable SpillFile file, boolean mayMove) {
        this.schema = schema;
        this.shapes = shapes;
        this.data = data;
        this.bytes = bytes;
        this.file = file;
        this.mayMove = mayMove;
        this.tenancy = mayMove && bytes >= Tenants.LEAST_BYTES
                ? Ladder.process().tenants().add(this)
                : null;
    }

    void retain() {
        if (!references.tryRetain()) {
            throw released();
        }
    }

    void release() {
        if (references.isFreed()) {
            throw released();
        }
        if (!references.release()) {
            return;
        }
        // Nobody moves the data now: whoever does has a reference of its own.
        if (tenancy != null) {
            Ladder.process().tenants().remove(tenancy);
        }
        TableData last = data;
        if (!last.equals(TableData.AWAY)) {
            last.release();
        }
        if (file != null) {
            file.delete();
        }
    }

    private static IllegalStateException released() {
        return new IllegalStateException("the table was used after its last reference had been released");
    }

    long bytes() {
        return bytes;
    }

    /** By {@link System#nanoTime}. */
    long usedNanos() {
        return usedNanos;
    }

    /** The data where it is now, with a reference for the caller. */
    TableData hold() {
        usedNanos = System.nanoTime();
        while (true) {
            TableData now = data;
            if (now.tryRetain()) {
                return now;
            }
            if (now.equals(data) && !mappedAgain()) {
                throw released();
            }
            // it has been moved between the two reads: look again
        }
    }

    /** @return false if the table is released */
    private boolean mappedAgain() {
        if (!references.tryRetain()) {
            return false;
        }
        moving.lock();
        try {
            SpillFile from = file;
            if (data.equals(TableData.AWAY) && from != null) {
                data = opened(from);
            }
            return true;
        } finally {
            moving.unlock();
            release();
        }
    }

    private static TableData opened(SpillFile from) {
        boolean interrupted = Thread.interrupted(); // an interrupt would close the channel under us
        try {
            return from.open();
        } catch (IOException e) {
            throw new UncheckedIOException("a spilled table cannot be read any more: " + e, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Where another process of this user finds the data. The first call copies it into a memory file, unless it was made there
     * or is on disk, and frees the private memory. What is returned is good until the table's release, or its next move.
     *
     * @throws FrameRefused if there is no room; all is as before
     */
    SharedTable share() {
        retain(); // or the last release could miss the data that is put in place here
        moving.lock();
        try {
            TableData now = hold();
            try {
                SharedTable image = now.image();
                if (image == null) {
                    makeShareable(now);
                    image = Objects.requireNonNull(data.image());
                }
                return image;
            } finally {
                now.release();
            }
        } finally {
            moving.unlock();
            release();
        }
    }

    /** A file is as good as a segment to whoever maps it. */
    private void makeShareable(TableData now) {
        try {
            moveToSegment(now);
        } catch (FrameRefused noRoom) {
            SpillFolder disk = Ladder.process().folder();
            if (disk == null) {
                throw noRoom;
            }
            try {
                moveToDisk(now, disk);
            } catch (IOException e) {
                noRoom.addSuppressed(e);
                throw noRoom;
            }
        }
    }

    private void moveToDisk(TableData now, SpillFolder folder) throws IOException {
        SpillFile written = SpillFile.write(folder, schema, shapes, now.batches());
        replace(now, opened(written), written);
    }

    private void moveToSegment(TableData now) {
        try (Segment segment = Segment.create()) {
            List<BatchLayout> layouts = now.batches().stream()
                    .map(batch -> segment.write(batch.rows(), batch.columns()))
                    .toList();
            replace(now, TableWriter.finished(segment, schema, shapes, layouts), null);
        } catch (IOException e) {
            throw Segment.refused(bytes, e);
        }
    }

    private void replace(TableData now, TableData next, @Nullable SpillFile nextFile) {
        SpillFile before = file;
        data = next;
        file = nextFile;
        now.release(); // the table's own reference; the caller has one more
        if (before != null) {
            before.delete();
        }
    }

    /** Whether {@link #spill} would free memory, as it looks now. */
    boolean isSpillable() {
        return file == null && data.isIdle();
    }

    /** Whether {@link #giveUp} would end a mapping, as it looks now. */
    boolean isMappedFile() {
        return file != null && data.isIdle();
    }

    /** Moves the data to disk, unless it is pinned, in use, on its way already, or there. Does not wait. */
    void spill(SpillFolder folder) throws IOException {
        if (!isSpillable() || !references.tryRetain()) {
            return;
        }
        try {
            if (moving.tryLock()) {
                try {
                    if (pinners.isEmpty() && isSpillable()) {
                        TableData now = data;
                        now.retain(); // the table's own reference is there: we hold the table, and the lock
                        try {
                            moveToDisk(now, folder);
                        } finally {
                            now.release();
                        }
                    }
                } finally {
                    moving.unlock();
                }
            }
        } finally {
            release();
        }
    }

    /** Ends the mapping of what is on disk, unless it is in use. Does not wait. */
    void giveUp() {
        if (!isMappedFile() || !references.tryRetain()) {
            return;
        }
        try {
            if (moving.tryLock()) {
                try {
                    if (isMappedFile()) {
                        TableData mapped = data;
                        data = TableData.AWAY; // whoever took a reference before this reads on, others map it anew
                        mapped.release();
                    }
                } finally {
                    moving.unlock();
                }
            }
        } finally {
            release();
        }
    }

    /**
     * From now on the data stays in memory, until {@link #unpin} with the same key. Data on disk comes back.
     *
     * @throws FrameRefused if there is no room for it; it is not pinned then
     */
    void pin(Object by) {
        retain();
        moving.lock();
        try {
            if (file != null) {
                TableData now = hold();
                try {
                    moveToSegment(now);
                } finally {
                    now.release();
                }
            }
            pinners.add(by);
        } finally {
            moving.unlock();
            release();
        }
    }

    /** Ends what {@link #pin} began. Idempotent; does not wait. */
    void unpin(Object by) {
        pinners.remove(by);
    }

    /** The other processes that have pinned it. */
    Set<ProcessRef> pinners() {
        return pinners.stream()
                .filter(ProcessRef.class::isInstance)
                .map(ProcessRef.class::cast)
                .collect(Collectors.toUnmodifiableSet());
    }

    boolean isPinned() {
        return !pinners.isEmpty();
    }

    /** Where it is now. */
    Inventory.Where where() {
        if (file != null) {
            return Inventory.Where.DISK;
        }
        // what may not move is mapped, and belongs to another process
        return data.image() != null || !mayMove ? Inventory.Where.SHARED : Inventory.Where.PRIVATE;
    }

    /** Whether the data is on disk. */
    boolean isSpilled() {
        return file != null;
    }
}
