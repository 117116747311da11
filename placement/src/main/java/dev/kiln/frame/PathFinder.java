package dev.kiln.frame;

import dev.kiln.frame.spi.Substitution;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the part of a value because of which it could not be written, and the path to it. Goes the serializer's way as far
 * as it can be seen from outside; runs only after a failure, and without recursion. One thread.
 */
final class PathFinder {

    private static final String CYCLE =
            " refers back to itself from within, but it can only be made after everything in"
                    + " it; put an ordinary object, or a mutable collection, somewhere into the circle";

    private final ObjectWriter.FrameMarks marks;
    private final Substitution substitution;
    private final Deque<Node> open = new ArrayDeque<>();

    /** Every object met, and its node while it is open. */
    private final IdentityHashMap<Object, Node> met = new IdentityHashMap<>();

    private static final class Node {
        final Object value;
        final String path;
        final Parts parts;
        final Iterator<Parts.Step> steps;
        boolean isOpen = true;

        Node(Object value, String path, Parts parts) {
            this.value = value;
            this.path = path;
            this.parts = parts;
            this.steps = parts.steps().iterator();
        }
    }

    private PathFinder(ObjectWriter.FrameMarks marks, Substitution substitution) {
        this.marks = marks;
        this.substitution = substitution;
    }

    /**
     * Finds the first part that cannot cross.
     *
     * @param root what could not be written
     * @param label what the root is called, if it is at fault itself
     * @param marks tells what of a resident goes along; makes no marks here
     * @return null if everything that can be seen could cross
     */
    static @Nullable Finding find(
            @Nullable Object root, String label, ObjectWriter.FrameMarks marks, Substitution substitution) {
        Finding found = new PathFinder(marks, substitution).search(root);
        return found != null && found.path().isEmpty() ? new Finding(label, found.reason(), found.within()) : found;
    }

    private @Nullable Finding search(@Nullable Object root) {
        Finding found = meet(root, "");
        while (found == null && !open.isEmpty()) {
            Node node = open.element();
            if (node.steps.hasNext()) {
                Parts.Step step = node.steps.next();
                found = meet(step.value(), step.joined(node.path));
            } else {
                open.remove();
                node.isOpen = false;
                found = node.parts.opaque() ? tried(node.value, node.path) : null;
            }
        }
        return found;
    }

    private @Nullable Finding meet(@Nullable Object value, String path) {
        boolean handle = value instanceof Frame || value instanceof Series;
        if (value == null || (RecordShape.isFlat(value.getClass()) && !handle)) {
            return null;
        }
        Node before = met.get(value);
        if (before != null) {
            return before.isOpen && before.parts.late()
                    ? new Finding(path, "a " + value.getClass().getName() + CYCLE, within())
                    : null;
        }
        String reason = refusal(value);
        if (reason != null) {
            return new Finding(path, reason, within());
        }
        Parts parts = value instanceof Resident<?> resident
                ? Parts.only("value", marks.sent(resident.value()))
                : Parts.of(value, substitution);
        Node node = new Node(value, path, parts);
        met.put(value, node);
        open.push(node);
        return null;
    }

    private @Nullable Throwable within() {
        for (Node node : open) {
            if (node.value instanceof Throwable failure) {
                return failure;
            }
        }
        return null;
    }

    /** What is wrong with the object itself, its parts aside. */
    private @Nullable String refusal(Object value) {
        Class<?> type = value.getClass();
        return switch (Route.of(type)) {
            case FRAME -> isClosed((Frame) value) ? "this frame is closed; close it later, or leave it out" : null;
            case SERIES ->
                isClosed(((Series) value).frame()) ? "this series is closed; close it later, or leave it out" : null;
            case RESIDENT -> refusal((Resident<?>) value);
            case ASSET, BOXED, COPIED, NUMBERS, TRAVERSABLE, WHOLE -> null;
            case RECORD, AS_IS, USER, THROWABLE -> {
                try {
                    boolean replaced = !Route.ofJdk(type) && substitution.replace(value) != null;
                    boolean crosses = replaced || value instanceof Serializable || type.isArray() || type.isRecord();
                    yield crosses ? null : notSerializable(value, type);
                } catch (IllegalArgumentException e) {
                    yield String.valueOf(e.getMessage());
                }
            }
        };
    }

    private @Nullable String refusal(Resident<?> resident) {
        try {
            Object sent = marks.sent(resident.value());
            String reason = sent == null ? null : refusal(sent);
            return reason == null
                    ? null
                    : "its value would have to go along: " + reason
                            + ". To let it stay, make it where it is to be: pool.call(() -> Resident.of(…))";
        } catch (IllegalStateException | Refusal e) { // closed; or it can neither go along nor stay
            return e.getMessage();
        }
    }

    private static String notSerializable(Object value, Class<?> type) {
        if (type.isHidden() && type.getName().contains("$$Lambda")) {
            String name = type.getInterfaces().length == 0 ? "Runnable" : type.getInterfaces()[0].getSimpleName();
            return "this lambda or method reference, made in "
                    + type.getName().substring(0, type.getName().indexOf("$$Lambda"))
                    + ", is not serializable; declare it as RemoteCallable, RemoteRunnable or RemoteFunction, or cast it: ("
                    + name + " & java.io.Serializable)";
        }
        if (value instanceof BaseStream<?, ?>) {
            return "a stream cannot cross; collect it first, or let the pool stream it: pool.stream(…)";
        }
        return "a " + type.getName() + " is not Serializable; make its class Serializable or a record, or implement"
                + " Traversable, or mark the field transient, or make the object inside the closure";
    }

    private static boolean isClosed(Frame frame) {
        try {
            frame.plan();
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    /** What cannot be looked into can still be tried. */
    private @Nullable Finding tried(Object value, String path) {
        try (var out = new ObjectWriter(new ByteBuilder(), new NoMarks(), substitution)) {
            out.writeRoot(value);
            return null;
        } catch (StackOverflowError | OutOfMemoryError e) {
            return null;
        } catch (Exception | Error e) {
            return new Finding(path, "a " + value.getClass().getName() + " cannot be written: " + e, within());
        }
    }

    /** Frames are not the question here. */
    private static final class NoMarks implements ObjectWriter.FrameMarks {
        @Override
        public Object mark(Frame frame) {
            return new FrameMark(null, false);
        }

        @Override
        public Object mark(Resident<?> resident) {
            return new ResidentMark(null, false);
        }

        @Override
        public Object mark(Asset asset) {
            return new AssetMark(0);
        }

        @Override
        public Object numbers(Object array) {
            return array;
        }

        @Override
        public @Nullable Object sent(ResidentValue value) {
            return null;
        }

        @Override
        public Throwable mark(Throwable failure) {
            return failure;
        }
    }
}
