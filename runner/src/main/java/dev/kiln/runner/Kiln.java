package dev.kiln.runner;

import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Hello;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** What this process says of itself in a greeting. */
public final class Kiln {
    /** How closures and values are written: named in the greeting so that a later codec can be told apart. */
    public static final String CODEC = "java-serialization/1";

    private static final int START_AFTER_COMMAND = 19;
    private static final String ZOMBIE = "Z";
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private Kiln() {}

    /** The version of this jar, or {@code development} where it is not one. */
    public static String version() {
        String version = Kiln.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** This machine's name. */
    public static String host() {
        try {
            return Files.isReadable(HOST_NAME) ? Files.readString(HOST_NAME).strip() : "localhost";
        } catch (IOException e) {
            return "localhost";
        }
    }

    /** The greeting of this process as the runner of that id. */
    public static Hello hello(String runner, byte[] token) {
        ProcessHandle self = ProcessHandle.current();
        return new Hello(
                Message.WIRE_VERSION,
                runner,
                token,
                version(),
                Runtime.version().toString(),
                CODEC,
                BuildId.current(),
                self.pid(),
                self.info().startInstant().map(Instant::toEpochMilli).orElse(0L),
                host());
    }

    /**
     * A number that tells a process from a later one with the same pid, and is the same whoever asks; 0 where the system
     * gives none. On Linux the clock ticks from the machine's boot to the process's start: its start by the wall clock, as
     * {@link ProcessHandle.Info} has it, is computed anew by each JVM and moves when the clock is set.
     */
    public static long startMark(ProcessHandle process) {
        String[] stat = stat(process.pid());
        return stat.length > START_AFTER_COMMAND
                ? Long.parseLong(stat[START_AFTER_COMMAND])
                : process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /** Whether that process has ended, also if nobody has taken note of that yet, as of one whose parent was killed. */
    static boolean hasEnded(long pid, long startMark) {
        String[] stat = stat(pid);
        return (stat.length > 0 && stat[0].equals(ZOMBIE))
                || ProcessHandle.of(pid)
                        .filter(process -> process.isAlive() && startMark(process) == startMark)
                        .isEmpty();
    }

    /** The fields of the system's words on a process from its state on; none where there are no such words. */
    private static String[] stat(long pid) {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        try {
            if (Files.isReadable(stat)) {
                String fields = Files.readString(stat);
                // The second field is the command in parentheses, which may hold anything; the start is the 22nd.
                return fields.substring(fields.lastIndexOf(')') + 2).split(" ", -1);
            }
        } catch (IOException e) {
            // It has ended in this moment.
        }
        return new String[0];
    }
}
