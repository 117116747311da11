package dev.kiln.gc;

import dev.kiln.gc.Applied.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * An owner's book on one incarnation of one holder: what it holds, and what is on its way to it.
 *
 * <p>Per resource the word with the highest sequence wins, so order does not matter. Every Update up to {@link #upTo}
 * has been applied; of those applied beyond, the ones that release leave a tombstone, lest a hold that was said before
 * and arrives after comes to life. Once {@link #upTo} has passed a tombstone, nothing older can be new.
 */
final class HolderBook {
    /** At most so many tombstones, and so many Updates applied ahead of a missing one, per holder. */
    static final int MAX_AHEAD = 65_536;

    private final ProcessRef holder;
    /** Resource to the word that held it: twice its sequence, and one more if it is lent. */
    private final Map<Long, Long> held = new HashMap<>();
    /** Resource to the sequence that released it, beyond {@link #upTo} only. */
    private final Map<Long, Long> tombstones = new HashMap<>();
    /** Updates applied beyond {@link #upTo}: sequence to what each released. */
    private final TreeMap<Long, List<Long>> ahead = new TreeMap<>();
    /** Transfer to the resources it names. */
    private final Map<Long, List<Long>> transits = new HashMap<>();

    private long upTo;
    private long heardNanos;

    HolderBook(ProcessRef holder, long nowNanos) {
        this.holder = holder;
        this.heardNanos = nowNanos;
    }

    ProcessRef holder() {
        return holder;
    }

    long upTo() {
        return upTo;
    }

    int tombstones() {
        return tombstones.size();
    }

    boolean holdsNothing() {
        return held.isEmpty() && transits.isEmpty();
    }

    Standing standing() {
        if (!ahead.isEmpty()) {
            return Standing.GAP;
        }
        if (!held.isEmpty()) {
            return Standing.HOLDING;
        }
        return transits.isEmpty() ? Standing.AT_REST : Standing.IN_TRANSIT;
    }

    boolean names(Long resource) {
        return held.containsKey(resource)
                || transits.values().stream().anyMatch(resources -> resources.contains(resource));
    }

    /** One call per hold. */
    void each(Consumer<Long> hold) {
        held.keySet().forEach(hold);
        transits.values().forEach(resources -> resources.forEach(hold));
    }

    void heard(long nowNanos) {
        heardNanos = nowNanos;
    }

    /** Whether it holds nothing and no Update is missing, so that nothing is lost if it is never heard of again. */
    private boolean isAtRest() {
        return holdsNothing() && ahead.isEmpty();
    }

    /** Whether it was silent for longer than {@code leaseNanos} without being at rest. */
    boolean lapsed(long nowNanos, long leaseNanos) {
        return !isAtRest() && nowNanos - heardNanos > leaseNanos;
    }

    void placed(Long resource, Long transfer, Tally tally, long nowNanos) {
        if (isAtRest()) {
            heardNanos = nowNanos; // nobody watched its silence until now
        }
        transits.computeIfAbsent(transfer, key -> new ArrayList<>(2)).add(resource);
        tally.add(resource);
    }

    Outcome apply(Update update, Tally tally, List<Long> freed, List<Long> missing) {
        long sequence = update.sequence();
        if (sequence <= upTo || ahead.containsKey(sequence)) {
            return Outcome.DUPLICATE;
        }
        boolean next = sequence == upTo + 1;
        if (!next
                && (ahead.size() >= MAX_AHEAD
                        || tombstones.size() + update.released().size() > MAX_AHEAD)) {
            return Outcome.BACK_PRESSURE;
        }
        for (Long resource : update.held()) {
            hold(resource, 2 * sequence, tally, missing);
        }
        for (Long resource : update.lent()) {
            hold(resource, 2 * sequence + 1, tally, missing);
        }
        for (Long resource : update.released()) {
            release(resource, sequence, next, tally, freed);
        }
        for (Long transfer : update.ended()) {
            end(transfer, tally, freed);
        }
        if (next) {
            upTo = sequence;
            catchUp();
        } else {
            ahead.put(sequence, update.released());
        }
        return Outcome.DONE;
    }

    /** This incarnation has ended. All that it held ends but what it had lent. */
    void bequeath(Tally tally, List<Long> freed) {
        held.entrySet().removeIf(entry -> {
            boolean kept = entry.getValue() % 2 == 1;
            if (!kept) {
                drop(entry.getKey(), tally, freed);
            }
            return !kept;
        });
        transits.values().forEach(resources -> resources.forEach(resource -> drop(resource, tally, freed)));
        transits.clear();
        tombstones.clear();
    }

    /** Everything this incarnation held ends. */
    void close(Tally tally, List<Long> freed) {
        each(resource -> drop(resource, tally, freed));
        held.clear();
        transits.clear();
        tombstones.clear();
    }

    private void hold(Long resource, long word, Tally tally, List<Long> missing) {
        long sequence = word / 2;
        Long released = tombstones.get(resource);
        if (released != null) {
            if (released > sequence) {
                return;
            }
            tombstones.remove(resource); // the hold, being newer, now stands in its place
        }
        Long before = held.get(resource);
        if (before != null) {
            held.put(resource, Math.max(before, word));
        } else if (tally.knows(resource)) {
            held.put(resource, word);
            tally.add(resource);
        } else {
            missing.add(resource);
        }
    }

    private void release(Long resource, long sequence, boolean next, Tally tally, List<Long> freed) {
        Long before = held.get(resource);
        if (before != null && before / 2 > sequence) {
            return;
        }
        if (before != null) {
            held.remove(resource);
            drop(resource, tally, freed);
        }
        if (!next) {
            tombstones.merge(resource, sequence, Math::max);
        }
    }

    private void end(Long transfer, Tally tally, List<Long> freed) {
        List<Long> resources = transits.remove(transfer);
        if (resources != null) {
            resources.forEach(resource -> drop(resource, tally, freed));
        }
    }

    private void catchUp() {
        while (!ahead.isEmpty() && ahead.firstKey() == upTo + 1) {
            Map.Entry<Long, List<Long>> passed = ahead.pollFirstEntry();
            upTo = passed.getKey();
            for (Long resource : passed.getValue()) {
                tombstones.remove(resource, passed.getKey());
            }
        }
    }

    private static void drop(Long resource, Tally tally, List<Long> freed) {
        if (tally.drop(resource)) {
            freed.add(resource);
        }
    }
}
