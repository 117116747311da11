package dev.kiln.runner;

/**
 * By what exit code, and in which words, a runner's process says why it ended itself: its backend reads both. A code counts
 * only together with its words, since user code may end the process with any code.
 */
public final class RunnerStatus {
    /** It was not started by a pool. */
    public static final int WRONG_START = 64;

    /** Its caller did not take it. */
    public static final int NOT_TAKEN = 65;

    /** Nobody answered its greeting. */
    public static final int NO_ANSWER = 66;

    /** A closure ran out of memory that the whole process shares. */
    public static final int OUT_OF_MEMORY = 67;

    /** It lost its caller. */
    public static final int LOST_CALLER = 68;

    /** How a line begins by which a runner says something of itself. */
    public static final String SAYS = "kiln: ";

    /** How the reason of {@link #OUT_OF_MEMORY} begins; the memory's name follows, and a colon. */
    public static final String EXHAUSTED = "out of memory: ";

    /** In a line that tells of a failure for want of memory that harms nothing but its call; as above. */
    public static final String SURVIVED = "went on after running out of memory: ";

    private RunnerStatus() {}

    /** Which memory it is that the message of an {@link OutOfMemoryError} speaks of, in one or two words. */
    public static String memory(String message) {
        if (message.contains("direct buffer memory")) {
            return "direct";
        }
        if (message.contains("heap space") || message.contains("GC overhead")) {
            return "heap";
        }
        if (message.contains("Metaspace") || message.contains("class space")) {
            return "metaspace";
        }
        if (message.contains("native thread")) {
            return "threads";
        }
        if (message.contains("native memory")
                || message.contains("Unable to allocate")
                || message.contains("Map failed")) {
            return "native";
        }
        return message.contains("array size") || message.contains("implementation limit")
                ? "one array larger than a JVM allows"
                : "other";
    }
}
