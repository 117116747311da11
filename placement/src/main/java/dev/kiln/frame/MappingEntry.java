package dev.kiln.frame;

/** A mapping of a segment in the books of {@link Memory}. Any thread. */
final class MappingEntry {
    private final long size;
    private final boolean own;
    private int users;

    /** @param own whether the segment is this process's, and counted as such */
    MappingEntry(long size, boolean own) {
        this.size = size;
        this.own = own;
        if (own) {
            Memory.mappedTwice(size);
        }
        Memory.grew(Memory.Kind.MAPPED, size);
        Memory.handedOut(size);
    }

    synchronized void used() {
        if (users++ == 0) {
            Memory.opened(Memory.Kind.MAPPED, 0);
        }
    }

    synchronized void unused() {
        if (--users == 0) {
            Memory.closed(Memory.Kind.MAPPED);
        }
    }

    /** Nobody can reach it any more, whether it was released or forgotten. */
    synchronized void unmapped() {
        if (users > 0) {
            users = 0;
            Memory.closed(Memory.Kind.MAPPED);
        }
        if (own) {
            Memory.mappedTwice(-size);
        }
        Memory.shrank(Memory.Kind.MAPPED, size);
        Memory.takenBack(size);
    }
}
