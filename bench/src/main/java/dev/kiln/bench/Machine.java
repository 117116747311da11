package dev.kiln.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
        try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** The bytes of frames that a process has in memory files, which it need not have mapped; 0 where /proc does not tell. */
    static long frameBytes(long pid) {
        long bytes = 0;
        try (var open = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path file : open) {
                bytes += memoryFile(file);
            }
        } catch (IOException | DirectoryIteratorException e) {
            return 0;
        }
        return bytes;
    }

    private static long memoryFile(Path file) throws IOException {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("/memfd:kiln-frame") ? Files.size(file) : 0;
        } catch (NoSuchFileException e) {
            return 0; // closed while we looked
        }
    }
}
