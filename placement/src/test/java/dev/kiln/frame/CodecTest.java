package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kiln.frame.spi.Substitution;
import java.io.Serializable;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@SuppressWarnings({"serial", "ArrayRecordComponent", "JdkObsolete"})
class CodecTest {

    private final Hub hub = new Hub();
    private final FrameSpace runner = hub.runner("n2");

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private <T> T crossed(@Nullable T value) {
        byte[] bytes = runner.packResult(value, hub.caller().self()).bytes();
        return (T) hub.caller().unpack(bytes, runner.self());
    }

    interface SerializableSupplier<T> extends Supplier<T>, Serializable {}

    record Point(int x, int y) {}

    record Everything(
            byte b, short s, int i, long l, float f, double d, char c, boolean z, String text, int[] numbers) {}

    record Tree<T>(T value, List<Tree<T>> children) {}

    record Pair(Object left, Object right) {}

    record Positive(int number) {
        Positive {
            if (number <= 0) {
                throw new IllegalArgumentException("must be > 0, was " + number);
            }
        }
    }

    static final class Node implements Serializable {
        private static final long serialVersionUID = 1L;

        @Nullable
        Object value;

        @Nullable
        Node next;

        Optional<Node> maybe = Optional.empty();
    }

    record Chain(int depth, @Nullable Chain next) {}

    @Test
    @DisplayName("C-02: null is a value, as the whole message and inside collections")
    void nullIsAValue() {
        assertNull(crossed(null));
        assertEquals(Arrays.asList(1, null, "a"), crossed(Arrays.asList(1, null, "a")));
        Map<Object, Object> map = new HashMap<>();
        map.put(null, null);
        assertEquals(map, crossed(map));
    }

    @Test
    @DisplayName("C-02: an object that occurs twice is one object there")
    void keepsIdentity() {
        Object shared = new ArrayList<>(List.of("a"));
        Point point = new Point(1, 2);
        Optional<String> optional = Optional.of("x");
        Runnable lambda = (Runnable & Serializable) () -> {};
        Object[] there = crossed(new Object[] {shared, shared, point, point, optional, optional, lambda, lambda});
        assertSame(there[0], there[1]);
        assertSame(there[2], there[3]);
        assertSame(there[4], there[5]);
        assertSame(there[6], there[7]);
        assertNotSame(shared, there[0]);
    }

    @Test
    @DisplayName("C-02: cycles of ordinary objects are kept, also through records, optionals and immutable lists")
    void keepsCycles() {
        Node node = new Node();
        node.next = node;
        Node there = crossed(node);
        assertSame(there, there.next);

        Node direct = new Node();
        direct.value = new Pair(direct, List.of(direct));
        direct.maybe = Optional.of(direct);
        Node back = crossed(direct);
        Pair pair = assertInstanceOf(Pair.class, back.value);
        assertSame(back, pair.left());
        assertSame(back, ((List<?>) pair.right()).getFirst());
        assertSame(back, back.maybe.orElseThrow());

        Node closing = new Node();
        SerializableSupplier<Object> lambda = () -> closing;
        closing.value = lambda;
        Node closed = crossed(closing);
        assertSame(closed, ((Supplier<?>) closed.value).get());

        List<Object> list = new ArrayList<>();
        list.add(list);
        List<Object> listThere = crossed(list);
        assertSame(listThere, listThere.getFirst());
    }

    @Test
    @DisplayName("C-02: a linked chain of 100,000 nodes crosses, of classes and of records")
    void crossesToAnyDepth() {
        Node head = new Node();
        Node last = head;
        for (int i = 1; i < 100_000; i++) {
            last.next = new Node();
            last = last.next;
        }
        int length = 0;
        for (Node node = crossed(head); node != null; node = node.next) {
            length++;
        }
        assertEquals(100_000, length);

        Chain chain = null;
        for (int i = 0; i < 100_000; i++) {
            chain = new Chain(i, chain);
        }
        length = 0;
        for (Chain link = crossed(chain); link != null; link = link.next()) {
            assertEquals(99_999 - length++, link.depth());
        }
        assertEquals(100_000, length);
    }

