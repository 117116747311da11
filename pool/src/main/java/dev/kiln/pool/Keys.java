package dev.kiln.pool;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which key's calls run where. A key is bound by its first call that is sent to a runner, and is free again when that runner
 * takes no more calls. It is forgotten when no call of it has waited or run for the time that makes a runner idle, or
 * when it is the longest idle of too many. Only the {@link WaitingLine} touches it.
 */
final class Keys {
    private static final int IDLE_KEPT = 10_000;

    private final int slots;
    private final long idleNanos;
    private final Map<String, Key> keys = new HashMap<>();
    private final Map<Long, Key> running = new HashMap<>();
    private final Map<String, Set<Key>> bound = new HashMap<>();
    private final LinkedHashMap<String, Key> idle = new LinkedHashMap<>(); // longest idle first

    /** One key. */
    static final class Key {
        private final String name;
        private final Lane lane;
        private int running;
        private long idleSince;

        private Key(String name, int slots) {
            this.name = name;
            this.lane = new Lane(null, slots);
        }

        Lane lane() {
            return lane;
        }
    }

    Keys(int slots, long idleNanos) {
        this.slots = slots;
        this.idleNanos = idleNanos;
    }

    /** The key, for a call that is about to wait in its lane. */
    Key use(String name, long now) {
        forget(now);
        Key key = keys.computeIfAbsent(name, n -> new Key(n, slots));
        idle.remove(name);
        return key;
    }

    /** A call of the key is sent to the runner, which has the key from now on. */
    void sent(long call, Key key, String runner) {
        running.put(call, key);
        key.running++;
        bound.computeIfAbsent(runner, r -> new HashSet<>()).add(key);
    }

    /** A call is over, or was not taken; most have no key. */
    void over(long call, long now) {
        Key key = running.isEmpty() ? null : running.remove(call);
        if (key != null) {
            key.running--;
            rest(key, now);
        }
    }

    /** No call waits in the key's lane any more, perhaps. */
    void rest(Key key, long now) {
        if (key.running == 0 && key.lane.isEmpty()) {
            key.idleSince = now;
            idle.putLast(key.name, key);
            forget(now);
        }
    }

    private void forget(long now) {
        while (!idle.isEmpty()) {
            Key longest = idle.firstEntry().getValue();
            if (idle.size() <= IDLE_KEPT && now - longest.idleSince < idleNanos) {
                return;
            }
            idle.remove(longest.name);
            keys.remove(longest.name);
            unbind(longest);
        }
    }

    private void unbind(Key key) {
        String runner = key.lane.runner();
        Set<Key> others = runner == null ? null : bound.get(runner);
        if (runner != null && others != null) {
            others.remove(key);
            if (others.isEmpty()) {
                bound.remove(runner);
            }
        }
    }

    /** Which runner has the key. */
    @Nullable
    String runnerOf(String name) {
        Key key = keys.get(name);
        return key == null ? null : key.lane.runner();
    }

    /** No runner has the key any more. */
    @Nullable
    Key free(String name) {
        Key key = keys.get(name);
        if (key != null) {
            unbind(key);
        }
        return key;
    }

    /** The keys that the runner had; no runner has them any more. */
    List<Key> freeAllOf(String runner) {
        Set<Key> freed = bound.remove(runner);
        return freed == null ? List.of() : List.copyOf(freed);
    }
}
