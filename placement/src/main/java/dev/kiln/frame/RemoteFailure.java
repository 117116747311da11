package dev.kiln.frame;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands for an exception that could not cross by itself, since it holds something that cannot, its class does not exist
 * here, or its message has more than {@value #LONGEST_MESSAGE} characters: its class name, message and stack trace, its causes
 * and what it suppressed. Of a message that long it has the first half of as many, and says so behind them.
 */
public final class RemoteFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** In characters. An exception's message crosses up to four times, and is printed by those who log it. */
    static final int LONGEST_MESSAGE = 1 << 20;

    private static final int KEPT =
            LONGEST_MESSAGE / 2; // what others say around it leaves it short enough to cross again

    private final String className;

    private RemoteFailure(String className, @Nullable String message, @Nullable Throwable cause) {
        super(message, cause);
        this.className = className;
    }

    /** The picture of an exception with everything that it leads to; of each exception once. */
    static RemoteFailure of(Throwable original) {
        return picture(original, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static RemoteFailure picture(Throwable original, Set<Throwable> seen) {
        seen.add(original);
        Throwable cause = original.getCause();
        RemoteFailure picture = new RemoteFailure(
                original instanceof RemoteFailure failure
                        ? failure.className
                        : original.getClass().getName(),
                shortened(message(original)),
                cause == null || seen.contains(cause) ? null : picture(cause, seen));
        picture.setStackTrace(original.getStackTrace());
        for (Throwable suppressed : original.getSuppressed()) {
            if (!seen.contains(suppressed)) {
                picture.addSuppressed(picture(suppressed, seen));
            }
        }
        return picture;
    }

    private static @Nullable String shortened(@Nullable String message) {
        if (message == null || message.length() <= LONGEST_MESSAGE) {
            return message;
        }
        int end = Character.isHighSurrogate(message.charAt(KEPT - 1)) ? KEPT - 1 : KEPT;
        return message.substring(0, end) + "… (cut: the message had " + message.length()
                + " characters, and of more than " + LONGEST_MESSAGE + " the first " + KEPT
                + " cross; return a text that long, or write it to a file)";
    }

    /** The user's code makes the message, and may fail at it. */
    static @Nullable String message(Throwable original) {
        try {
            return original.getMessage();
        } catch (RuntimeException e) {
            return "(its message could not be had: " + e + ")";
        }
    }

    /** The class of the exception, as {@link Class#getName} gives it. */
    public String className() {
        return className;
    }

    /** The exception as its own class would have printed it. */
    @Override
    @SuppressWarnings("OverrideThrowableToString") // the message stays the original one
    public String toString() {
        return getMessage() == null ? className : className + ": " + getMessage();
    }
}
