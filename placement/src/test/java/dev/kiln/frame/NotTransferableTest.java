package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@SuppressWarnings("serial")
class NotTransferableTest {

    private final Hub hub = new Hub();
    private final FrameSpace caller = hub.caller();

    /** Cannot cross. */
    static final class Connection {}

    static class Holder implements Serializable {
        private static final long serialVersionUID = 1L;

        @Nullable
        Object value;

        Holder(@Nullable Object value) {
            this.value = value;
        }
    }

    record Pair(Object left, @Nullable Object right) {}

    interface Remote<T> extends Supplier<T>, Serializable {}

    private String path(@Nullable Object work) {
        NotTransferable refused = assertThrows(NotTransferable.class, () -> caller.packWork(work));
        assertTrue(refused.getMessage().contains(refused.path()), refused.getMessage());
        assertEquals(0, hub.told());
        return refused.path();
    }

    private String reason(@Nullable Object work) {
        return assertThrows(NotTransferable.class, () -> caller.packWork(work)).getMessage();
    }

    @Test
    @DisplayName("C-03: the path leads through enclosing objects and captures")
    void namesCaptures() {
        Connection connection = new Connection();
        int number = 3;
        assertEquals("captured argument 1", path((Remote<Object>) () -> connection));
        assertEquals("captured argument 2", path((Remote<Object>) () -> number + connection.hashCode()));
        Holder holder = new Holder(connection);
        assertEquals("captured argument 1.value", path((Remote<Object>) () -> holder.value));
        Remote<Object> inner = () -> holder.value;
        assertEquals("captured argument 1: captured argument 1.value", path((Remote<Object>) () -> inner.get()));
    }

    @Test
    @DisplayName("C-03: the path names this$0 of an anonymous class and this of a lambda")
    void namesThis() {
        Service service = new Service();
        assertEquals("this$0.connection", path(service.anonymous()));
        assertEquals("this.connection", path(service.lambda()));
    }

    static final class Service implements Serializable {
        private static final long serialVersionUID = 1L;
        final Connection connection = new Connection();

        Remote<String> anonymous() {
            return new Remote<>() {
                private static final long serialVersionUID = 1L;

                @Override
                public String get() {
                    return String.valueOf(connection.hashCode());
                }
            };
        }

        Remote<String> lambda() {
            return () -> String.valueOf(connection.hashCode());
        }
    }

    @Test
    @DisplayName("C-03: the path leads through arrays, lists, maps, records, optionals")
    void namesPlaces() {
        Connection connection = new Connection();
        assertEquals("[3].value", path(new Object[] {1, 2, 3, new Holder(connection)}));
        assertEquals("[1][0]", path(new Object[][] {{1}, {connection}}));
        assertEquals("map value for key \"a\"", path(Map.of("a", connection)));
        assertEquals("map value for key 7.value", path(new HashMap<>(Map.of(7, new Holder(connection)))));
        Map<Object, Object> keys = new HashMap<>();
        keys.put(connection, 1);
        assertEquals("map key of " + Connection.class.getName(), path(keys));
        assertEquals("left[1]", path(new Pair(new ArrayList<>(List.of(1, connection)), null)));
        assertEquals("right.left.value", path(new Pair(1, new Pair(Optional.of(connection), 2))));
        assertEquals("value: map value for key \"a\"[0]", path(new Holder(Map.of("a", List.of(connection)))));
        assertEquals("[0]", path(new ArrayList<>(Map.of("a", connection).values())));
        assertEquals("the closure", path(connection));
        assertEquals("cause.value", path(new IllegalStateException(new HoldingException(connection))));
    }

    static final class HoldingException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("serial")
        final Object value;

