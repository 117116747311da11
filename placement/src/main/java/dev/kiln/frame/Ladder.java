package dev.kiln.frame;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the tables of this process within the budgets of its runners; without any it keeps nothing. Whoever needs memory asks
 * first, and does himself what makes room: who makes tables faster than a disk takes them waits for it. Any thread; blocks.
 */
final class Ladder {
    private static final System.Logger LOG = System.getLogger(Ladder.class.getName());

    /** Spilling goes on for so much of the budget below its mark: not one file for each buffer. */
    private static final int SLACK = 20;

    /** So many files are mapped at once, a part of what Linux lets a process map. */
    private static final int MAX_MAPPED = 4096;

    private static final long COLLECT_PAUSE_NANOS = 1_000_000_000;
    private static final long COLLECTED_PATIENCE_NANOS = 200_000_000;
    private static final long LOOK_NANOS = 1_000_000;

    private static final String NO_DISK =
            "cannot be put on disk, since the temporary directory is in memory: set spillDirectory";

    private static final Ladder PROCESS = new Ladder();

    /**
     * @param budget in bytes
     * @param spillMark in bytes
     * @param pauseMark in bytes
     * @param folder null if nothing can be put on disk
     */
    private record Marks(
            long budget,
            long spillMark,
            long pauseMark,
            @Nullable SpillFolder folder) {}

    private final Tenants tenants = new Tenants();
    private final List<MemoryBudget> members = new ArrayList<>(); // guarded by this
    private long budget; // the members' sum; guarded by this
    private final AtomicLong reserved = new AtomicLong();
    private final Lock spilling = new ReentrantLock();
    private final AtomicBoolean relieving = new AtomicBoolean();
    private volatile @Nullable Marks marks;
    private volatile String trouble = "";
    private long collectedNanos = System.nanoTime() - COLLECT_PAUSE_NANOS; // guarded by spilling

    private Ladder() {}

    static Ladder process() {
        return PROCESS;
    }

    Tenants tenants() {
        return tenants;
    }

    synchronized void join(MemoryBudget member) {
        members.add(member);
        budget += member.bytes();
        remark();
    }

    /** Changes nothing for one that has left. */
    synchronized void leave(MemoryBudget member) {
        if (members.remove(member)) {
            budget -= member.bytes();
            remark();
        }
    }

    private void remark() {
        if (members.isEmpty()) {
            marks = null;
            return;
        }
        MemoryLimits limits = members.getFirst().limits();
        Marks before = marks;
        SpillFolder folder = before != null
                ? before.folder()
                : limits.directory().map(SpillFolder::new).orElse(null);
        marks = new Marks(budget, (long) (budget * limits.spillAt()), (long) (budget * limits.pauseAt()), folder);
    }

    /** Where tables can be put on disk; null if they cannot. */
    @Nullable
    SpillFolder folder() {
        Marks now = marks;
        return now == null ? null : now.folder();
    }

    private long used() {
        return Memory.budgeted() + reserved.get();
    }

    boolean isPaused() {
        Marks now = marks;
        return now != null && used() > now.pauseMark();
    }

    /**
     * Makes room for bytes that are about to be taken, and keeps it until {@link #taken}.
     *
     * @throws FrameRefused if there is none
     */
    void reserve(long bytes) {
        Marks now = marks;
        reserved.addAndGet(bytes);
        if (now != null && !hasRoom(now, now.budget())) {
            reserved.addAndGet(-bytes);
            throw refused(now, bytes);
        }
    }

    /** They are counted where they are now, or were not taken after all. */
    void taken(long bytes) {
        reserved.addAndGet(-bytes);
    }

    /** Whether so many more would be taken without being refused. */
    boolean fits(long bytes) {
        Marks now = marks;
        if (now == null) {
            return true;
        }
        reserved.addAndGet(bytes);
        try {
            return hasRoom(now, now.budget());
        } finally {
            reserved.addAndGet(-bytes);
        }
    }

    /**
     * A table has come into being in private memory.
     *
     * @throws FrameRefused if there was no room for it; it is still there
     */
    void made(long bytes) {
        Marks now = marks;
        if (now != null && !hasRoom(now, now.budget())) {
            throw refused(now, bytes);
        }
    }

