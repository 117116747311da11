package dev.kiln.flight;

import dev.kiln.frame.Frame;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** The frames that clients may read, each under its name, with a handle of its own. Any thread. */
final class Exposed {

    private final Map<String, Item> items = new LinkedHashMap<>(); // guarded by this

    /**
     * A frame that is computed.
     *
     * @param rows at least 0
     * @param bytes at least 0
     */
    record Item(String name, Frame frame, Schema schema, long rows, long bytes) {}

    void add(String name, Frame frame) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("the name of an exposed frame must not be empty");
        }
        Frame computed = frame.compute();
        try {
            Item item = new Item(name, computed, computed.schema(), computed.rowCount(), computed.byteSize());
            synchronized (this) {
                if (items.putIfAbsent(name, item) != null) {
                    throw new IllegalArgumentException(
                            "a frame is exposed as '" + name + "' already: withdraw it first, or choose another name");
                }
            }
        } catch (RuntimeException | Error e) {
            computed.close();
            throw e;
        }
    }

    void remove(String name) {
        Item item;
        synchronized (this) {
            item = items.remove(name);
        }
        if (item != null) {
            item.frame().close();
        }
    }

    synchronized Set<String> names() {
        return Set.copyOf(items.keySet());
    }

    synchronized List<Item> all() {
        return List.copyOf(items.values());
    }

    synchronized @Nullable Item find(String name) {
        return items.get(name);
    }

    /** The same with a handle of the caller's, who closes it: a stream goes on when the frame is withdrawn. */
    synchronized @Nullable Item open(String name) {
        Item item = items.get(name);
        return item == null ? null : new Item(name, item.frame().compute(), item.schema(), item.rows(), item.bytes());
    }

    void clear() {
        names().forEach(this::remove);
    }
}
