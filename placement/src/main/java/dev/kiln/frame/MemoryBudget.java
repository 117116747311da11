package dev.kiln.frame;

import dev.kiln.frame.spi.ProcessFolders;

/**
 * The memory ladder of a runner, from its start to its end.
 *
 * <pre>
 *      0 ─────── spillAt ─────── pauseAt ─────── budget
 *        as made    │ frames go     │ no new work   │ FrameRefused
 *                   ▼ to disk       ▼               ▼
 * </pre>
 *
 * <p>Frames that were not used for longest go first, and come back as mappings of their files when they are used; pinned ones
 * stay, and so do those that are being read. A frame that is too large while it is made goes to disk as it comes. The frames of
 * all runners in one process share its memory, and the sum of their budgets. Any thread.
 */
public final class MemoryBudget implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(MemoryBudget.class.getName());

    /** The part of {@code spillAt} above which holders are asked to let go of what they have forgotten. */
    private static final double ASK_AT = 0.75;
    /** The part of the budget that must have come on top before they are asked again. */
    private static final int ASK_AGAIN = 16;

    private final MemoryLimits limits;
    private final long bytes;
    private long askedAtBytes; // guarded by this

    private MemoryBudget(MemoryLimits limits) {
        this.limits = limits;
        this.bytes = limits.budgetBytes(); // once: the system is asked how much memory there is, which reads files
    }

    /**
     * From now on this process keeps to it. Warns if frames, engine and heap together may take more than the machine has.
     *
     * @param ownProcess whether this process is there for this runner alone, engine and heap included
     * @throws IllegalArgumentException if the limits cannot work here
     */
    public static MemoryBudget open(MemoryLimits limits, boolean ownProcess) {
        limits.check();
        MemoryBudget budget = new MemoryBudget(limits);
        if (ownProcess) {
            Database.share(limits.sharers());
            budget.warnOfSum();
        }
        Ladder.process().join(budget);
        return budget;
    }

    MemoryLimits limits() {
        return limits;
    }

    long bytes() {
        return bytes;
    }

    private void warnOfSum() {
        long engine = Database.memoryLimit();
        long heap = Runtime.getRuntime().maxMemory();
        long machine = MemoryLimits.machineBytes();
        if (bytes + engine + heap > machine) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "memoryBudget (" + bytes + "), the engine's limit (" + engine + ", -D" + Database.MEMORY_PROPERTY
                            + ") and the heap (" + heap + ", -Xmx) are more together than this machine's " + machine
                            + " bytes: the process may be killed before it reaches them; lower one");
        }
        if (limits.directory().isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "frames cannot be put on disk, since the temporary directories are in memory: set spillDirectory");
        }
    }

    /** Whether no new work should come: more is in use than {@code pauseAt} of the budget, and could not be put on disk. */
    public boolean isPaused() {
        return Ladder.process().isPaused();
    }

    /**
     * Whether those who hold frames here should be asked to collect garbage, and so let go of handles that they have forgotten:
     * much is in use, and more than when this was last so.
     */
    public synchronized boolean asksHolders() {
        long inUse = Memory.budgeted();
        long all = inUse + SpillFile.bytes();
        askedAtBytes = Math.min(askedAtBytes, all);
        if (inUse <= bytes * limits.spillAt() * ASK_AT || all - askedAtBytes < bytes / ASK_AGAIN) {
            return false;
        }
        askedAtBytes = all;
        return true;
    }

    /** Puts frames on disk if it is time to, on a thread of its own. Every 100 ms or so; does not block. */
    public void tick() {
        Ladder.process().tick();
    }

    /** Ends it. Frames stay where they are. Idempotent. */
    @Override
    public void close() {
        Ladder.process().leave(this);
    }

    /** Removes what processes that were killed have left in the directory of these limits. */
    public static void sweep(MemoryLimits limits) {
        limits.directory().ifPresent(ProcessFolders::sweep);
    }
}
