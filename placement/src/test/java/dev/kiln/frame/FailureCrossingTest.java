package dev.kiln.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FailureCrossingTest {

    private final Hub hub = new Hub();
    private final FrameSpace runner = hub.runner("n2");

    private Throwable crossed(Throwable failure) {
        byte[] bytes = runner.packFailure(failure, hub.caller().self()).bytes();
        return (Throwable) hub.caller().unpack(bytes, runner.self());
    }

    static final class Coded extends Exception {
        private static final long serialVersionUID = 1L;
        final int code;

        Coded(String message, int code) {
            super(message);
            this.code = code;
        }
    }

    static final class Attached extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("serial")
        final Object attachment;

        Attached(String message, Object attachment) {
            super(message);
            this.attachment = attachment;
        }
    }

    static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message);
        }

        private void readObject(ObjectInputStream in) throws IOException {
            throw new IOException("not here");
        }
    }

    @Test
    @DisplayName("C-04: an exception arrives as itself: class, fields, message, stack trace, causes, suppressed")
    void crossesAsItself() {
        Coded cause = new Coded("inner", 7);
        UncheckedIOException outer = new UncheckedIOException("outer", new IOException("middle", cause));
        outer.addSuppressed(new IllegalStateException("also"));
        Throwable there = crossed(outer);
        assertEquals(UncheckedIOException.class, there.getClass());
        assertEquals("outer", there.getMessage());
        assertEquals(Arrays.toString(outer.getStackTrace()), Arrays.toString(there.getStackTrace()));
        assertEquals("also", there.getSuppressed()[0].getMessage());
        Coded inner = assertInstanceOf(Coded.class, there.getCause().getCause());
        assertEquals(7, inner.code);
        assertEquals(Arrays.toString(cause.getStackTrace()), Arrays.toString(inner.getStackTrace()));
    }

    @Test
    @DisplayName("C-04: an exception that holds what cannot cross arrives as class name, message and stack trace")
    void crossesAsAPicture() {
        Attached failure = new Attached("broken", new Thread());
        RemoteFailure there = assertInstanceOf(RemoteFailure.class, crossed(failure));
        assertEquals(Attached.class.getName(), there.className());
        assertEquals("broken", there.getMessage());
        assertEquals(Attached.class.getName() + ": broken", there.toString());
        assertEquals(Arrays.toString(failure.getStackTrace()), Arrays.toString(there.getStackTrace()));
    }

    @Test
    @DisplayName("C-04: a message that is too long to cross arrives cut, which it says, and its exception as a picture")
    void cutsLongMessages() {
        String text = "x".repeat(RemoteFailure.LONGEST_MESSAGE + 1);
        Throwable there = crossed(new IllegalStateException("outer", new Coded(text, 7)));
        assertEquals(IllegalStateException.class, there.getClass());
        RemoteFailure cut = assertInstanceOf(RemoteFailure.class, there.getCause());
        assertEquals(Coded.class.getName(), cut.className());
        assertTrue(cut.getMessage().startsWith("xxx"));
        assertTrue(cut.getMessage().contains("had " + text.length() + " characters"), "says what is missing");
        assertTrue(cut.getMessage().length() < text.length() * 2 / 3, "leaves room for what others say around it");
        assertInstanceOf(
                RemoteFailure.class,
                crossed(new RuntimeException(new Coded(text, 7))),
                "it repeats its cause's message");
        String longest = text.substring(1);
        assertEquals(longest, crossed(new IllegalStateException(longest)).getMessage());
    }

    @Test
    @DisplayName("C-04: a cause that cannot cross does not take its exception with it")
    void picturesOnlyTheCause() {
        Throwable there = crossed(new IllegalStateException("outer", new Attached("inner", new Thread())));
        assertEquals(IllegalStateException.class, there.getClass());
        RemoteFailure cause = assertInstanceOf(RemoteFailure.class, there.getCause());
        assertEquals("inner", cause.getMessage());
    }

    @Test
    @DisplayName("C-04: an exception that cannot be read here arrives as class name, message and stack trace")
    void survivesReaders() {
        RemoteFailure there = assertInstanceOf(RemoteFailure.class, crossed(new Unreadable("odd")));
        assertEquals(Unreadable.class.getName(), there.className());
        assertEquals("odd", there.getMessage());
    }

    @Test
    @DisplayName("C-04: errors cross too")
    void crossesErrors() {
        assertInstanceOf(StackOverflowError.class, crossed(deepError()));
        assertInstanceOf(NoClassDefFoundError.class, crossed(new NoClassDefFoundError("a/B")));
        assertInstanceOf(OutOfMemoryError.class, crossed(new OutOfMemoryError("heap")));
    }

    private static Throwable deepError() {
        try {
            return new IllegalStateException("endless: " + endless(0));
        } catch (StackOverflowError e) {
            return e;
        }
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int endless(int depth) {
        return endless(depth + 1) + 1;
    }

    @Test
    @DisplayName("C-04: circles of causes end")
    void endsCircles() {
        Attached one = new Attached("one", new Thread());
        IllegalStateException two = new IllegalStateException("two", one);
        one.addSuppressed(two);
        Throwable there = crossed(one);
        assertEquals("one", there.getMessage());
        assertTrue(List.of(there.getSuppressed()).getFirst().getMessage().contains("two"));
    }
}
