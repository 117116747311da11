package dev.kiln.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait, by the priority of their batches, then in the order of their numbers, which is that of their arrival: a call that comes back from a
 * runner which did not take it gets its old place. Who waits for a certain runner is passed by those whom another one can
 * take. Only the books touch it.
 */
final class WaitingLine {
    private static final int STALE_ALLOWED = 1024;

    private final LinkedHashMap<Long, Waiter> waiting = new LinkedHashMap<>(); // who waits longest is first
    private final Lanes lanes;
    private final Lane anywhere = new Lane(null, Integer.MAX_VALUE);
    private final Map<String, Lane> insisting = new HashMap<>();
    private final Keys keys;
    // Compared by difference, since nanoTime may wrap. Waiters that were taken stay until met, or too many.
    private final PriorityQueue<Waiter> byTime =
            new PriorityQueue<>((a, b) -> Long.signum(a.latestNanos() - b.latestNanos()));

    private record Waiter(Rank rank, long latestNanos, long sinceNanos, Wish wish, Lane lane, Keys.@Nullable Key key) {
        long call() {
            return rank.call();
        }
    }

    /** A call whose turn it is. */
    record Turn(long call, Wish wish, int priority, long sinceNanos, String runner) {}

    /**
     * @param slots how many calls of a key can run at once, which is on one runner
     * @param idleNanos how long a key without calls is remembered
     * @param hasRoom whether that runner, or for null any, has a free slot
     */
    WaitingLine(int slots, long idleNanos, Predicate<@Nullable String> hasRoom) {
        this.lanes = new Lanes(hasRoom);
        this.keys = new Keys(slots, idleNanos);
    }

    /**
     * A call waits from now on.
     *
     * @param latestNanos until when
     * @param sinceNanos when it began to wait for the first time
     */
    void add(long call, long latestNanos, Wish wish, int priority, long sinceNanos, long now) {
        Keys.@Nullable Key key = wish instanceof Wish.Keyed keyed ? keys.use(keyed.key(), now) : null;
        Lane lane =
                switch (wish) {
                    case Wish.Anywhere _ -> anywhere;
                    case Wish.On on -> insisting.computeIfAbsent(on.runner(), r -> new Lane(r, 0));
                    case Wish.Keyed _ -> key == null ? anywhere : key.lane();
                    case Wish.Inside _ -> throw new IllegalArgumentException("such a call never waits");
                };
        var rank = new Rank(priority, call);
        var waiter = new Waiter(rank, latestNanos, sinceNanos, wish, lane, key);
        if (sinceNanos - now < 0) {
            waiting.putFirst(call, waiter); // it is back: it began to wait before
        } else {
            waiting.putLast(call, waiter);
        }
        lanes.add(lane, rank);
        if (byTime.size() > 2 * waiting.size() + STALE_ALLOWED) {
            byTime.clear();
            byTime.addAll(waiting.values());
        } else {
            byTime.add(waiter);
        }
    }

    boolean contains(long call) {
        return waiting.containsKey(call);
    }

    /** Whether the runner, or for null any, has a free slot now. */
    void room(@Nullable String runner, boolean room) {
        lanes.room(runner, room);
    }

    /**
     * Takes out the first of the calls that some runner could take.
     *
     * @param any a runner with a free slot, if there is one: for calls that do not care
     * @return null if there is no such call
     */
    @Nullable
    Turn takeFirst(@Nullable String any, long now) {
        Lane lane = lanes.next();
        if (lane == null) {
            return null;
        }
        Waiter first = waiting.remove(lane.first().call());
        @Nullable String runner = lane.runner() == null ? any : lane.runner();
        if (first == null || runner == null) {
            throw new IllegalStateException("no runner has room for the call whose turn it is");
        }
        leaveLane(first, now, runner);
        return new Turn(first.call(), first.wish(), first.rank().priority(), first.sinceNanos(), runner);
    }

    boolean remove(long call, long now) {
        Waiter waiter = waiting.remove(call);
        if (waiter != null) {
            leaveLane(waiter, now, null);
        }
        return waiter != null;
    }

    private void leaveLane(Waiter waiter, long now, @Nullable String sentTo) {
        Lane lane = waiter.lane();
        lanes.remove(lane, waiter.rank());
        Keys.@Nullable Key key = waiter.key();
        if (key == null) {
            if (lane.isEmpty() && lane.runner() != null) {
                insisting.remove(lane.runner());
            }
        } else if (sentTo == null) {
            keys.rest(key, now);
        } else {
            keys.sent(waiter.call(), key, sentTo);
            if (lane.runner() == null) {
                lanes.move(lane, sentTo);
            }
        }
    }

    /** A call that was taken out as the first is over, or comes back. */
    void over(long call, long now) {
        keys.over(call, now);
    }

    /**
     * The runner takes no more calls: the keys that it had are free.
     *
     * @return the calls that insist on it; they wait no longer
     */
    List<Long> closed(String runner, long now) {
        for (Keys.Key key : keys.freeAllOf(runner)) {
            lanes.move(key.lane(), null);
        }
        Lane lane = insisting.get(runner);
        List<Long> misplaced = lane == null ? List.of() : lane.all();
        misplaced.forEach(call -> remove(call, now));
        return misplaced;
    }

    /** Where the calls of the key go, if that is decided. */
    @Nullable
    String runnerOf(String key) {
        return keys.runnerOf(key);
    }

    /** The key is bound to no runner any more. */
    void free(String name) {
        Keys.Key key = keys.free(name);
        if (key != null) {
            lanes.move(key.lane(), null);
        }
    }

    List<Long> removeAll(long now) {
        List<Long> all = new ArrayList<>(new TreeSet<>(waiting.keySet()));
        all.forEach(call -> remove(call, now));
        byTime.clear();
        return all;
    }

    /** Takes out those that wait for any runner. */
    List<Long> removeUnbound(long now) {
        List<Long> unbound = lanes.unbound();
        unbound.forEach(call -> remove(call, now));
        return unbound;
    }

    /** Takes out the calls whose time is over. */
    List<Long> removeLate(long now) {
        List<Long> late = new ArrayList<>();
        for (Waiter first = byTime.peek(); first != null && now - first.latestNanos() >= 0; first = byTime.peek()) {
            byTime.remove();
            if (waits(first)) {
                remove(first.call(), now);
                late.add(first.call());
            }
        }
        return late;
    }

    private boolean waits(Waiter waiter) {
        return waiter.equals(waiting.get(waiter.call()));
    }

    /** When the next call's time is over, or {@code otherwise} if none waits. */
    long nextLateNanos(long otherwise) {
        for (Waiter first = byTime.peek(); first != null; first = byTime.peek()) {
            if (waits(first)) {
                return first.latestNanos();
            }
            byTime.remove();
        }
        return otherwise;
    }

    int size() {
        return waiting.size();
    }

    /** How many slots of runners yet to come the waiting calls could use. */
    int demand() {
        return lanes.demand();
    }

    /** When the one that waits longest began to; {@code otherwise} if none waits. */
    long longestSinceNanos(long otherwise) {
        return waiting.isEmpty() ? otherwise : waiting.firstEntry().getValue().sinceNanos();
    }
}