    @Test
    @DisplayName("C-02: a closure runs there with what it captured")
    void runsClosures() {
        String text = "a";
        Point point = new Point(3, 4);
        List<Integer> list = List.of(1, 2);
        assertEquals("aPoint[x=3, y=4][1, 2]", hub.call(runner, () -> text + point + list));
        SerializableSupplier<Integer> inner = () -> point.x() * 10;
        assertEquals(30, hub.call(runner, inner::get));
        assertEquals(3, hub.call(runner, list.getFirst() == 1 ? point::x : point::y));
    }

    @Test
    @DisplayName("C-03: records cross, serializable or not, generic, nested, with every type of component")
    void crossesRecords() {
        assertEquals(new Point(1, -2), crossed(new Point(1, -2)));
        Everything all = new Everything((byte) 1, (short) 2, 3, 4L, 5.5f, 6.5, 'x', true, "text", new int[] {1, 2});
        Everything there = crossed(all);
        assertArrayEquals(all.numbers(), there.numbers());
        assertEquals(all.toString().replaceAll("\\[I@.*", ""), there.toString().replaceAll("\\[I@.*", ""));
        Tree<Point> tree = new Tree<>(
                new Point(0, 0),
                List.of(new Tree<>(new Point(1, 1), List.of()), new Tree<>(new Point(2, 2), List.of())));
        assertEquals(tree, crossed(tree));
        record Local(String name) {}
        assertEquals(new Local("l"), crossed(new Local("l")));
        assertEquals(new Positive(1), crossed(new Positive(1)));
    }

    @Test
    @DisplayName("C-03, F-03: what the JDK can hold arrives equal: boxes, enums, dates, arrays, collections")
    void crossesValues() {
        List<Object> values = List.of(
                1,
                2L,
                3.5,
                'c',
                true,
                "text",
                BigDecimal.ONE,
                UUID.randomUUID(),
                Instant.now(),
                DayOfWeek.MONDAY,
                Optional.of("x"),
                Optional.empty(),
                OptionalInt.of(1),
                OptionalInt.empty(),
                OptionalLong.of(2L),
                OptionalDouble.of(3),
                OptionalDouble.empty(),
                Path.of("a", "b"),
                StandardCharsets.UTF_8);
        assertEquals(values, crossed(values));
        List<Object> collections = List.of(
                new ArrayList<>(List.of(1, 2)),
                new LinkedList<>(List.of(1)),
                new HashSet<>(List.of(1, 2)),
                new TreeSet<>(List.of(2, 1)),
                new HashMap<>(Map.of("a", 1)),
                new TreeMap<>(Map.of("a", 1)),
                new LinkedHashMap<>(Map.of("a", List.of(1))),
                new ConcurrentHashMap<>(Map.of(1, 2)),
                List.of(),
                Set.of(1),
                Map.of(),
                Map.of("k", Map.of("l", "m")),
                Collections.unmodifiableList(new ArrayList<>(List.of(3))),
                EnumSet.of(DayOfWeek.FRIDAY),
                new EnumMap<>(Map.of(DayOfWeek.FRIDAY, 1)),
                Collections.emptyList(),
                Stream.of(1, 2).toList());
        assertEquals(collections, crossed(collections));
        assertEquals(List.of(1, 2), new ArrayList<>(crossed(new ArrayDeque<>(List.of(1, 2)))));
        assertEquals(List.of(1, 2), new ArrayList<>(crossed(new PriorityQueue<>(List.of(2, 1)))));
        assertEquals(List.of(1, 2), new ArrayList<>(crossed(new LinkedBlockingQueue<>(List.of(1, 2)))));
        assertArrayEquals(new int[][] {{1}, {2, 3}}, crossed(new int[][] {{1}, {2, 3}}));
        assertArrayEquals(new Object[] {"a", 1}, crossed(new Object[] {"a", 1}));
        assertArrayEquals(new Point[] {new Point(1, 1)}, crossed(new Point[] {new Point(1, 1)}));
        assertSame(int.class, crossed(int.class));
        assertSame(Point.class, crossed(Point.class));
    }

