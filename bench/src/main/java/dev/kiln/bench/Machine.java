package dev.kiln.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/** The conditions of a measurement. */
final class Machine {
    private static final long KIB = 1024;

    private Machine() {}

    static String describe() {
        return String.format(
                Locale.ROOT,
                "JDK %s, %s %s, %d processors, load %.1f at the start",
                Runtime.version(),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    /** The bytes of memory that a process has in RAM; empty where /proc does not tell. */
    static OptionalLong residentBytes(long pid) {
        return statusOf(Long.toString(pid), "VmRSS:");
    }

    /** The bytes of memory files that this process has in RAM; 0 where /proc does not tell. */
    static long sharedBytes() {
        return statusOf("self", "RssShmem:").orElse(0);
    }

    private static OptionalLong statusOf(String process, String field) {
        try (var lines = Files.lines(Path.of("/proc", process, "status"))) {
            return lines.filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
