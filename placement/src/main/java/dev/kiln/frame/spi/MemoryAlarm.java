package dev.kiln.frame.spi;

import java.util.function.Consumer;

/**
 * Tells whoever watches this process that its engine has run out of the memory that it may use. The engine stays sound and
 * only its statement fails; but a process that is killed soon afterwards was probably killed for this. Any thread.
 */
public final class MemoryAlarm {
    private static volatile Consumer<String> watch = reason -> {};

    private MemoryAlarm() {}

    /** From now on this one is told, on the thread of the statement, in one line. */
    public static void watch(Consumer<String> reason) {
        watch = reason;
    }

    /** The engine has refused a statement, in its own words. */
    public static void raise(String reason) {
        watch.accept(reason.lines().findFirst().orElse(""));
    }
}
