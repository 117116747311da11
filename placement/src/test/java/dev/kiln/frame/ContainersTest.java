package dev.kiln.frame;

import static dev.kiln.frame.Cells.column;
import static dev.kiln.frame.Cells.frame;
import static dev.kiln.frame.Cells.list;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Serializable;
import java.time.DayOfWeek;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Frames in results, in whatever the JDK has to hold them and however deep. */
@SuppressWarnings("serial")
class ContainersTest {
    private static final int DEEP = 10_000;

    private final Hub hub = new Hub();
    private final FrameSpace n2 = hub.runner("n2");

    @AfterEach
    void forget() {
        hub.close();
    }

    @AfterAll
    static void collectGarbage() {
        Hub.collectGarbage();
    }

    private static Frame one() {
        return frame("x", list(1));
    }

    record Pair<T>(T left, T right) {}

    private static final Map<String, Hub.Work<Object>> ONE_IN_EACH = new LinkedHashMap<>();

    static {
        ONE_IN_EACH.put("TreeMap", () -> new TreeMap<>(Map.of("k", one())));
        ONE_IN_EACH.put("ConcurrentHashMap", () -> new ConcurrentHashMap<>(Map.of("k", one())));
        ONE_IN_EACH.put("EnumMap", () -> new EnumMap<>(Map.of(DayOfWeek.MONDAY, one())));
        ONE_IN_EACH.put("key of a LinkedHashMap", () -> new LinkedHashMap<>(Map.of(one(), "v")));
        ONE_IN_EACH.put("key of Map.of", () -> Map.of(one(), "v"));
        ONE_IN_EACH.put("unmodifiable map", () -> Collections.unmodifiableMap(new HashMap<>(Map.of("k", one()))));
        ONE_IN_EACH.put("values()", () -> new HashMap<>(Map.of("k", one())).values());
        ONE_IN_EACH.put("keySet()", () -> new HashMap<>(Map.of(one(), "v")).keySet());
        ONE_IN_EACH.put("entrySet()", () -> new HashMap<>(Map.of("k", one())).entrySet());
        ONE_IN_EACH.put("Map.entry", () -> Map.entry("k", one()));
        ONE_IN_EACH.put("SimpleEntry", () -> new AbstractMap.SimpleEntry<>("k", one()));
        ONE_IN_EACH.put("LinkedHashSet", () -> new LinkedHashSet<>(List.of(one())));
        ONE_IN_EACH.put("synchronized list", () -> Collections.synchronizedList(new ArrayList<>(List.of(one()))));
        ONE_IN_EACH.put("Arrays.asList", () -> Arrays.asList(one(), null));
        ONE_IN_EACH.put("a part of a list", () -> new ArrayList<>(List.of("a", one(), "b")).subList(1, 2));
        ONE_IN_EACH.put("reversed list", () -> new ArrayList<>(List.of(one(), "a")).reversed());
        ONE_IN_EACH.put("CopyOnWriteArrayList", () -> new CopyOnWriteArrayList<>(List.of(one())));
        ONE_IN_EACH.put("ArrayDeque", () -> new ArrayDeque<>(List.of(one())));
        ONE_IN_EACH.put("ArrayBlockingQueue", () -> new ArrayBlockingQueue<>(3, false, List.of(one())));
        ONE_IN_EACH.put("LinkedBlockingQueue", () -> new LinkedBlockingQueue<>(List.of(one())));
        ONE_IN_EACH.put("ConcurrentLinkedQueue", () -> new ConcurrentLinkedQueue<>(List.of(one())));
        ONE_IN_EACH.put("AtomicReference", () -> new AtomicReference<>(one()));
        ONE_IN_EACH.put("AtomicReferenceArray", () -> new AtomicReferenceArray<>(new Frame[] {null, one()}));
        ONE_IN_EACH.put("Optional", () -> Optional.of(Optional.of(one())));
        ONE_IN_EACH.put("array of arrays", () -> new Frame[][][] {{{one()}, {}}});
        ONE_IN_EACH.put("array of records", () -> new Pair<?>[] {new Pair<>(new Object[] {one()}, null)});
    }

    @Test
    @DisplayName(
            "F-01, G-02: a frame stays in whatever container of the JDK holds it, and closeAll finds its handle there")
    void inEachContainer() {
        ONE_IN_EACH.forEach((name, work) -> {
            Object result = hub.call(n2, work);
            assertEquals(1, n2.residentCount(), name);
            Frame.closeAll(result);
            hub.settle();
            assertEquals(0, n2.residentCount(), name);
        });
    }

    static final class Node implements Serializable {
        @Nullable
        Object value;

        @Nullable
        Node next;
    }

    private static Object deep() {
        Object lists = one();
        Object arrays = one();
        Node nodes = new Node();
        nodes.value = one();
        for (int i = 0; i < DEEP; i++) {
            lists = List.of(lists);
            arrays = new Object[] {arrays};
            Node before = new Node();
            before.next = nodes;
            nodes = before;
        }
        return List.of(lists, arrays, nodes);
    }

    private static Frame bottom(Object top) {
        Object at = top;
        while (!(at instanceof Frame)) {
            at = switch (at) {
                case List<?> list -> list.getFirst();
                case Object[] array -> array[0];
                case Node node -> node.next == null ? node.value : node.next;
                default -> throw new AssertionError(at);
            };
        }
        return (Frame) at;
    }

    @Test
    @DisplayName("F-01: a frame stays however deep it is in lists, arrays or linked objects")
    void deepInside() {
        List<?> tops = (List<?>) hub.call(n2, ContainersTest::deep);
        assertEquals(3, n2.residentCount());
        for (Object top : tops) {
            Frame frame = bottom(top);
            assertTrue(frame.isRemote());
            assertEquals(list(1), column(frame, "x"));
        }
        Frame.closeAll(tops);
        hub.settle();
        assertEquals(0, n2.residentCount());
    }
}
