package dev.kiln.frame;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The file, in memory or on disk, that a table's data is a mapping of.
 *
 * @param file where it is found, as long as its owner has it
 * @param address where it is mapped
 * @param scans how often all of the data has been read from it, and not through the mapping
 */
record Backing(SharedTable file, long address, AtomicInteger scans) {

    Backing(SharedTable file, long address) {
        this(file, address, new AtomicInteger());
    }

    /** Where in the file a byte of the mapping lies; -1 if it is of other memory. */
    long offset(long of, long length) {
        long offset = of - address;
        return offset >= 0 && offset <= file.size() - length ? offset : -1;
    }
}
