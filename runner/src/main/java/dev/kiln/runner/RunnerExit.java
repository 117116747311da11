package dev.kiln.runner;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * How a runner ended, as far as it is known.
 *
 * @param kind what ended it
 * @param status the exit code, for {@code OUT_OF_MEMORY}, {@code NOT_STARTED} and {@code EXIT_CODE} where there was one; the number of the signal
 *     for {@code SIGNAL}; otherwise -1
 * @param description one line, for people; for {@code OUT_OF_MEMORY} it says which memory
 * @param lastLines the last lines that it printed, what its calls printed first, at most 20
 */
public record RunnerExit(Kind kind, int status, String description, List<String> lastLines) implements Serializable {
    private static final int NO_STATUS = -1;

    /** What ended a runner. */
    public enum Kind {
        /** Its JVM had no more memory: heap, direct buffers, metaspace, threads or what it asks of the system. */
        OUT_OF_MEMORY,
        /** Its JVM did not start, since it does not take its options: the last lines say which. It would fail again. */
        NOT_STARTED,
        /** It ended by itself: {@code System.exit} in user code. */
        EXIT_CODE,
        /** A signal, from outside or from a crash of the JVM; a kill by the kernel for want of memory too. */
        SIGNAL,
        /** It could not be reached any more, and was ended, or ended itself, for that. */
        LOST_NETWORK,
        /** Its pool ended it, for the reason that the description gives. */
        ENDED_BY_POOL,
        /** Not known; the description has what is. */
        UNKNOWN
    }

    public RunnerExit {
        lastLines = List.copyOf(lastLines);
    }

    /** An end of which a text is all that is known. */
    public static RunnerExit unknown(String description) {
        return because(Kind.UNKNOWN, description);
    }

    /** An end without a status or output. */
    public static RunnerExit because(Kind kind, String description) {
        return new RunnerExit(kind, NO_STATUS, description, List.of());
    }

    /** The exit code, or the number of the signal if the kind is {@code SIGNAL}; empty if there is none. */
    public OptionalInt code() {
        return status == NO_STATUS ? OptionalInt.empty() : OptionalInt.of(status);
    }

    /** The same end, put in other words and under another kind: what is known of it elsewhere says more. */
    public RunnerExit as(Kind better, String words) {
        return new RunnerExit(better, status, words, lastLines);
    }

    /** The same end with lines that were printed, as far as that can be known, before the others. */
    public RunnerExit after(List<String> earlier) {
        List<String> all = new ArrayList<>(earlier);
        all.addAll(lastLines);
        return new RunnerExit(kind, status, description, all);
    }

    /** Description and last lines, for people to read. */
    @Override
    public String toString() {
        return lastLines.isEmpty()
                ? description
                : description + "; its last output:\n  " + String.join("\n  ", lastLines);
    }
}
