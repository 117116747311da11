package dev.kiln.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The runners that are not gone, and those of them that could take a call now. Only the books touch it. */
final class Crew {
    private final Map<String, CrewMember> members = new LinkedHashMap<>();
    private final FreeRunners free;
    private Watcher watcher = new Watcher() {
        @Override
        public void room(@Nullable String runner, boolean room) {}

        @Override
        public void closed(String runner) {}
    };
    private int booting;
    private int ready;
    private int freeSlots;
    private int busySlots;
    private long residents;

    /** Learns what matters to those who wait. */
    interface Watcher {
        /** Whether the runner, or for null any, has a free slot now. */
        void room(@Nullable String runner, boolean room);

        /** The runner will take no more calls. */
        void closed(String runner);
    }

    Crew(String pool, Dispatch policy) {
        this.free = new FreeRunners(pool, policy);
    }

    void watch(Watcher other) {
        watcher = other;
    }

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
        boolean wasOpen = member.open();
        count(member, -1);
        change.accept(member);
        if (member.state() == RunnerState.GONE) {
            members.remove(member.id());
            free.remove(member);
        } else {
            count(member, 1);
            free.put(member);
        }
        watcher.room(member.id(), member.freeSlots() > 0);
        watcher.room(null, freeSlots > 0);
        if (wasOpen && !member.open()) {
            watcher.closed(member.id());
        }
    }

    private void count(CrewMember member, int sign) {
        booting += member.state() == RunnerState.BOOTING ? sign : 0;
        ready += member.state() == RunnerState.READY ? sign : 0;
        freeSlots += sign * member.freeSlots();
        busySlots += sign * member.busySlots();
        residents += sign * member.residents();
    }

    /** The id of the ready runner that gets the next call; null if none has a free slot. */
    @Nullable
    String next() {
        return free.first();
    }

    /**
     * The runner with a free slot that has the most of this data, of equal ones the one with the fewest busy slots.
     *
     * @param bytes by runner
     * @param otherwise the runner if none has any
     */
    String withMost(Map<String, Long> bytes, String otherwise) {
        String most = otherwise;
        for (String runner : bytes.keySet()) {
            if (hasRoom(runner) && isBetter(runner, most, bytes)) {
                most = runner;
            }
        }
        return most;
    }

    private boolean isBetter(String runner, String than, Map<String, Long> bytes) {
        int more = Long.compare(bytes.getOrDefault(runner, 0L), bytes.getOrDefault(than, 0L));
        CrewMember one = members.get(runner);
        CrewMember other = members.get(than);
        return more > 0 || (more == 0 && one != null && other != null && one.busySlots() < other.busySlots());
    }

    /** Whether the runner, or for null any, has a free slot. */
    boolean hasRoom(@Nullable String runner) {
        CrewMember member = runner == null ? null : members.get(runner);
        return runner == null ? freeSlots > 0 : member != null && member.freeSlots() > 0;
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

    /** Those that are up or will be: not those that go. */
    int staying() {
        return ready + booting;
    }

    int retiring() {
        return size() - ready - booting;
    }

    int freeSlots() {
        return freeSlots;
    }

    int busySlots() {
        return busySlots;
    }

    long residents() {
        return residents;
    }
}
