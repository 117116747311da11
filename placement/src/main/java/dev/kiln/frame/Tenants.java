package dev.kiln.frame;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The tables of this process that are worth moving to disk. They are not kept from the collector: one that is forgotten without
 * a release goes as it would without this. Any thread.
 */
final class Tenants {

    /** Smaller ones stay in memory: a file and its mapping cost about as much. */
    static final long LEAST_BYTES = 16 << 10;

    private final Set<Reference<Storage>> all = ConcurrentHashMap.newKeySet();
    private final ReferenceQueue<Storage> forgotten = new ReferenceQueue<>();

    /** Takes one in. What is returned is to be handed to {@link #remove} when its table is freed. */
    Reference<Storage> add(Storage storage) {
        for (Reference<?> gone = forgotten.poll(); gone != null; gone = forgotten.poll()) {
            all.remove(gone);
        }
        Reference<Storage> entry = new WeakReference<>(storage, forgotten);
        all.add(entry);
        return entry;
    }

    void remove(Reference<Storage> entry) {
        all.remove(entry);
    }

    /** Those for which a condition holds now, the one first that was not used for longest. */
    List<Storage> leastRecentlyUsed(Predicate<Storage> condition) {
        long now = System.nanoTime();
        List<Aged> found = new ArrayList<>();
        for (Reference<Storage> entry : all) {
            Storage storage = entry.get();
            if (storage != null && condition.test(storage)) {
                found.add(new Aged(storage, now - storage.usedNanos())); // read once: it may be used while we sort
            }
        }
        found.sort(Comparator.comparingLong(Aged::age).reversed());
        return found.stream().map(Aged::storage).toList();
    }

    private record Aged(Storage storage, long age) {}
}
