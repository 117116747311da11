package dev.kiln.system;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a closed pool might have left in this process. */
final class Leftovers {
    private Leftovers() {}

    /** The threads of ours, platform and virtual, that live: a thread dump knows both kinds. */
    static List<String> threads() {
        try {
            Path folder = Files.createTempDirectory("dump");
            Path file = folder.resolve("threads");
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(file.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
            List<String> ours = Files.readAllLines(file).stream()
                    .filter(line -> line.contains("\"kiln-"))
                    .toList();
            Files.delete(file);
            Files.delete(folder);
            return ours;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many files, sockets and shared memories this process has open. */
    static int descriptors() {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return (int) open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
