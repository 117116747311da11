package dev.kiln.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The runners that are not gone, and those of them that could take a call now. Only the books touch it. */
final class Crew {
    private final Map<String, CrewMember> members = new LinkedHashMap<>();
    private final TreeSet<CrewMember> free =
            new TreeSet<>(Comparator.comparingInt(CrewMember::busySlots).thenComparingLong(CrewMember::number));
    private int booting;
    private int ready;
    private int freeSlots;

    void add(CrewMember member) {
        members.put(member.id(), member);
        count(member, 1);
    }

    @Nullable
    CrewMember find(String id) {
        return members.get(id);
    }

    /** Changes a member; its place among the free ones and the sums follow. A member that is GONE afterwards is dropped. */
    void change(CrewMember member, Consumer<CrewMember> change) {
        count(member, -1);
        change.accept(member);
        if (member.state() == RunnerState.GONE) {
            members.remove(member.id());
        } else {
            count(member, 1);
        }
    }

    private void count(CrewMember member, int sign) {
        booting += member.state() == RunnerState.BOOTING ? sign : 0;
        ready += member.state() == RunnerState.READY ? sign : 0;
        int slots = member.freeSlots();
        freeSlots += sign * slots;
        if (slots > 0) {
            boolean _ = sign > 0 ? free.add(member) : free.remove(member);
        }
    }

    /** The ready runner with the fewest busy slots, the oldest of those; null if none has a free one. */
    @Nullable
    CrewMember leastLoaded() {
        return free.isEmpty() ? null : free.first();
    }

    Collection<CrewMember> all() {
        return members.values();
    }

    List<CrewMember> in(RunnerState state) {
        List<CrewMember> found = new ArrayList<>();
        for (CrewMember member : members.values()) {
            if (member.state() == state) {
                found.add(member);
            }
        }
        return found;
    }

    int size() {
        return members.size();
    }

    int booting() {
        return booting;
    }

    int ready() {
        return ready;
    }

    int freeSlots() {
        return freeSlots;
    }
}
