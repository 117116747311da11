package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is so for each verb, whichever it is. */
class EveryVerbTest {
    /** They make no frame of others' data, or are an end. */
    private static final Set<String> NO_VERBS = Set.of("collect", "replicas", "pin", "unpin");

    private final Hub hub = new Hub();
    private final FrameSpace n2 = hub.runner("n2");
    private final FrameSpace n3 = hub.runner("n3");

    @AfterEach
    void forget() {
        hub.close();
    }

    @AfterAll
    static void collectGarbage() {
        Hub.collectGarbage();
    }

    @Test
    @DisplayName("F-05: no verb is left out of what follows")
    void all() {
        Set<String> verbs = Arrays.stream(Frame.class.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .filter(method ->
                        Set.of(Frame.class, GroupedFrame.class, Series.class).contains(method.getReturnType()))
                .map(Method::getName)
                .filter(name -> !NO_VERBS.contains(name))
                .collect(Collectors.toSet());
        assertEquals(verbs, EveryVerb.USES.keySet());
    }

    @Test
    @DisplayName("F-05: every verb on a frame elsewhere runs there and leaves its result there, the same as here")
    void runsThere() {
        EveryVerb.USES.forEach((name, verb) -> {
            Frame expected = verb.apply(EveryVerb.data(), EveryVerb.other());
            assertRunsAt("n2", name, verb, hub.call(n2, EveryVerb::data), hub.call(n2, EveryVerb::other), expected);
            assertRunsAt("n2", name, verb, hub.call(n2, EveryVerb::data), hub.call(n3, EveryVerb::other), expected);
        });
        assertEquals(0, hub.caller().residentCount());
    }

    private static void assertRunsAt(
            String owner, String name, BinaryOperator<Frame> verb, Frame frame, Frame other, Frame expected) {
        try (Frame result = verb.apply(frame, other);
                Frame made = result.compute()) {
            assertTrue(made.isRemote(), name);
            assertEquals(owner, made.owner(), name);
            assertEquals(expected.names(), made.names(), name);
            assertEquals(sorted(expected), sorted(made), name);
        }
        Frame.closeAll(List.of(frame, other));
    }

    /** The order is another test's; some verbs have none. */
    private static List<List<Object>> sorted(Frame frame) {
        return Cells.rows(frame).stream()
                .sorted(Comparator.comparing(List::toString))
                .toList();
    }

    @Test
    @DisplayName("F-14: every verb on a frame that is closed, or with one, is an IllegalStateException that says so")
    void useAfterClose() {
        Frame closed = EveryVerb.data();
        Frame open = EveryVerb.other();
        closed.close();
        EveryVerb.USES.forEach((name, verb) -> assertClosed(name, verb, closed, open));
        Frame frame = EveryVerb.data();
        Frame other = EveryVerb.other();
        other.close();
        for (String name : List.of("join", "concatRows", "concatColumns", "put")) {
            assertClosed(name, EveryVerb.USES.get(name), frame, other);
        }
        for (Frame remote : List.of(hub.call(n2, EveryVerb::data))) {
            remote.close();
            EveryVerb.USES.forEach((name, verb) -> assertClosed(name, verb, remote, open));
        }
        Frame.closeAll(List.of(open, frame));
    }

    private static void assertClosed(String name, BinaryOperator<Frame> verb, Frame frame, Frame other) {
        String message = assertThrows(IllegalStateException.class, () -> verb.apply(frame, other), name)
                .getMessage();
        assertTrue(message.contains("closed"), name + ": " + message);
    }
}