        HoldingException(Object value) {
            this.value = value;
        }
    }

    @Test
    @DisplayName("C-03: a refusal says what to do: lambdas, streams, classes")
    void givesRemedies() {
        Function<String, String> plain = text -> text;
        String reason = reason(new Holder(plain));
        assertTrue(
                reason.contains("cannot send value: this lambda or method reference, made in "
                        + NotTransferableTest.class.getName()),
                reason);
        assertTrue(reason.contains("declare it as RemoteCallable, RemoteRunnable or RemoteFunction"), reason);
        assertTrue(reason.contains("(Function & java.io.Serializable)"), reason);
        assertTrue(reason(Stream.of(1)).contains("pool.stream"), reason(Stream.of(1)));
        assertTrue(reason(new Thread()).contains("is not Serializable; make its class Serializable or a record"));
        assertTrue(reason(new WeakHashMap<>()).contains("a java.util.WeakHashMap is not Serializable"));
    }

    @Test
    @DisplayName("C-03: what cannot be looked into is tried")
    void triesWhatIsOpaque() {
        Function<String, String> key = text -> text;
        TreeMap<String, String> sorted = new TreeMap<>(Comparator.comparing(key));
        assertEquals("value.comparator", path(new Holder(sorted)).replaceAll(": .*", ""));
    }

    static final class Moody implements Serializable {
        private static final long serialVersionUID = 1L;

        private void writeObject(ObjectOutputStream out) throws IOException {
            throw new IOException("not today");
        }
    }

    @Test
    @DisplayName("C-03: a class that refuses to be written is reported with its own words")
    void reportsCustomFailures() {
        NotTransferable refused = assertThrows(NotTransferable.class, () -> caller.packWork(new Holder(new Moody())));
        assertTrue(refused.getMessage().contains("not today"), refused.getMessage());
    }

    @Test
    @DisplayName("C-02: a circle through what can only be made after its parts is refused before it is sent")
    void refusesCircles() {
        List<Object> list = new ArrayList<>();
        Pair pair = new Pair(list, null);
        list.add(pair);
        assertEquals("left[0]", path(pair));
        assertEquals("value.left[0]", path(new Holder(pair)));

        List<Object> inner = new ArrayList<>();
        List<Object> immutable = List.of(inner, 2);
        inner.add(immutable);
        assertEquals("[0][0]", path(immutable));
        assertEquals("value[0][0]", path(new Holder(immutable)));

        Holder holder = new Holder(null);
        Optional<Holder> optional = Optional.of(holder);
        holder.value = optional;
        assertEquals("value.value", path(optional));

        Holder captured = new Holder(null);
        Remote<Object> lambda = () -> captured.value;
        captured.value = lambda;
        assertEquals("captured argument 1.value", path(lambda));
        assertTrue(reason(lambda).contains("refers back to itself"), reason(lambda));
    }

    @Test
    @DisplayName("C-03: an object of a class that exists in this process only is refused, as in a native executable")
    void refusesHiddenClasses() throws Exception {
        byte[] code;
        try (var in = Seed.class.getResourceAsStream("NotTransferableTest$Seed.class")) {
            code = in.readAllBytes();
        }
        Class<?> hidden = MethodHandles.lookup().defineHiddenClass(code, true).lookupClass();
        Object object = hidden.getDeclaredConstructor().newInstance();
        assertTrue(reason(object).contains("exists in this process only"), reason(object));
    }

    static final class Seed implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    @Test
    @DisplayName("C-02: bytes that only look like a circle are not refused")
    void isNotFooledByData() {
        byte[] all = new byte[5 * 65536];
        for (int i = 0; i < 65536; i++) {
            all[5 * i] = 0x71;
            all[5 * i + 1] = 0x00;
            all[5 * i + 2] = 0x7E;
            all[5 * i + 3] = (byte) (i >> 8);
            all[5 * i + 4] = (byte) i;
        }
        try (Parcel parcel = caller.packWork(new Pair(all, List.of(new ArrayList<>())))) {
            Pair there = (Pair) hub.runner("n2").unpack(parcel.bytes(), caller.self());
            assertEquals(all.length, ((byte[]) there.left()).length);
        }
    }
}
