package dev.kiln.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * The calls that wait, in the order of their ids, which is the order of their arrival: a call that comes back from a runner
 * which did not take it gets its old place. Only the books touch it.
 */
final class WaitingLine {
    private static final int STALE_ALLOWED = 1024;

    private record Waiter(long call, long latestNanos) {}

    private final TreeMap<Long, Waiter> waiting = new TreeMap<>();
    // Compared by difference, since nanoTime may wrap. Waiters that were taken stay until met, or too many.
    private final PriorityQueue<Waiter> byTime =
            new PriorityQueue<>((a, b) -> Long.signum(a.latestNanos() - b.latestNanos()));

    /** @param latestNanos when the call stops waiting */
    void add(long call, long latestNanos) {
        var waiter = new Waiter(call, latestNanos);
        waiting.put(call, waiter);
        if (byTime.size() > 2 * waiting.size() + STALE_ALLOWED) {
            byTime.clear();
            byTime.addAll(waiting.values());
        } else {
            byTime.add(waiter);
        }
    }

    long takeFirst() {
        return waiting.pollFirstEntry().getKey();
    }

    long takeLast() {
        return waiting.pollLastEntry().getKey();
    }

    boolean remove(long call) {
        return waiting.remove(call) != null;
    }

    List<Long> removeAll() {
        List<Long> all = new ArrayList<>(waiting.keySet());
        waiting.clear();
        byTime.clear();
        return all;
    }

    /** Takes out the calls whose time is over. */
    List<Long> removeLate(long now) {
        List<Long> late = new ArrayList<>();
        for (Waiter first = byTime.peek(); first != null && now - first.latestNanos() >= 0; first = byTime.peek()) {
            byTime.remove();
            if (waiting.remove(first.call(), first)) {
                late.add(first.call());
            }
        }
        return late;
    }

    /** When the next call's time is over, or {@code otherwise} if none waits. */
    long nextLateNanos(long otherwise) {
        for (Waiter first = byTime.peek(); first != null; first = byTime.peek()) {
            if (first.equals(waiting.get(first.call()))) {
                return first.latestNanos();
            }
            byTime.remove();
        }
        return otherwise;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }
}
