package dev.kiln.frame;

import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What others hold here, or what is on its way to them, by number; each entry has one reference of its asset. All under the
 * lock of the {@link Books}, but for {@link #left}.
 */
final class Residents {

    private final Map<Long, Asset> held = new HashMap<>();

    /** The numbers under which tables and values stay here. */
    private final IdentityHashMap<Asset, Long> numbers = new IdentityHashMap<>();

    private final LeftValues left = new LeftValues();

    /** The number under which this stays here; null if it does not. */
    @Nullable
    Long numberOf(Asset asset) {
        return numbers.get(asset);
    }

    /** It stays here under this number from now on. */
    void stay(Long number, Asset asset) {
        numbers.put(asset, number);
        keep(number, asset);
        if (asset instanceof LocalValue value) {
            left.remove(value);
        }
    }

    /** It is kept until a message has been read. */
    void keep(Long number, Asset asset) {
        asset.retain();
        held.put(number, asset);
    }

    @Nullable
    Asset get(long number) {
        return held.get(number);
    }

    /** Nobody holds it any more; the caller gets the reference, to release it without the lock. */
    @Nullable
    Asset remove(Long number) {
        Asset asset = held.remove(number);
        if (asset != null && number.equals(numbers.get(asset))) {
            numbers.remove(asset);
            if (asset instanceof LocalValue value) {
                left.add(value); // before its end can begin: from here on until that is over, it is counted there
            }
        }
        return asset;
    }

    boolean contains(long number) {
        return held.containsKey(number);
    }

    /** All numbers, as a copy. */
    Set<Long> numbers() {
        return Set.copyOf(held.keySet());
    }

    int size() {
        return held.size();
    }

    /** The bytes of tables, each counted once. */
    long bytes() {
        Set<Asset> once = Collections.newSetFromMap(new IdentityHashMap<>());
        return held.values().stream()
                .mapToLong(asset -> asset instanceof Table table && once.add(table) ? table.bytes() : 0)
                .sum();
    }

    /** The tables that stay here. */
    Map<Long, Table> tables() {
        Map<Long, Table> tables = new LinkedHashMap<>();
        numbers.forEach((asset, number) -> {
            if (asset instanceof Table table) {
                tables.put(number, table);
            }
        });
        return tables;
    }

    /** How many values stay here. */
    long values() {
        return numbers.keySet().stream().filter(LocalValue.class::isInstance).count();
    }

    /** The values that others held here until they let go of them. */
    LeftValues left() {
        return left;
    }
}