    private boolean hasRoom(Marks now, long most) {
        if (used() <= now.spillMark()) {
            return true;
        }
        relieve(now);
        if (used() <= most) {
            return true;
        }
        collect(most);
        relieve(now);
        return used() <= most;
    }

    private FrameRefused refused(Marks now, long bytes) {
        String disk = now.folder() == null
                ? "they " + NO_DISK
                : "no more of them can be put on disk now" + (trouble.isEmpty() ? "" : " (" + trouble + ")");
        return new FrameRefused(
                "no room for " + bytes + " more bytes: frames use " + Memory.budgeted() + " of the memoryBudget of "
                        + now.budget() + " bytes, and " + disk
                        + "; release or unpin frames, or give the runner a larger memoryBudget",
                null);
    }

    private void relieve(Marks now) {
        SpillFolder folder = now.folder();
        if (folder == null || used() <= now.spillMark()) {
            return;
        }
        // One spills; what the others wait for is the room that it makes.
        spilling.lock();
        boolean interrupted = Thread.interrupted(); // an interrupt would close the file under us
        try {
            if (used() > now.spillMark()) {
                spill(folder, now.spillMark() - now.budget() / SLACK);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            spilling.unlock();
        }
    }

    /**
     * Puts tables on disk, however much room there is, but for those that are pinned, in use or too small for it; how many bytes
     * of them are there then. None where there is no budget.
     *
     * @throws FrameRefused if they cannot be put there
     */
    long spill(Collection<Storage> tables) {
        Marks now = marks;
        if (now == null) {
            return 0;
        }
        SpillFolder folder = now.folder();
        if (folder == null) {
            throw new FrameRefused("frames " + NO_DISK, null);
        }
        spilling.lock();
        boolean interrupted = Thread.interrupted(); // an interrupt would close the file under us
        try {
            long bytes = 0;
            for (Storage table : tables) {
                if (table.bytes() >= Tenants.LEAST_BYTES) {
                    table.spill(folder);
                }
                bytes += table.isSpilled() ? table.bytes() : 0;
            }
            return bytes;
        } catch (IOException | UncheckedIOException e) {
            throw new FrameRefused("cannot put frames on disk in " + folder.parent() + ": " + e.getMessage(), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            spilling.unlock();
        }
    }

    private void spill(SpillFolder folder, long target) {
        for (Storage victim : tenants.leastRecentlyUsed(Storage::isSpillable)) {
            if (used() <= target) {
                return;
            }
            try {
                victim.spill(folder);
                trouble = "";
            } catch (IOException | UncheckedIOException e) {
                if (trouble.isEmpty()) { // said once, until it has worked again
                    LOG.log(System.Logger.Level.WARNING, "cannot put a frame on disk in " + folder.parent(), e);
                }
                trouble = String.valueOf(e.getMessage());
                return;
            }
        }
    }

    /** Segments and mappings that were forgotten go with a collection, and soon after it. */
    private void collect(long most) {
        spilling.lock();
        try {
            if (System.nanoTime() - collectedNanos < COLLECT_PAUSE_NANOS) {
                return;
            }
            System.gc();
            collectedNanos = System.nanoTime();
            while (used() > most && System.nanoTime() - collectedNanos < COLLECTED_PATIENCE_NANOS) {
                LockSupport.parkNanos(this, LOOK_NANOS);
            }
        } finally {
            spilling.unlock();
        }
    }

    /** What was in use when room was needed may be idle by now. */
    void tick() {
        Marks now = marks;
        boolean crowded = now != null && now.folder() != null && used() > now.spillMark();
        if ((crowded || SpillFile.mapped() > MAX_MAPPED) && relieving.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("kiln-spill").start(() -> {
                try {
                    if (now != null) {
                        relieve(now);
                    }
                    unmap();
                } finally {
                    relieving.set(false);
                }
            });
        }
    }

    private void unmap() {
        if (SpillFile.mapped() <= MAX_MAPPED) {
            return;
        }
        for (Storage mapped : tenants.leastRecentlyUsed(Storage::isMappedFile)) {
            if (SpillFile.mapped() <= MAX_MAPPED / 2) {
                return;
            }
            mapped.giveUp();
        }
    }
}
