package dev.kiln.frame;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where in the user's code tables come into being, for as long as a {@link FrameSpace} of this process wants to know. What is
 * made for another party has the place that this names. Any thread.
 */
final class Origins {

    /** Whose code nobody looks for. */
    private static final List<String> NOT_THE_USERS = List.of(
            "dev.kiln.frame.",
            "dev.kiln.gc.",
            "dev.kiln.pool.",
            "dev.kiln.runner.",
            "java.",
            "jdk.",
            "sun.",
            "org.apache.arrow.",
            "org.duckdb.");

    private static final ScopedValue<String> GIVEN = ScopedValue.newInstance();
    private static final AtomicInteger WANTED = new AtomicInteger();

    private Origins() {}

    /** From now on they are looked for, until {@link #drop}. */
    static void want() {
        WANTED.incrementAndGet();
    }

    static void drop() {
        WANTED.decrementAndGet();
    }

    /** The innermost line of the user's that this thread is in; empty if it is in none, or if nobody wants to know. */
    static String here() {
        if (WANTED.get() == 0) {
            return "";
        }
        return GIVEN.isBound() ? GIVEN.get() : walked();
    }

    private static String walked() {
        return StackWalker.getInstance().walk(frames -> frames.filter(frame -> isTheUsers(frame.getClassName()))
                .findFirst()
                .map(Origins::line)
                .orElse(""));
    }

    private static boolean isTheUsers(String className) {
        return NOT_THE_USERS.stream().noneMatch(className::startsWith);
    }

    /** Without loader and module. */
    private static String line(StackWalker.StackFrame frame) {
        String file = frame.getFileName() == null ? "unknown source" : frame.getFileName();
        return frame.getClassName() + "." + frame.getMethodName() + "(" + file
                + (frame.getLineNumber() < 0 ? "" : ":" + frame.getLineNumber()) + ")";
    }

    /** What is made in here came into being there; if that is empty, where it is made. */
    static <T, X extends Throwable> T as(String origin, ScopedValue.CallableOp<? extends T, X> making) throws X {
        return origin.isEmpty()
                ? making.call()
                : ScopedValue.where(GIVEN, origin).call(making);
    }
}