    @Test
    @DisplayName("C-03: views of collections cross as copies of the same kind and order")
    void crossesViews() {
        Map<String, Integer> map = new TreeMap<>(Map.of("a", 1, "b", 2));
        assertEquals(map.keySet(), crossed(map.keySet()));
        assertEquals(List.of(1, 2), new ArrayList<>(crossed(map.values())));
        assertEquals(map.entrySet(), crossed(map.entrySet()));
        assertEquals(Map.entry("a", 1), crossed(Map.entry("a", 1)));
        assertEquals(Map.entry("a", 1), crossed(map.entrySet().iterator().next()));
        assertEquals(List.of(2, 3), crossed(new ArrayList<>(List.of(1, 2, 3)).subList(1, 3)));
        assertEquals(List.of(2, 3), crossed(List.of(1, 2, 3).subList(1, 3)));
        assertEquals(List.of(2, 1), crossed(new ArrayList<>(List.of(1, 2)).reversed()));
    }

    @Test
    @DisplayName("C-03: comparators of sorted collections cross if they are serializable")
    void crossesComparators() {
        TreeSet<String> descending = new TreeSet<>(Comparator.reverseOrder());
        descending.addAll(List.of("a", "b"));
        assertEquals(List.of("b", "a"), List.copyOf(crossed(descending)));
    }

    /** Holds what cannot cross, and says how it does. */
    static final class Cache implements Traversable {
        final List<Object> parts;
        final Thread owner;

        Cache(List<Object> parts, Thread owner) {
            this.parts = parts;
            this.owner = owner;
        }

        @Override
        public Rebuild<?> traversal() {
            List<Object> kept = parts;
            return () -> new Cache(kept, Thread.currentThread());
        }
    }

    @Test
    @DisplayName("F-01: a type that says how it is traversed crosses that way, once however often it occurs")
    void crossesTraversables() {
        Cache cache = new Cache(List.of(new Point(1, 2), Optional.of("x")), new Thread("over there"));
        List<Cache> there = crossed(List.of(cache, cache));
        assertSame(there.get(0), there.get(1));
        assertEquals(cache.parts, there.getFirst().parts);
        assertSame(Thread.currentThread(), there.getFirst().owner);
    }

    record PoolName(String name) implements Serializable {}

    static final class NamedPool {
        final String name;

        NamedPool(String name) {
            this.name = name;
        }
    }

    static final class Pools implements Substitution {
        @Override
        public @Nullable Object replace(Object original) {
            return original instanceof NamedPool pool ? new PoolName(pool.name) : null;
        }

        @Override
        public @Nullable Object resolve(Object stand) {
            return stand instanceof PoolName(String name) ? new NamedPool("view of " + name) : null;
        }
    }

    @Test
    @DisplayName("C-03: what the room above substitutes crosses as its stand-in, also captured by a closure")
    void substitutes() {
        Hub pools = new Hub(SpaceOptions.defaults().withSubstitution(new Pools()));
        FrameSpace there = pools.runner("n2", SpaceOptions.defaults().withSubstitution(new Pools()));
        NamedPool pool = new NamedPool("media");
        assertEquals("view of media", pools.call(there, () -> pool.name));
        assertEquals(
                "view of media",
                pools.call(there, () -> List.of(pool, pool)).getFirst().name.substring(8));
    }

    @Test
    @DisplayName("C-02: a closure reads its classes with the context class loader of the thread")
    void usesTheContextClassLoader() throws Exception {
        byte[] bytes = hub.caller().packWork(new Point(1, 2)).bytes();
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        ClassLoader blind = new ClassLoader(null) {};
        Thread.currentThread().setContextClassLoader(blind);
        try {
            NotTransferable refused = assertThrows(
                    NotTransferable.class,
                    () -> runner.unpack(bytes, hub.caller().self()));
            assertTrue(refused.getMessage().contains("is not on the class path here"), refused.getMessage());
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }
}
