package dev.kiln.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** After each test: no process of ours, no folder of a pool, no shared memory with our name is left. */
final class LeavesNothing implements AfterEachCallback {

    /** The same once, for tests of a class that run at the same time. */
    static final class InTheEnd implements AfterAllCallback {
        @Override
        public void afterAll(ExtensionContext context) {
            look();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        look();
    }

    private static void look() {
        Eventually.soon(
                "all child processes are gone: " + runners(), () -> runners().isEmpty());
        assertEquals(List.of(), folders(), "folders of pools in the temporary folder");
        assertEquals(List.of(), named(Path.of("/dev/shm")), "shared memory");
    }

    private static List<String> runners() {
        return ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .map(process ->
                        process.pid() + " " + process.info().commandLine().orElse("?"))
                .toList();
    }

    /** The folders of the pools of this process. */
    static List<Path> folders() {
        String mine = "-" + ProcessHandle.current().pid() + "-";
        return named(Path.of(System.getProperty("java.io.tmpdir"))).stream()
                .filter(path -> path.toString().contains(mine))
                .toList();
    }

    static List<Path> named(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var entries = Files.newDirectoryStream(folder, "*kiln-*")) {
            return java.util.stream.StreamSupport.stream(entries.spliterator(), false)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
