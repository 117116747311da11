package dev.kiln.runner;

import dev.kiln.runner.wire.Message;
import dev.kiln.runner.wire.Message.Hello;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process says of itself in a greeting. */
public final class Kiln {
    /** How closures and values are written: named in the greeting so that a later codec can be told apart. */
    public static final String CODEC = "java-serialization/1";

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
                startedAtMillis(self),
                host());
    }

    /** When a process started, milliseconds since 1970, or 0 where the system does not tell. */
    public static long startedAtMillis(ProcessHandle process) {
        return process.info()
                .startInstant()
                .map(java.time.Instant::toEpochMilli)
                .orElse(0L);
    }
}
