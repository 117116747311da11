package dev.kiln.pool;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the first of the calls that some runner could take: lanes are kept by the runner that they wait for, and of those
 * whose runner has a free slot the one with the first rank is first. Nothing here takes longer than the logarithm of the
 * lanes. Only the {@link WaitingLine} touches it.
 */
final class Lanes {
    private final Predicate<@Nullable String> hasRoom;
    private final Map<@Nullable String, Group> groups = new HashMap<>(); // under null those that any runner may take
    private final TreeMap<Rank, Group> servable = new TreeMap<>(); // those with room, by their first call
    private int demand;

    /** The lanes that wait for the same runner, by their first calls. Never empty. */
    private static final class Group {
        final TreeMap<Rank, Lane> lanes = new TreeMap<>();
        boolean room;

        Rank first() {
            return lanes.firstKey();
        }
    }

    /** @param hasRoom whether that runner, or for null any, has a free slot */
    Lanes(Predicate<@Nullable String> hasRoom) {
        this.hasRoom = hasRoom;
    }

    void add(Lane lane, Rank call) {
        if (!lane.isEmpty() && call.compareTo(lane.first()) > 0) {
            demand -= lane.demand();
            lane.add(call);
            demand += lane.demand();
        } else {
            detach(lane);
            lane.add(call);
            attach(lane);
        }
    }

    void remove(Lane lane, Rank call) {
        if (lane.first().equals(call)) {
            detach(lane);
            lane.remove(call);
            attach(lane);
        } else {
            demand -= lane.demand();
            lane.remove(call);
            demand += lane.demand();
        }
    }

    /** The lane waits for another runner now, or for any. */
    void move(Lane lane, @Nullable String runner) {
        detach(lane);
        lane.runner(runner);
        attach(lane);
    }

    /** Whether the runner, or for null any, has a free slot now. */
    void room(@Nullable String runner, boolean room) {
        Group group = groups.get(runner);
        if (group != null && group.room != room) {
            group.room = room;
            if (room) {
                servable.put(group.first(), group);
            } else {
                servable.remove(group.first());
            }
        }
    }

    /** The lane whose first call is next, or null if no runner could take any. */
    @Nullable
    Lane next() {
        return servable.isEmpty()
                ? null
                : servable.firstEntry().getValue().lanes.firstEntry().getValue();
    }

    /** The calls that wait for any runner, in order. */
    List<Long> unbound() {
        List<Long> calls = new ArrayList<>();
        Group group = groups.get(null);
        if (group != null) {
            group.lanes.values().forEach(lane -> calls.addAll(lane.all()));
            Collections.sort(calls);
        }
        return calls;
    }

    /** How many slots of runners yet to come the waiting calls could use. */
    int demand() {
        return demand;
    }

    private void detach(Lane lane) {
        if (lane.isEmpty()) {
            return;
        }
        demand -= lane.demand();
        Group group = groups.get(lane.runner());
        if (group == null) {
            throw new IllegalStateException("a lane of nobody");
        }
        if (group.room) {
            servable.remove(group.first());
        }
        group.lanes.remove(lane.first());
        if (group.lanes.isEmpty()) {
            groups.remove(lane.runner());
        } else if (group.room) {
            servable.put(group.first(), group);
        }
    }

    private void attach(Lane lane) {
        if (lane.isEmpty()) {
            return;
        }
        demand += lane.demand();
        Group group = groups.get(lane.runner());
        if (group == null) {
            group = new Group();
            group.room = hasRoom.test(lane.runner());
            groups.put(lane.runner(), group);
        } else if (group.room) {
            servable.remove(group.first());
        }
        group.lanes.put(lane.first(), lane);
        if (group.room) {
            servable.put(group.first(), group);
        }
    }
}
