package dev.kiln.frame;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How much memory a runner may use for frames, and what it does when that becomes short.
 *
 * @param budget bytes for frames, at least {@link #LEAST_BUDGET}; 0: half of the machine's memory, divided by {@code sharers}
 * @param spillAt the share of the budget above which frames are put on disk, above 0, at most {@code pauseAt}
 * @param pauseAt the share above which the runner takes no new work, at most 1
 * @param spillDirectory where the files go; empty: the temporary directory, or {@code /var/tmp} if that one is in memory
 * @param sharers how many runners this machine's memory is for, at least 1
 * @param collectWhenAsked whether this process runs its garbage collector when an owner of frames asks for it
 */
public record MemoryLimits(
        long budget, double spillAt, double pauseAt, String spillDirectory, int sharers, boolean collectWhenAsked) {

    /** The least budget, in bytes. */
    public static final long LEAST_BUDGET = 16 << 20;

    public static final double SPILL_AT = 0.7;
    public static final double PAUSE_AT = 0.85;

    public MemoryLimits {
        if (budget != 0 && budget < LEAST_BUDGET) {
            throw new IllegalArgumentException(
                    "memoryBudget must be at least " + LEAST_BUDGET + " bytes, was " + budget);
        }
        if (!(pauseAt > 0 && pauseAt <= 1)) {
            throw new IllegalArgumentException("pauseAt must be above 0 and at most 1, was " + pauseAt);
        }
        if (!(spillAt > 0 && spillAt <= pauseAt)) {
            throw new IllegalArgumentException(
                    "spillAt must be above 0 and at most pauseAt (" + pauseAt + "), was " + spillAt);
        }
        if (sharers < 1) {
            throw new IllegalArgumentException("sharers must be at least 1, was " + sharers);
        }
    }

    /** The defaults for a machine with so many runners. */
    public static MemoryLimits defaults(int sharers) {
        return new MemoryLimits(0, SPILL_AT, PAUSE_AT, "", sharers, true);
    }

    /** The memory of this machine, or of this container, in bytes. */
    public static long machineBytes() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getTotalMemorySize();
    }

    /** The budget, also where none was given. */
    public long budgetBytes() {
        return budget > 0 ? budget : Math.max(LEAST_BUDGET, machineBytes() / 2 / sharers);
    }

    /** Warns, once, if this JVM ignores what it should do when it is asked to collect. */
    public void warnIfDeaf() {
        if (collectWhenAsked) {
            Collecting.warnIfIgnored();
        }
    }

    /**
     * Refuses what cannot work on this machine.
     *
     * @throws IllegalArgumentException naming the option, its value and the way out
     */
    public void check() {
        if (budget > machineBytes()) {
            throw new IllegalArgumentException("memoryBudget must be at most this machine's memory of " + machineBytes()
                    + " bytes, was " + budget);
        }
        if (spillDirectory.isEmpty()) {
            return;
        }
        Path directory = Path.of(spillDirectory);
        if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            throw new IllegalArgumentException(
                    "spillDirectory must be a directory that this process may write to, was " + directory);
        }
        if (isInMemory(directory)) {
            throw new IllegalArgumentException("spillDirectory must be on a disk, was " + directory
                    + ", which is in memory (tmpfs): frames put there would free nothing");
        }
    }

    private static boolean isInMemory(Path directory) {
        try {
            return SpillFolder.isInMemory(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look at " + directory, e);
        }
    }

    /** Where spilled frames go; empty if every directory that comes into question is in memory. */
    Optional<Path> directory() {
        if (!spillDirectory.isEmpty()) {
            return Optional.of(Path.of(spillDirectory));
        }
        for (Path candidate : new Path[] {Path.of(System.getProperty("java.io.tmpdir")), Path.of("/var/tmp")}) {
            if (Files.isDirectory(candidate) && Files.isWritable(candidate) && !isInMemory(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
