package dev.kiln.frame;

import java.lang.ref.Cleaner;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.arrow.memory.AllocationListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * The memory of all tables in this JVM: one Arrow root, and books that tell what is in use. Any thread.
 *
 * <p>The root is shared because Arrow lets buffers pass only between allocators of one root. It is never closed, and it
 * has no limit: budgets are kept by those who place tables, from the numbers here.
 */
final class Memory {

    /** Where a table's bytes are. */
    enum Kind {
        /** Allocated for this process alone. */
        PRIVATE,
        /** A sealed memory file that this process owns. */
        SEGMENT,
        /** A mapping of another party's memory file. Counted until the collector has unmapped it. */
        MAPPED
    }

    /**
     * @param privateTables tables whose data is private
     * @param privateBytes their bytes
     * @param segments memory files of this process, finished or being written
     * @param segmentBytes their bytes
     * @param mappings mappings of memory files of others that are in use
     * @param mappedBytes bytes that are mapped, in use or waiting for the collector
     * @param buffers buffers that Arrow has allocated, whoever asked for them
     * @param bufferBytes their bytes
     */
    record Usage(
            long privateTables,
            long privateBytes,
            long segments,
            long segmentBytes,
            long mappings,
            long mappedBytes,
            long buffers,
            long bufferBytes) {}

    /** Runs what is left to do for segments and mappings that nobody closed. */
    static final Cleaner CLEANER = Cleaner.create();

    private static final BufferAllocator ROOT = new RootAllocator(RootAllocator.configBuilder()
            .listener(AllocationListener.NOOP)
            .allocationManagerFactory(NativeAllocations.FACTORY)
            // Arrow's default rounds up to powers of two: 1.6 times the memory.
            .roundingPolicy(bytes -> Math.addExact(bytes, 63) & -64L)
            .build());
    private static final GcPressure PRESSURE = new GcPressure(System::nanoTime, System::gc);
    private static final Map<Kind, Book> BOOKS = new EnumMap<>(Kind.class);
    private static final AtomicLong MAPPED_TWICE = new AtomicLong();
    private static volatile LongSupplier engine = () -> 0;

    static {
        for (Kind kind : Kind.values()) {
            BOOKS.put(kind, new Book(new AtomicLong(), new AtomicLong()));
        }
    }

    private record Book(AtomicLong count, AtomicLong bytes) {}

    private Memory() {}

    /** The allocator of everything that belongs to a table. */
    static BufferAllocator allocator() {
        return ROOT;
    }

    /** A new buffer whose capacity is exactly {@code bytes}, not cleared; the caller releases it. */
    static ArrowBuf buffer(long bytes) {
        return ROOT.buffer(bytes).capacity(bytes);
    }

    /** What is in use now. Taken number by number, so a moment of change may show in some and not in others. */
    static Usage usage() {
        Book ofPrivate = book(Kind.PRIVATE);
        Book ofSegments = book(Kind.SEGMENT);
        Book ofMappings = book(Kind.MAPPED);
        return new Usage(
                ofPrivate.count().get(),
                ofPrivate.bytes().get(),
                ofSegments.count().get(),
                ofSegments.bytes().get(),
                ofMappings.count().get(),
                ofMappings.bytes().get(),
                NativeAllocations.count(),
                NativeAllocations.bytes());
    }

    /**
     * What counts against a budget, in bytes: private tables, segments, mappings of others' segments, and what the engine has
     * allocated for its results. Not what is on disk.
     */
    static long budgeted() {
        return residentBytes() + Math.max(0, book(Kind.MAPPED).bytes().get() - MAPPED_TWICE.get()) + engine.getAsLong();
    }

    /** So many bytes of what is mapped, or fewer if negative, are this process's own segments and counted there. */
    static void mappedTwice(long bytes) {
        MAPPED_TWICE.addAndGet(bytes);
    }

    /** From now on the engine tells how many bytes it has allocated. */
    static void engine(LongSupplier bytes) {
        engine = bytes;
    }

    /** The bytes of tables that live in this process: private ones and segments, without mappings of others' segments. */
    static long residentBytes() {
        return book(Kind.PRIVATE).bytes().get() + book(Kind.SEGMENT).bytes().get();
    }

    /** How many memory files this process has. */
    static long segments() {
        return book(Kind.SEGMENT).count().get();
    }

    /** One more, with so many bytes. */
    static void opened(Kind kind, long bytes) {
        book(kind).count().incrementAndGet();
        book(kind).bytes().addAndGet(bytes);
    }

    /** More bytes in one that is counted already. */
    static void grew(Kind kind, long bytes) {
        book(kind).bytes().addAndGet(bytes);
    }

    /** One fewer; its bytes are reported apart, by {@link #shrank}, because they may outlive it. */
    static void closed(Kind kind) {
        book(kind).count().decrementAndGet();
    }

    /** Fewer bytes. */
    static void shrank(Kind kind, long bytes) {
        book(kind).bytes().addAndGet(-bytes);
    }

    /** So many bytes are complete and in the hands of a user, who may forget them. May run the collector. */
    static void handedOut(long bytes) {
        PRESSURE.grew(bytes);
    }

    /** Bytes that were handed out are free. */
    static void takenBack(long bytes) {
        PRESSURE.shrank(bytes);
    }

    private static Book book(Kind kind) {
        Book book = BOOKS.get(kind);
        if (book == null) {
            throw new AssertionError(kind);
        }
        return book;
    }
}
